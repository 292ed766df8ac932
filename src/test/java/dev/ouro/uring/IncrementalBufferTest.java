// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.Nr;
import dev.ouro.linux.Syscall;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Behaviour 26: provided buffers that are filled bit by bit. */
class IncrementalBufferTest {
  @BeforeEach
  void needsThem() throws Exception {
    Rings.open(8).close();
    Assumptions.assumeTrue(IncrementalSelfTest.passed(), IncrementalSelfTest::reason);
  }

  /** A task may be the first to ask. */
  @Test
  void shouldBeTriedOnWhateverThreadAsksFirst() throws Exception {
    FutureTask<String> onVirtualThread = new FutureTask<>(IncrementalSelfTest::run);

    Thread.startVirtualThread(onVirtualThread);

    assertThat(onVirtualThread.get()).isNull();
  }

  private static String take(BufferRing group, Rings.Cqe cqe) {
    return Kernel.text(group.take(cqe.flags(), cqe.result()), cqe.result());
  }

  @Test
  void shouldReceiveEverythingWhenPiecesShareBuffers() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pair = kernel.socketPair();
      BufferRing group = BufferRing.register(ring, 0, 2, 32, true);
      ring.prepareRecvMultishot(pair[0], group).userData(1).submit();
      ring.submit();

      for (int i = 0; i < 300; i++) {
        String text = "piece " + i;
        kernel.write(pair[1], text);
        StringBuilder received = new StringBuilder();
        while (received.length() < text.length()) {
          Rings.Cqe cqe = Rings.awaitOne(ring);
          assertThat(cqe.result()).isPositive();
          received.append(take(group, cqe));
          group.release(BufferRing.bufferId(cqe.flags()));
          if (!cqe.more()) {
            ring.prepareRecvMultishot(pair[0], group).userData(1).submit();
          }
        }
        assertThat(received).hasToString(text);
        assertThat(group.available()).isEqualTo(2);
      }
    }
  }

  /** A pipe can be polled, as a socket: what it brings is known before a buffer is taken. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldReadAPipeAsItReceivesFromASocket(boolean multishot) throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pipe = kernel.pipe();
      BufferRing group = BufferRing.register(ring, 0, 2, 32, true);
      boolean reads = false;
      for (int i = 0; i < 300; i++) {
        String text = "piece " + i;
        if (i % 2 == 0) {
          kernel.write(pipe[1], text);
        }
        StringBuilder read = new StringBuilder();
        while (read.length() < text.length()) {
          if (!reads) {
            prepareRead(ring, pipe[0], group, multishot).submit();
            ring.submit();
          }
          if (i % 2 == 1 && read.isEmpty()) {
            kernel.write(pipe[1], text);
          }
          Rings.Cqe cqe = Rings.awaitOne(ring);
          assertThat(cqe.result()).isPositive();
          read.append(take(group, cqe));
          group.release(BufferRing.bufferId(cqe.flags()));
          reads = cqe.more();
        }
        assertThat(read).hasToString(text);
        assertThat(group.available()).isEqualTo(2);
      }
    }
  }

  private static Sqe prepareRead(Uring ring, int fd, BufferRing group, boolean multishot) {
    return multishot && ring.supports(Op.IORING_OP_READ_MULTISHOT)
        ? ring.prepareReadMultishot(fd, group)
        : ring.prepareRead(fd, group, 0, -1);
  }

  @Test
  void shouldKeepABufferOutWhileAPieceOfItIsHeld() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pair = kernel.socketPair();
      BufferRing group = BufferRing.register(ring, 0, 1, 8, true);
      kernel.write(pair[1], "abcd");
      ring.prepareRecv(pair[0], group, 0, 0, 0).submit();
      Rings.Cqe first = Rings.awaitOne(ring);
      long held = group.take(first.flags(), 4);
      kernel.write(pair[1], "efgh");
      ring.prepareRecv(pair[0], group, 0, 0, 0).submit();
      Rings.Cqe second = Rings.awaitOne(ring);
      assertThat(take(group, second)).isEqualTo("efgh");
      assertThat(second.flags() & CqeFlag.IORING_CQE_F_BUF_MORE).isZero();

      group.release(0);
      assertThat(group.available()).isZero();
      assertThat(Kernel.text(held, 8)).isEqualTo("abcdefgh");
      group.release(0);
      assertThat(group.available()).isEqualTo(1);
    }
  }

  @Test
  void shouldKeepTheBufferUsableWhenTheStreamEnds() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      BufferRing group = BufferRing.register(ring, 0, 1, 64, true);
      for (int i = 0; i < 3; i++) {
        int[] pair = kernel.socketPair();
        kernel.write(pair[1], "last" + i);
        Kernel.shutdownWriting(pair[1]);
        ring.prepareRecvMultishot(pair[0], group).userData(i).submit();
        var cqes = Rings.await(ring, 2);

        assertThat(take(group, cqes.get(0))).isEqualTo("last" + i);
        group.release(0);
        Rings.Cqe end = cqes.get(1);
        assertThat(end.result()).isZero();
        assertThat(end.more()).isFalse();
        if (BufferRing.hasBuffer(end.flags())) {
          group.take(end.flags(), 0);
          group.release(BufferRing.bufferId(end.flags()));
        }
        assertThat(group.available()).isEqualTo(1);
      }
    }
  }

  @Test
  void shouldReadAFileToItsEnd(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "0123456789".repeat(10));
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      long path = kernel.bytes(file.toString());
      int fd = kernel.keep(Syscall.call(Nr.OPENAT, -100, path, 0, 0));
      BufferRing group = BufferRing.register(ring, 0, 4, 64, true);
      StringBuilder content = new StringBuilder();
      while (true) {
        ring.prepareRead(fd, group, 48, content.length()).submit();
        Rings.Cqe cqe = Rings.awaitOne(ring);
        assertThat(cqe.result()).isNotNegative();
        if (BufferRing.hasBuffer(cqe.flags())) {
          content.append(take(group, cqe));
          group.release(BufferRing.bufferId(cqe.flags()));
        }
        if (cqe.result() == 0) {
          break;
        }
      }
      assertThat(content).hasToString("0123456789".repeat(10));
      assertThat(group.available()).isEqualTo(4);
    }
  }

  /**
   * The kernel takes as much of the buffer as a read of a file asks for, before it knows how much
   * there is.
   */
  @Test
  void shouldFindTheNextPieceWhenAReadOfAFileIsShort(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "0123456789");
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      long path = kernel.bytes(file.toString());
      int fd = kernel.keep(Syscall.call(Nr.OPENAT, -100, path, 0, 0));
      BufferRing group = BufferRing.register(ring, 0, 2, 64, true);
      String[] expected = {"6789", "0", "123456789", "89"};
      int[] offsets = {6, 0, 1, 8};
      int[] asked = {20, 1, 20, 20};
      for (int i = 0; i < expected.length; i++) {
        ring.prepareRead(fd, group, asked[i], offsets[i]).submit();
        Rings.Cqe cqe = Rings.awaitOne(ring);
        assertThat(cqe.result()).isEqualTo(expected[i].length());
        long data = group.take(cqe.flags(), cqe.result(), asked[i]);

        assertThat(Kernel.text(data, cqe.result())).isEqualTo(expected[i]);
        group.release(BufferRing.bufferId(cqe.flags()));
      }
    }
  }
}
