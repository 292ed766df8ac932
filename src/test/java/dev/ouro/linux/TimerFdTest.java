// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.testing.LeakCheck;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Timers, and the epoll that waits for them. */
@ExtendWith(LeakCheck.class)
class TimerFdTest {
  private static final long PATIENCE_NANOS = 30_000_000_000L;
  private static final long NEVER = Long.MAX_VALUE;

  private static void awaitExpiry(TimerFd timer) throws LinuxException {
    try (Epoll epoll = Epoll.create(1)) {
      assertThat(epoll.add(timer.fd().number(), Epoll.EPOLLIN, 7)).isZero();
      assertThat(epoll.await(PATIENCE_NANOS)).isEqualTo(1);
      assertThat(epoll.data(0)).isEqualTo(7);
    }
  }

  @Test
  void shouldExpireOnceWhenSet() throws Exception {
    try (TimerFd timer = TimerFd.create()) {
      assertThat(timer.expirations()).isZero();
      timer.set(NEVER);
      assertThat(timer.expirations()).isZero();

      timer.set(1);
      awaitExpiry(timer);

      assertThat(timer.expirations()).isEqualTo(1);
      assertThat(timer.expirations()).isZero();
    }
  }

  @Test
  void shouldExpireAgainWhenRepeating() throws Exception {
    try (TimerFd timer = TimerFd.create()) {
      timer.setRepeating(1, 1000);
      awaitExpiry(timer);
      long seen = timer.expirations();
      awaitExpiry(timer);

      assertThat(seen).isPositive();
      assertThat(timer.expirations()).isPositive();
    }
  }

  @Test
  void shouldExpireAtOnceWhenThePointInTimeHasPassed() throws Exception {
    try (TimerFd timer = TimerFd.create()) {
      timer.setAt(1);
      awaitExpiry(timer);

      assertThat(timer.expirations()).isEqualTo(1);
    }
  }

  @Test
  void shouldForgetWhatWasNotReadWhenCancelled() throws Exception {
    try (TimerFd timer = TimerFd.create()) {
      timer.set(1);
      awaitExpiry(timer);

      timer.cancel();

      assertThat(timer.expirations()).isZero();
    }
  }

  @Test
  void shouldRefuseWhatIsNoTimeAndWhenClosed() throws Exception {
    TimerFd timer = TimerFd.create();
    assertThatIllegalArgumentException().isThrownBy(() -> timer.set(0)).withMessage("nanos: 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> timer.setRepeating(1, -1))
        .withMessage("intervalNanos: -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> timer.setAt(-5))
        .withMessage("deadlineNanos: -5");
    timer.close();
    timer.close();

    assertThat(timer.expirations()).isEqualTo(-Errno.EBADF);
    assertThatThrownBy(() -> timer.set(1)).hasMessageContaining("EBADF");
    assertThatThrownBy(timer::cancel).hasMessageContaining("EBADF");
  }

  @Test
  void shouldTakeTheTimesOfBusyPolling() throws Exception {
    try (Epoll epoll = Epoll.create(1)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> epoll.busyPoll(-1, 0, false))
          .withMessage("micros: -1");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> epoll.busyPoll(0, 65536, false))
          .withMessage("budget: 65536");
      try {
        epoll.busyPoll(50, 8, true);
      } catch (LinuxException e) {
        System.err.println("this kernel has no EPIOCSPARAMS: " + e.getMessage());
        assertThat(e.errno()).isIn(Errno.EINVAL, Errno.ENOTTY);
        Assumptions.abort("EPIOCSPARAMS");
      }
      assertThat(epoll.await(0)).isZero();
    }
  }
}
