// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.Errno;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Cancellation: the right targets, and one last completion each. */
class CancelTest {
  private static final long CANCEL = 1000;

  private static void receive(Uring ring, Kernel kernel, int fd, long userData) {
    ring.prepareRecv(fd, kernel.allocate(16), 16, 0).userData(userData).submit();
  }

  private static Map<Long, Integer> results(List<Rings.Cqe> cqes) {
    return cqes.stream().collect(Collectors.toMap(Rings.Cqe::userData, Rings.Cqe::result));
  }

  /** Behaviour 16. */
  @Test
  void shouldCancelTheOneWhenByUserData() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pair = kernel.socketPair();
      receive(ring, kernel, pair[0], 1);
      receive(ring, kernel, pair[0], 2);
      ring.prepareCancel(2, 0).userData(CANCEL).submit();

      assertThat(results(Rings.await(ring, 2)))
          .containsOnly(Map.entry(2L, -Errno.ECANCELED), Map.entry(CANCEL, 0));
      kernel.write(pair[1], "x");
      assertThat(Rings.awaitOne(ring)).isEqualTo(new Rings.Cqe(1, 1, 0));
    }
  }

  /** Behaviour 16. */
  @Test
  void shouldCancelAllOfADescriptorWhenByDescriptor() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] mine = kernel.socketPair();
      int[] other = kernel.socketPair();
      receive(ring, kernel, mine[0], 1);
      receive(ring, kernel, mine[0], 2);
      receive(ring, kernel, other[0], 3);
      ring.prepareCancelFd(mine[0], OpFlag.IORING_ASYNC_CANCEL_ALL).userData(CANCEL).submit();

      assertThat(results(Rings.await(ring, 3)))
          .containsOnly(
              Map.entry(1L, -Errno.ECANCELED),
              Map.entry(2L, -Errno.ECANCELED),
              Map.entry(CANCEL, 2));
      kernel.write(other[1], "x");
      assertThat(Rings.awaitOne(ring)).isEqualTo(new Rings.Cqe(3, 1, 0));
    }
  }

  /** Behaviour 16. */
  @Test
  void shouldCancelEverythingWhenAll() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pair = kernel.socketPair();
      receive(ring, kernel, pair[0], 1);
      ring.preparePollAdd(pair[1], Kernel.POLLIN, RingOperations.ONCE).userData(2).submit();
      ring.prepareTimeout(3600_000_000_000L, 0, 0).userData(3).submit();
      ring.prepareCancelAll().userData(CANCEL).submit();

      assertThat(results(Rings.await(ring, 4)))
          .containsOnly(
              Map.entry(1L, -Errno.ECANCELED),
              Map.entry(2L, -Errno.ECANCELED),
              Map.entry(3L, -Errno.ECANCELED),
              Map.entry(CANCEL, 3));
    }
  }

  /** Behaviour 17. */
  @Test
  void shouldAnswerEnoentWhenNothingMatches() throws Exception {
    try (Uring ring = Rings.open(8)) {
      ring.prepareCancel(99, 0).submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(-Errno.ENOENT);
      ring.prepareCancel(99, OpFlag.IORING_ASYNC_CANCEL_ALL).submit();
      assertThat(Rings.awaitOne(ring).result()).isZero();
      ring.preparePollRemove(99).submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(-Errno.ENOENT);
      ring.prepareTimeoutRemove(99).submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(-Errno.ENOENT);
    }
  }

  /**
   * Behaviour 17: a worker thread that reads is interrupted, or found between its attempt and the
   * poll that it arms: then the cancellation answers EALREADY, the read stays, and the next one
   * ends it.
   */
  @Test
  void shouldEndTheReadWhenAWorkerRunsItAndItIsCancelledUntilItEnds() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pipe = kernel.pipe();
      long buffer = kernel.allocate(16);
      for (long read = 1; read <= 500; read++) {
        ring.prepareRead(pipe[0], buffer, 16, 0).flags(SqeFlag.IOSQE_ASYNC).userData(read).submit();
        ring.submit();

        Map<Long, Integer> ended = new HashMap<>();
        long cancel = CANCEL;
        while (!ended.containsKey(read)) {
          ring.prepareCancel(read, 0).userData(++cancel).submit();
          while (!ended.containsKey(cancel)) {
            Rings.Cqe cqe = Rings.awaitOne(ring);
            ended.put(cqe.userData(), cqe.result());
          }
          assertThat(ended.get(cancel)).isIn(0, -Errno.EALREADY, -Errno.ENOENT);
          if (ended.get(cancel) == 0 && !ended.containsKey(read)) {
            Rings.Cqe cqe = Rings.awaitOne(ring);
            ended.put(cqe.userData(), cqe.result());
          }
        }
        assertThat(ended.get(read)).isIn(-Errno.ECANCELED, -Errno.EINTR);
      }
      assertThat(ring.ready()).isZero();
    }
  }

  /** Behaviour 15. */
  @Test
  void shouldCompleteExactlyOnceWhenCancelAndDataRace() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pair = kernel.socketPair();
      long buffer = kernel.allocate(16);
      int got = 0;
      for (int i = 0; i < 2000; i++) {
        ring.prepareRecv(pair[0], buffer, 16, 0).userData(i).submit();
        ring.submit();
        Thread writer =
            Thread.startVirtualThread(() -> {
              try {
                kernel.write(pair[1], "x");
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
        ring.prepareCancel(i, 0).userData(CANCEL + i).submit();
        Map<Long, Integer> results = results(Rings.await(ring, 2));
        writer.join();

        assertThat(results).containsOnlyKeys((long) i, CANCEL + i);
        int received = results.get((long) i);
        assertThat(received).isIn(1, -Errno.ECANCELED);
        got += received == 1 ? 1 : 0;
        if (received != 1) {
          assertThat(kernel.read(pair[0])).isEqualTo("x");
        }
        assertThat(ring.ready()).isZero();
      }
      assertThat(got).isBetween(0, 2000);
    }
  }

  /** Behaviour 14: whoever cancels before closing never hands data to the number's next owner. */
  @Test
  void shouldNotTakeTheNextOwnersDataWhenTheDescriptorIsReused() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] old = kernel.socketPair();
      receive(ring, kernel, old[0], 1);
      ring.prepareCancelFd(old[0], OpFlag.IORING_ASYNC_CANCEL_ALL).userData(CANCEL).submit();
      assertThat(results(Rings.await(ring, 2))).containsEntry(1L, -Errno.ECANCELED);
      int number = old[0];
      kernel.close(number);

      int[] next = kernel.socketPair();
      while (next[0] != number && next[1] != number) { // which a thread of the JVM's may have got
        next = kernel.socketPair();
      }
      kernel.write(next[0] == number ? next[1] : next[0], "mine");

      assertThat(Rings.poll(ring)).isEmpty();
      assertThat(kernel.read(number)).isEqualTo("mine");
    }
  }

  @Test
  void shouldHaveEndedAllWhenCancelAndWaitReturns() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pair = kernel.socketPair();
      receive(ring, kernel, pair[0], 1);
      receive(ring, kernel, pair[0], 2);
      ring.submit();
      int flags = OpFlag.IORING_ASYNC_CANCEL_FD | OpFlag.IORING_ASYNC_CANCEL_ALL;

      assertThat(ring.cancelAndWait(0, pair[0], flags, Duration.ofSeconds(100))).isEqualTo(2);
      assertThat(results(Rings.await(ring, 2))).containsOnlyKeys(1L, 2L);
      assertThat(ring.cancelAndWait(9, -1, 0, Duration.ZERO)).isEqualTo(-Errno.ENOENT);
    }
  }

  @Test
  void shouldMoveThePollWhenUpdated() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int eventFd = kernel.eventFd();
      ring.preparePollAdd(eventFd, Kernel.POLLIN, OpFlag.IORING_POLL_ADD_MULTI)
          .userData(1)
          .submit();
      int update = OpFlag.IORING_POLL_UPDATE_USER_DATA | OpFlag.IORING_POLL_ADD_MULTI;
      ring.preparePollUpdate(1, 2, 0, update).userData(CANCEL).submit();
      assertThat(Rings.awaitOne(ring)).isEqualTo(new Rings.Cqe(CANCEL, 0, 0));

      kernel.write(eventFd, "\1\0\0\0\0\0\0\0");

      assertThat(Rings.awaitOne(ring))
          .isEqualTo(new Rings.Cqe(2, Kernel.POLLIN, CqeFlag.IORING_CQE_F_MORE));
      ring.preparePollRemove(2).userData(CANCEL).submit();
      assertThat(results(Rings.await(ring, 2)))
          .containsOnly(Map.entry(2L, -Errno.ECANCELED), Map.entry(CANCEL, 0));
    }
  }
}
