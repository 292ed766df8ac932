// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.Affinity;
import dev.ouro.linux.Epoll;
import dev.ouro.linux.Errno;
import dev.ouro.linux.NativeMemory;
import dev.ouro.linux.Nr;
import dev.ouro.linux.Syscall;
import java.util.BitSet;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** A ring that others watch, and that watches others. */
class EventTest {
  private static final int EPOLL_CTL_ADD = 1;
  private static final int FUTEX_WAITV_SIZE = 24;
  private static final int FUTEX2_SIZE_U32 = 2;
  private static final int FUTEX2_PRIVATE = 128;
  private static final String ONE = "\1\0\0\0\0\0\0\0";

  @Test
  void shouldSignalTheEventFdWhenSomethingCompletes() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int eventFd = kernel.eventFd();
      ring.registerEventFd(eventFd);
      ring.prepareNop().submit();
      ring.submit();

      assertThat(kernel.read(eventFd)).isEqualTo(ONE);
      ring.unregisterEventFd();
    }
  }

  /** Behaviour 35. */
  @Test
  void shouldNotRecurseWhenARingPollsItsOwnEventFd() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int eventFd = kernel.eventFd();
      ring.registerEventFd(eventFd);
      ring.preparePollAdd(eventFd, Kernel.POLLIN, OpFlag.IORING_POLL_ADD_MULTI)
          .userData(1)
          .submit();
      ring.prepareNop().userData(2).submit();
      ring.submit();

      int turns = 0;
      int seen = 0;
      while (turns++ < 20 && seen < 1000) {
        ring.submitAndWait(0);
        seen += ring.forEachCompletion((u, r, f) -> {});
      }
      assertThat(seen).isLessThan(100);
      ring.unregisterEventFd();
    }
  }

  /** Behaviour 35. */
  @Test
  void shouldCompleteOnceWhenARingPollsItself() throws Exception {
    try (Uring ring = Rings.open(8)) {
      ring.preparePollAdd(ring.fd(), Kernel.POLLIN, RingOperations.ONCE).userData(1).submit();
      ring.prepareNop().userData(2).submit();
      ring.submit();

      int turns = 0;
      int seen = 0;
      while (turns++ < 20) {
        ring.submitAndWait(0);
        seen += ring.forEachCompletion((u, r, f) -> {});
      }
      assertThat(seen).isBetween(1, 2);
    }
  }

  @Test
  void shouldBeReadableInEpollWhenCompletionsCanBeRead() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int epoll = kernel.keep(Syscall.call(Nr.EPOLL_CREATE1, 0x80000));
      long event = kernel.allocate(16);
      NativeMemory.putInt(event, Kernel.POLLIN);
      assertThat(Syscall.call(Nr.EPOLL_CTL, epoll, 1, ring.fd(), event)).isZero();
      assertThat(Syscall.call(Nr.EPOLL_PWAIT, epoll, event, 1, 0, 0, 0)).isZero();

      ring.prepareNop().submit();
      ring.submit();

      assertThat(Syscall.call(Nr.EPOLL_PWAIT, epoll, event, 1, 0, 0, 0)).isEqualTo(1);
      assertThat(Rings.awaitOne(ring).result()).isZero();
      assertThat(Syscall.call(Nr.EPOLL_PWAIT, epoll, event, 1, 0, 0, 0)).isZero();
    }
  }

  /** An epoll that has slept does not hear of deferred completions; the eventfd does. */
  @Test
  void shouldSignalTheEventFdWhenACompletionIsDeferred() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int eventFd = kernel.eventFd();
      int[] pair = kernel.socketPair();
      ring.registerEventFd(eventFd);
      ring.prepareRecv(pair[0], kernel.allocate(16), 16, 0).submit();
      ring.submit();

      kernel.write(pair[1], "x");

      assertThat(kernel.read(eventFd)).isEqualTo(ONE);
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(1);
    }
  }

  /** Behaviour 36. */
  @Test
  void shouldBeShortWhenLessIsThereThanAskedFor() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      long buffer = kernel.allocate(64);
      int eventFd = kernel.eventFd();
      kernel.write(eventFd, "\7\0\0\0\0\0\0\0");
      ring.prepareRead(eventFd, buffer, 64, 0).submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(8);
      assertThat(NativeMemory.getLong(buffer)).isEqualTo(7);
      ring.prepareRead(eventFd, buffer, 4, 0).submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(-Errno.EINVAL);

      int[] pipe = kernel.pipe();
      kernel.write(pipe[1], "abc");
      ring.prepareRead(pipe[0], buffer, 64, FileOperations.CURRENT_POSITION).submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(3);
      kernel.close(pipe[1]);
      ring.prepareRead(pipe[0], buffer, 64, FileOperations.CURRENT_POSITION).submit();
      assertThat(Rings.awaitOne(ring).result()).isZero();
    }
  }

  /** Behaviour 36. */
  @Test
  void shouldReadTheExpirationsWhenATimerFdFires() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int timer = kernel.keep(Syscall.call(Nr.TIMERFD_CREATE, 1, 0x80000));
      long spec = kernel.allocate(32);
      NativeMemory.putLong(spec + 24, 1_000_000);
      long buffer = kernel.allocate(64);
      ring.prepareRead(timer, buffer, 64, 0).submit();
      ring.submit();
      assertThat(Syscall.call(Nr.TIMERFD_SETTIME, timer, 0, spec, 0)).isZero();

      assertThat(Rings.awaitOne(ring).result()).isEqualTo(8);
      assertThat(NativeMemory.getLong(buffer)).isEqualTo(1);
    }
  }

  @Test
  void shouldHandOverTheEventsOfAnEpollThatItChangesAndWaitsFor() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8);
        Epoll epoll = Epoll.create(1)) {
      Assumptions.assumeTrue(ring.supports(Op.IORING_OP_EPOLL_WAIT), "before Linux 6.15");
      int eventFd = kernel.eventFd();
      int epollFd = epoll.fd().number();
      long event = kernel.allocate(64);
      NativeMemory.putInt(event, Epoll.EPOLLIN);
      ring.prepareEpollCtl(epollFd, eventFd, EPOLL_CTL_ADD, event).submit();
      assertThat(Rings.awaitOne(ring).result()).isZero();
      long events = kernel.allocate(64);

      ring.prepareEpollWait(epollFd, events, 1).userData(1).submit();
      assertThat(Rings.poll(ring)).isEmpty();
      kernel.write(eventFd, ONE);

      assertThat(Rings.awaitOne(ring)).isEqualTo(new Rings.Cqe(1, 1, 0));
      assertThat(NativeMemory.getInt(events)).isEqualTo(Epoll.EPOLLIN);
    }
  }

  @Test
  void shouldTellWhichFutexWokeItWhenItWaitsForSeveral() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      Assumptions.assumeTrue(ring.supports(Op.IORING_OP_FUTEX_WAITV), "before Linux 6.7");
      long words = kernel.allocate(8);
      long waiters = kernel.allocate(2 * FUTEX_WAITV_SIZE);
      for (int i = 0; i < 2; i++) {
        long waiter = waiters + (long) i * FUTEX_WAITV_SIZE;
        NativeMemory.putLong(waiter + 8, words + 4L * i);
        NativeMemory.putInt(waiter + 16, FUTEX2_SIZE_U32 | FUTEX2_PRIVATE);
      }
      ring.prepareFutexWaitv(waiters, 2).userData(1).submit();
      assertThat(Rings.poll(ring)).isEmpty();

      ring.prepareFutexWake(words + 4, 1, -1L >>> 32, FUTEX2_SIZE_U32 | FUTEX2_PRIVATE)
          .userData(2)
          .submit();

      assertThat(Rings.await(ring, 2))
          .containsExactlyInAnyOrder(new Rings.Cqe(1, 1, 0), new Rings.Cqe(2, 1, 0));
    }
  }

  @Test
  void shouldBindWorkersToTheProcessorsThatThereAre() throws Exception {
    try (Uring ring = Rings.open(8)) {
      ring.bindWorkers(Affinity.get());
      ring.bindWorkers(new BitSet());

      ring.prepareNop().flags(SqeFlag.IOSQE_ASYNC).submit();

      assertThat(Rings.awaitOne(ring).result()).isZero();
    }
  }
}
