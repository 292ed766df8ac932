// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Provided buffers, whole. */
class BufferRingTest {
  private static String take(BufferRing group, Rings.Cqe cqe) {
    return Kernel.text(group.take(cqe.flags(), cqe.result()), cqe.result());
  }

  private static void release(BufferRing group, Rings.Cqe cqe) {
    group.release(BufferRing.bufferId(cqe.flags()));
  }

  @Test
  void shouldReceiveEverythingWhenBuffersGoRound() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pair = kernel.socketPair();
      BufferRing group = BufferRing.register(ring, 7, 4, 16, false);
      ring.prepareRecvMultishot(pair[0], group).userData(1).submit();
      ring.submit();

      for (int i = 0; i < 200; i++) {
        kernel.write(pair[1], "message " + i);
        Rings.Cqe cqe = Rings.awaitOne(ring);

        assertThat(cqe.more()).isTrue();
        assertThat(take(group, cqe)).isEqualTo("message " + i);
        assertThat(group.available()).isEqualTo(3);
        release(group, cqe);
        assertThat(group.available()).isEqualTo(4);
      }
    }
  }

  /** Behaviours 23 and 21. */
  @Test
  void shouldEndWithEnobufsAndResumeWhenTheGroupIsEmptyAndRefilled() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pair = kernel.socketPair();
      BufferRing group = BufferRing.register(ring, 0, 2, 4, false);
      kernel.write(pair[1], "abcdefghijkl");
      ring.prepareRecvMultishot(pair[0], group).userData(1).submit();

      var cqes = Rings.await(ring, 3);
      assertThat(take(group, cqes.get(0))).isEqualTo("abcd");
      assertThat(take(group, cqes.get(1))).isEqualTo("efgh");
      assertThat(cqes.get(2).result()).isEqualTo(-Errno.ENOBUFS);
      assertThat(cqes.get(2).more()).isFalse();
      assertThat(BufferRing.hasBuffer(cqes.get(2).flags())).isFalse();
      assertThat(Rings.poll(ring)).isEmpty();

      release(group, cqes.get(0));
      ring.prepareRecvMultishot(pair[0], group).userData(2).submit();
      Rings.Cqe resumed = Rings.awaitOne(ring);
      assertThat(resumed.userData()).isEqualTo(2);
      assertThat(take(group, resumed)).isEqualTo("ijkl");
    }
  }

  /** Behaviour 23: immediate, even where there is nothing to receive. */
  @Test
  void shouldAnswerEnobufsAtOnceWhenTheGroupIsEmptyAndNoDataIsThere() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pair = kernel.socketPair();
      BufferRing group = BufferRing.register(ring, 0, 1, 4, false);
      kernel.write(pair[1], "x");
      ring.prepareRecv(pair[0], group, 0, 0, 0).submit();
      assertThat(take(group, Rings.awaitOne(ring))).isEqualTo("x");

      ring.prepareRecv(pair[0], group, 0, 0, 0).submit();

      assertThat(Rings.awaitOne(ring).result()).isEqualTo(-Errno.ENOBUFS);
    }
  }

  /** Behaviour 24. */
  @Test
  void shouldOwnEachBufferOnceWhenManySocketsShareAGroup() throws Exception {
    int sockets = 16;
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(64)) {
      BufferRing group = BufferRing.register(ring, 0, 32, 64, false);
      int[][] pairs = new int[sockets][];
      for (int i = 0; i < sockets; i++) {
        pairs[i] = kernel.socketPair();
        ring.prepareRecvMultishot(pairs[i][0], group).userData(i).submit();
      }
      ring.submit();

      for (int round = 0; round < 50; round++) {
        for (int i = 0; i < sockets; i++) {
          kernel.write(pairs[i][1], i + ":" + round);
        }
        Map<Long, String> data = new HashMap<>();
        Set<Integer> owned = new HashSet<>();
        var cqes = Rings.await(ring, sockets);
        for (Rings.Cqe cqe : cqes) {
          assertThat(owned.add(BufferRing.bufferId(cqe.flags()))).isTrue();
          data.put(cqe.userData(), take(group, cqe));
        }
        for (int i = 0; i < sockets; i++) {
          assertThat(data).containsEntry((long) i, i + ":" + round);
        }
        cqes.forEach(cqe -> release(group, cqe));
      }
      assertThat(group.available()).isEqualTo(32);
    }
  }

  /** Behaviour 25. */
  @Test
  void shouldKeepTheOrderWhenABundleTakesSeveralBuffers() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      if ((ring.features() & Setup.IORING_FEAT_RECVSEND_BUNDLE) == 0) {
        return;
      }
      int[] pair = kernel.socketPair();
      BufferRing group = BufferRing.register(ring, 0, 8, 4, false);
      StringBuilder sent = new StringBuilder();
      StringBuilder received = new StringBuilder();
      for (int round = 0; round < 60; round++) {
        String text = "0123456789abcdefghijklmnopqrstuv".substring(0, 1 + round % 30);
        sent.append(text);
        kernel.write(pair[1], text);
        int length = 0;
        while (length < text.length()) {
          ring.prepareRecv(pair[0], group, 0, 0, OpFlag.IORING_RECVSEND_BUNDLE).submit();
          Rings.Cqe cqe = Rings.awaitOne(ring);
          assertThat(cqe.result()).isPositive();
          length += cqe.result();
          group.forEachSlice(
              cqe.flags(),
              cqe.result(),
              (address, size, id) -> {
                received.append(Kernel.text(address, size));
                group.release(id);
              });
        }
        assertThat(received).hasToString(sent.toString());
        assertThat(group.available()).isEqualTo(8);
      }
    }
  }

  /** Behaviour 27: a completion per socket in each turn, however much the first has to say. */
  @Test
  void shouldServeTheOthersWhenOnePeerFloods() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(UringOptions.entries(8).withCqEntries(512))) {
      BufferRing group = BufferRing.register(ring, 0, 256, 16, false);
      int[] flood = kernel.socketPair();
      int[] quiet = kernel.socketPair();
      for (int i = 0; i < 10; i++) {
        kernel.write(flood[1], "x".repeat(300));
      }
      kernel.write(quiet[1], "here");
      ring.prepareRecvMultishot(flood[0], group).userData(1).submit();
      ring.prepareRecvMultishot(quiet[0], group).userData(2).submit();

      ring.submitAndWait(1);

      boolean[] served = new boolean[1];
      ring.forEachCompletion((userData, result, flags) -> {
        served[0] |= userData == 2;
        group.take(flags, result);
        group.release(BufferRing.bufferId(flags));
      });
      assertThat(served[0]).isTrue();
    }
  }

  @Test
  void shouldRefuseWhenABufferIsTakenOrReleasedTwice() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pair = kernel.socketPair();
      BufferRing group = BufferRing.register(ring, 0, 2, 16, false);
      kernel.write(pair[1], "x");
      ring.prepareRecv(pair[0], group, 0, 0, 0).submit();
      Rings.Cqe cqe = Rings.awaitOne(ring);
      int id = BufferRing.bufferId(cqe.flags());

      assertThatThrownBy(() -> group.release(id)).isInstanceOf(IllegalStateException.class);
      take(group, cqe);
      assertThatThrownBy(() -> take(group, cqe)).isInstanceOf(IllegalStateException.class);
      group.release(id);
      assertThatThrownBy(() -> group.release(id)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void shouldRefuseCompletionsThatNameNoBuffer() throws Exception {
    try (Uring ring = Rings.open(4)) {
      BufferRing group = BufferRing.register(ring, 0, 4, 64, false);

      assertThatThrownBy(() -> group.take(0, 4))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("cqeFlags");
      assertThatThrownBy(() -> group.forEachSlice(0, 4, (address, length, id) -> {}))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> group.take(CqeFlag.IORING_CQE_F_BUFFER, -Errno.ENOBUFS))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("length");
      assertThat(group.available()).isEqualTo(4);
    }
  }

  @Test
  void shouldFindNoGroupWhenItIsClosed() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pair = kernel.socketPair();
      BufferRing group = BufferRing.register(ring, 3, 2, 16, false);
      assertThatThrownBy(() -> BufferRing.register(ring, 3, 2, 16, false))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST));
      group.close();
      group.close();

      ring.prepareRecv(pair[0], group, 0, 0, 0).submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(-Errno.ENOBUFS);
      BufferRing.register(ring, 3, 2, 16, false);
    }
  }

  @Test
  void shouldNameTheArgumentWhenItIsWrong() throws Exception {
    try (Uring ring = Rings.open(8)) {
      assertThatThrownBy(() -> BufferRing.register(ring, -1, 2, 16, false))
          .hasMessageContaining("groupId: -1");
      assertThatThrownBy(() -> BufferRing.register(ring, 0, 3, 16, false))
          .hasMessageContaining("entries: 3");
      assertThatThrownBy(() -> BufferRing.register(ring, 0, 1 << 16, 16, false))
          .hasMessageContaining("entries: 65536");
      assertThatThrownBy(() -> BufferRing.register(ring, 0, 2, 0, false))
          .hasMessageContaining("bufferSizeBytes: 0");
    }
  }

  @Test
  void shouldTellWhatTheKernelHasNotUsedWhenAsked() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pair = kernel.socketPair();
      BufferRing group = BufferRing.register(ring, 3, 8, 64, false);
      try {
        assertThat(group.unused()).isEqualTo(8);
      } catch (LinuxException e) {
        assertThat(e.errno()).isEqualTo(Errno.EINVAL);
        System.err.println("this kernel has no IORING_REGISTER_PBUF_STATUS");
        Assumptions.abort("IORING_REGISTER_PBUF_STATUS");
      }
      kernel.write(pair[1], "x");
      ring.prepareRecv(pair[0], group, 0, 0, 0).submit();
      Rings.Cqe cqe = Rings.awaitOne(ring);

      assertThat(group.unused()).isEqualTo(7);
      assertThat(group.available()).isEqualTo(8);
      group.take(cqe.flags(), cqe.result());
      group.release(BufferRing.bufferId(cqe.flags()));
      assertThat(group.unused()).isEqualTo(8);
      group.close();
      assertThatThrownBy(group::unused)
          .isInstanceOf(LinuxException.class)
          .hasMessageContaining("ENOENT");
    }
  }
}
