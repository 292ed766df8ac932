// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** More completions than the queue holds. */
class OverflowTest {
  /** Behaviour 1. */
  @Test
  void shouldKeepAllInOrderWhenTwiceAsManyCompleteAsFit() throws Exception {
    try (Uring ring = Rings.open(UringOptions.entries(8).withCqEntries(16))) {
      int twice = 2 * ring.cqEntries();
      for (int i = 0; i < twice; i++) {
        ring.prepareNop().userData(i).submit();
      }
      ring.submit();
      assertThat(ring.overflowed()).isTrue();
      assertThat(ring.needsEnter()).isTrue();

      List<Long> seen = Rings.await(ring, twice).stream().map(Rings.Cqe::userData).toList();

      assertThat(seen).isEqualTo(LongStream.range(0, twice).boxed().toList());
      assertThat(Rings.poll(ring)).isEmpty();
      assertThat(ring.overflowed()).isFalse();
      assertThat(ring.overflow()).isZero();
    }
  }

  /** Behaviour 2. */
  @Test
  void shouldDeliverAllOrEndWhenAMultishotPollOverflows() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(UringOptions.entries(2).withCqEntries(2))) {
      int eventFd = kernel.eventFd();
      ring.preparePollAdd(eventFd, Kernel.POLLIN, OpFlag.IORING_POLL_ADD_MULTI)
          .userData(1)
          .submit();
      ring.submit();
      ring.prepareNop().userData(2).submit();
      ring.prepareNop().userData(2).submit();
      ring.submit();

      kernel.write(eventFd, "\1\0\0\0\0\0\0\0");
      kernel.write(eventFd, "\1\0\0\0\0\0\0\0");

      List<Rings.Cqe> polls =
          Rings.await(ring, 3).stream().filter(cqe -> cqe.userData() == 1).toList();
      assertThat(polls).hasSize(1);
      assertThat(polls.getFirst().result()).isEqualTo(Kernel.POLLIN);
      if (polls.getFirst().more()) {
        kernel.write(eventFd, "\1\0\0\0\0\0\0\0");
        assertThat(Rings.awaitOne(ring).userData()).isEqualTo(1);
      }
    }
  }

  /** Behaviour 2. */
  @Test
  void shouldDeliverEveryByteWhenAMultishotReceiveOverflows() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(UringOptions.entries(2).withCqEntries(2))) {
      int[] pair = kernel.socketPair();
      BufferRing group = BufferRing.register(ring, 0, 64, 1, false);
      String sent = "abcdefghijklmnopqrstuvwxyz";
      kernel.write(pair[1], sent);
      ring.prepareRecvMultishot(pair[0], group).userData(1).submit();

      StringBuilder received = new StringBuilder();
      while (received.length() < sent.length()) {
        Rings.Cqe cqe = Rings.awaitOne(ring);
        assertThat(cqe.result()).isEqualTo(1);
        received.append(Kernel.text(group.take(cqe.flags(), 1), 1));
        group.release(BufferRing.bufferId(cqe.flags()));
        if (!cqe.more()) {
          ring.prepareRecvMultishot(pair[0], group).userData(1).submit();
        }
      }
      assertThat(received).hasToString(sent);
    }
  }
}
