// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.Errno;
import dev.ouro.linux.Nr;
import dev.ouro.linux.Syscall;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What an enter that waits answers, and when it ends. */
class WaitTest {
  private static final boolean X86_64 = System.getProperty("os.arch").equals("amd64");
  private static final int TGKILL = X86_64 ? 234 : 131;

  /** The JVM has a handler for it that does nothing. */
  private static final int SIGPIPE = 13;

  private static final long SHORT_NANOS = 20_000_000;

  @Test
  void shouldAnswerEtimeWhenNothingCompletesInTime() throws Exception {
    try (Uring ring = Rings.open(8)) {
      long start = System.nanoTime();

      assertThat(ring.submitAndWait(1, SHORT_NANOS)).isEqualTo(-Errno.ETIME);
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(SHORT_NANOS);
      assertThat(ring.ready()).isZero();
    }
  }

  /** Behaviour 8: the second wait is counted by the calls that the kernel was asked for. */
  @Test
  void shouldAnswerHowManyWereTakenWhenTheTimeIsOver() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pair = kernel.socketPair();
      ring.prepareRecv(pair[0], kernel.allocate(16), 16, 0).userData(1).submit();
      ring.prepareNop().userData(2).submit();
      long start = System.nanoTime();

      assertThat(ring.submitAndWait(2, SHORT_NANOS)).isEqualTo(2);
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(SHORT_NANOS);
      assertThat(ring.pending()).isZero();
      assertThat(Rings.awaitOne(ring).userData()).isEqualTo(2);
    }
  }

  /** Behaviour 9. */
  @Test
  void shouldDeliverWhatIsThereWhenFewerCompleteThanAreWaitedFor() throws Exception {
    try (Uring ring = Rings.open(8)) {
      ring.prepareNop().userData(1).submit();
      ring.prepareNop().userData(2).submit();

      assertThat(ring.submitAndWait(5, SHORT_NANOS)).isEqualTo(2);
      assertThat(ring.ready()).isEqualTo(2);
      assertThat(ring.submitAndWait(5, SHORT_NANOS)).isEqualTo(-Errno.ETIME);
      assertThat(Rings.await(ring, 2)).hasSize(2);
    }
  }

  @Test
  void shouldNotWaitForMoreThanFitsWhenAskedFor() throws Exception {
    try (Uring ring = Rings.open(UringOptions.entries(2).withCqEntries(2))) {
      ring.prepareNop().submit();
      ring.prepareNop().submit();

      assertThat(ring.submitAndWait(1000)).isEqualTo(2);
    }
  }

  /** Behaviour 10. */
  @Test
  void shouldReturnBeforeTheMinimumTimeWhenTheBatchIsFull() throws Exception {
    try (Uring ring = Rings.open(8)) {
      ring.prepareNop().submit();
      ring.prepareNop().submit();

      int minWaitMicros = 2_000_000_000;
      assertThat(ring.submitAndWaitBatch(2, minWaitMicros, -1)).isEqualTo(2);
      assertThat(ring.ready()).isEqualTo(2);
    }
  }

  /** Behaviour 10. */
  @Test
  void shouldReturnAfterTheMinimumTimeWhenTheBatchIsNotFull() throws Exception {
    try (Uring ring = Rings.open(8)) {
      ring.prepareNop().submit();

      assertThat(ring.submitAndWaitBatch(2, 1000, -1)).isEqualTo(1);
      assertThat(ring.ready()).isEqualTo(1);
    }
  }

  /** Behaviour 10. */
  @Test
  void shouldGoOnAfterTheMinimumTimeWhenNothingIsThere() throws Exception {
    try (Uring ring = Rings.open(8)) {
      ring.prepareTimeout(SHORT_NANOS, 0, 0).userData(3).submit();

      ring.submitAndWaitBatch(2, 1000, Rings.PATIENCE_NANOS);
      assertThat(ring.ready()).isEqualTo(1);
      assertThat(ring.cqeUserData(0)).isEqualTo(3);
      assertThat(ring.submitAndWaitBatch(1, 1, SHORT_NANOS)).isZero();
    }
  }

  @Test
  void shouldAnswerEtimeWhenABatchStaysEmpty() throws Exception {
    try (Uring ring = Rings.open(8)) {
      assertThat(ring.submitAndWaitBatch(2, 1000, SHORT_NANOS)).isEqualTo(-Errno.ETIME);
    }
  }

  /** Behaviour 7. */
  @Test
  void shouldGoOnWaitingWhenASignalInterrupts() throws Exception {
    Rings.open(8).close();
    AtomicLong tid = new AtomicLong();
    AtomicInteger ringFd = new AtomicInteger();
    CompletableFuture<Integer> opened = new CompletableFuture<>();
    CompletableFuture<Rings.Cqe> received = new CompletableFuture<>();
    Thread waiter =
        new Thread(() -> {
          try (Uring ring = Uring.open(UringOptions.entries(8))) {
            tid.set(Kernel.threadId());
            ringFd.set(ring.fd());
            ring.prepareTimeout(3600_000_000_000L, 0, 0).submit();
            opened.complete(0);
            ring.submitAndWait(1, Rings.PATIENCE_NANOS);
            received.complete(Rings.awaitOne(ring));
          } catch (Throwable t) {
            opened.completeExceptionally(t);
            received.completeExceptionally(t);
          }
        });
    waiter.start();
    opened.get();

    try (Uring ring = Rings.open(8)) {
      long pid = ProcessHandle.current().pid();
      for (int i = 0; i < 20; i++) {
        Kernel.awaitInside(tid.get(), Nr.IO_URING_ENTER);
        assertThat(Syscall.call(TGKILL, pid, tid.get(), SIGPIPE)).isZero();
      }
      Kernel.awaitInside(tid.get(), Nr.IO_URING_ENTER);
      assertThat(received).isNotDone();

      ring.prepareMsgRing(ringFd.get(), 5, 77).submit();
      ring.submit();

      assertThat(received.get()).isEqualTo(new Rings.Cqe(77, 5, 0));
    }
    waiter.join();
  }

  @Test
  void shouldTellThatCompletionsWaitWhenTheyAreDeferred() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pair = kernel.socketPair();
      ring.prepareRecv(pair[0], kernel.allocate(16), 16, 0).userData(1).submit();
      ring.submit();
      assertThat(ring.needsEnter()).isFalse();

      kernel.write(pair[1], "x");

      if ((ring.setupFlags() & Setup.IORING_SETUP_DEFER_TASKRUN) != 0) {
        assertThat(ring.taskrunPending()).isTrue();
        assertThat(ring.ready()).isZero();
        ring.submitAndWait(0);
      }
      assertThat(ring.ready()).isEqualTo(1);
      assertThat(ring.taskrunPending()).isFalse();
    }
  }
}
