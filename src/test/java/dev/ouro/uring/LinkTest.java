// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.Errno;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Chains of operations, timeouts, and completions that stay silent. */
class LinkTest {
  private static final long HOUR_NANOS = 3600_000_000_000L;

  private static Map<Long, Integer> results(List<Rings.Cqe> cqes) {
    return cqes.stream().collect(Collectors.toMap(Rings.Cqe::userData, Rings.Cqe::result));
  }

  /** Behaviour 18. */
  @Test
  void shouldCancelTheReceiveWhenItsTimeIsOver() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pair = kernel.socketPair();
      ring.prepareRecv(pair[0], kernel.allocate(16), 16, 0).userData(1).link().submit();
      ring.prepareLinkTimeout(1_000_000, 0).userData(2).submit();

      assertThat(results(Rings.await(ring, 2)))
          .containsOnly(Map.entry(1L, -Errno.ECANCELED), Map.entry(2L, -Errno.ETIME));
    }
  }

  /** Behaviour 18. */
  @Test
  void shouldCancelTheTimeoutWhenTheReceiveIsInTime() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pair = kernel.socketPair();
      ring.prepareRecv(pair[0], kernel.allocate(16), 16, 0).userData(1).link().submit();
      ring.prepareLinkTimeout(HOUR_NANOS, 0).userData(2).submit();
      ring.submit();
      kernel.write(pair[1], "x");

      assertThat(results(Rings.await(ring, 2)))
          .containsOnly(Map.entry(1L, 1), Map.entry(2L, -Errno.ECANCELED));
    }
  }

  /** Behaviour 18. */
  @Test
  void shouldBreakTheChainWhenAReadIsShort() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pipe = kernel.pipe();
      kernel.write(pipe[1], "abc");
      ring.prepareRead(pipe[0], kernel.allocate(16), 16, 0).userData(1).link().submit();
      ring.prepareNop().userData(2).submit();

      assertThat(results(Rings.await(ring, 2)))
          .containsOnly(Map.entry(1L, 3), Map.entry(2L, -Errno.ECANCELED));
    }
  }

  @Test
  void shouldGoOnWhenAHardLinkedReadIsShort() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pipe = kernel.pipe();
      kernel.write(pipe[1], "abc");
      ring.prepareRead(pipe[0], kernel.allocate(16), 16, 0)
          .userData(1)
          .flags(SqeFlag.IOSQE_IO_HARDLINK)
          .submit();
      ring.prepareNop().userData(2).submit();

      assertThat(Rings.await(ring, 2))
          .containsExactly(new Rings.Cqe(1, 3, 0), new Rings.Cqe(2, 0, 0));
    }
  }

  /** Behaviour 19. */
  @Test
  void shouldReportOnlyTheFailureWhenSuccessIsSilent() throws Exception {
    try (Uring ring = Rings.open(8)) {
      ring.prepareNop().userData(1).flags(SqeFlag.IOSQE_CQE_SKIP_SUCCESS).submit();
      ring.prepareClose(-1).userData(2).flags(SqeFlag.IOSQE_CQE_SKIP_SUCCESS).submit();
      ring.prepareNop().userData(3).submit();

      assertThat(Rings.await(ring, 2))
          .containsExactly(new Rings.Cqe(2, -Errno.EBADF, 0), new Rings.Cqe(3, 0, 0));
      assertThat(Rings.poll(ring)).isEmpty();
    }
  }

  @Test
  void shouldCompleteEachTimeWhenATimeoutIsMultishot() throws Exception {
    try (Uring ring = Rings.open(8)) {
      ring.prepareTimeout(1_000_000, 3, OpFlag.IORING_TIMEOUT_MULTISHOT).userData(1).submit();

      List<Rings.Cqe> cqes = Rings.await(ring, 3);

      assertThat(cqes).extracting(Rings.Cqe::result).containsOnly(-Errno.ETIME);
      assertThat(cqes).extracting(Rings.Cqe::more).containsExactly(true, true, false);
    }
  }

  @Test
  void shouldEndSoonerWhenATimeoutIsUpdated() throws Exception {
    try (Uring ring = Rings.open(8)) {
      ring.prepareTimeout(HOUR_NANOS, 0, 0).userData(1).submit();
      ring.submit();
      ring.prepareTimeoutUpdate(1, 1_000_000, 0).userData(2).submit();

      assertThat(Rings.await(ring, 2))
          .containsExactly(new Rings.Cqe(2, 0, 0), new Rings.Cqe(1, -Errno.ETIME, 0));
    }
  }

  @Test
  void shouldKeepEachTimesOwnWhenManyTimeoutsAreQueuedAtOnce() throws Exception {
    try (Uring ring = Rings.open(8)) {
      for (int shortOne = 0; shortOne < 8; shortOne++) {
        for (int i = 0; i < 8; i++) {
          ring.prepareTimeout(i == shortOne ? 1_000_000 : HOUR_NANOS, 0, 0).userData(i).submit();
        }

        assertThat(Rings.awaitOne(ring)).isEqualTo(new Rings.Cqe(shortOne, -Errno.ETIME, 0));
        ring.prepareCancelAll().userData(100).submit();
        assertThat(results(Rings.await(ring, 8))).hasSize(8).containsEntry(100L, 7);
      }
    }
  }
}
