// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.Errno;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Messages between rings. */
class MessageTest {
  /**
   * Behaviour 11. The waker and the sleeper hand a turn to and fro, so that each message meets the
   * other on its way to sleep. 20,000 times, which takes about a second; the million of them was
   * run by hand.
   */
  @Test
  void shouldWakeEachTimeWhenTwoThreadsRace() throws Exception {
    Rings.open(8).close();
    int rounds = Integer.getInteger("dev.ouro.uring.wakeups", 20_000);
    AtomicInteger fd = new AtomicInteger();
    CompletableFuture<Integer> opened = new CompletableFuture<>();
    CompletableFuture<Long> counted = new CompletableFuture<>();
    AtomicInteger seen = new AtomicInteger();
    Thread sleeper =
        new Thread(() -> {
          try (Uring ring = Uring.open(UringOptions.entries(8))) {
            fd.set(ring.fd());
            opened.complete(0);
            long next = 0;
            while (next < rounds) {
              ring.submitAndWait(1, Rings.PATIENCE_NANOS);
              assertThat(ring.ready()).as("messages of %s", next).isPositive();
              assertThat(ring.cqeUserData(0)).isEqualTo(next);
              ring.advance(1);
              next++;
              seen.setRelease((int) next);
            }
            counted.complete(next);
          } catch (Throwable t) {
            opened.completeExceptionally(t);
            counted.completeExceptionally(t);
          }
        });
    sleeper.start();
    opened.get();

    try (Uring ring = Rings.open(8)) {
      for (int i = 0; i < rounds; i++) {
        ring.prepareMsgRing(fd.get(), 0, i).submit();
        assertThat(Rings.awaitOne(ring).result()).isZero();
        while (seen.getAcquire() <= i && !counted.isDone()) {
          Thread.onSpinWait();
        }
      }
      assertThat(counted.get()).isEqualTo(rounds);
    }
    sleeper.join();
  }

  /** Behaviour 34. */
  @Test
  void shouldReportTheErrorWhenTheTargetIsNoRing() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int eventFd = kernel.eventFd();
      ring.prepareMsgRing(eventFd, 0, 1).submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(-Errno.EBADFD);

      // The number of one that was closed another thread of the JVM's may have again.
      ring.prepareMsgRing(Integer.MAX_VALUE, 0, 1).submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(-Errno.EBADF);
    }
  }

  /** Behaviour 34. */
  @Test
  void shouldReportTheErrorWhenTheTargetIsNotEnabled() throws Exception {
    try (Uring target = Rings.open(UringOptions.entries(8).withStartDisabled(true));
        Uring ring = Rings.open(8)) {
      ring.prepareMsgRing(target.fd(), 0, 1).submit();

      assertThat(Rings.awaitOne(ring).result()).isEqualTo(-Errno.EBADFD);
    }
  }

  /** Behaviour 34: none lost without a word, whether the kernel keeps them or refuses. */
  @Test
  void shouldKeepOrRefuseEachWhenTheTargetIsFull() throws Exception {
    try (Uring target = Rings.open(UringOptions.entries(2).withCqEntries(2));
        Uring ring = Rings.open(8)) {
      int accepted = 0;
      for (int i = 0; i < 6; i++) {
        ring.prepareMsgRing(target.fd(), 0, i).submit();
        int result = Rings.awaitOne(ring).result();
        assertThat(result).isIn(0, -Errno.EOVERFLOW);
        accepted += result == 0 ? 1 : 0;
      }

      assertThat(accepted).isGreaterThanOrEqualTo(2);
      assertThat(Rings.await(target, accepted)).hasSize(accepted);
      assertThat(Rings.poll(target)).isEmpty();
    }
  }

  @Test
  void shouldPassTheFileWhenBothRingsHaveTables() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring target = Rings.open(8);
        Uring ring = Rings.open(8)) {
      int[] pair = kernel.socketPair();
      RegisteredFiles.register(ring, pair[0]);
      RegisteredFiles.sparse(target, 2);
      ring.prepareMsgRingFd(target.fd(), 0, OpFlag.IORING_FILE_INDEX_ALLOC, 9, 0).submit();
      assertThat(Rings.awaitOne(ring).result()).isNotNegative();

      Rings.Cqe passed = Rings.awaitOne(target);
      assertThat(passed.userData()).isEqualTo(9);
      kernel.write(pair[1], "x");
      target.prepareRecv(0, kernel.allocate(16), 16, 0).fixedFile().submit();
      assertThat(Rings.awaitOne(target).result()).isEqualTo(1);
    }
  }

  @Test
  void shouldCarryTheFlagsWhenTheyAreGiven() throws Exception {
    try (Uring from = Rings.open(8);
        Uring to = Rings.open(8)) {
      int flags = 3 << CqeFlag.IORING_CQE_BUFFER_SHIFT | CqeFlag.IORING_CQE_F_BUFFER;
      from.prepareMsgRing(to.fd(), 5, 7, flags).submit();

      assertThat(Rings.awaitOne(from).result()).isZero();
      assertThat(Rings.awaitOne(to)).isEqualTo(new Rings.Cqe(7, 5, flags));
    }
  }
}
