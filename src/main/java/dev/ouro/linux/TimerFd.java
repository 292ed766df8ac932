// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.Arena;

/**
 * {@code timerfd_create(2)}: a timer whose descriptor becomes readable when it expires, for epoll
 * and rings.
 *
 * <p>By {@code CLOCK_MONOTONIC}, which is {@link System#nanoTime}. Any thread may call. The
 * descriptor is non-blocking.
 */
public final class TimerFd implements AutoCloseable {
  private static final int CLOCK_MONOTONIC = 1;
  private static final int TFD_CLOEXEC = 0x80000;
  private static final int TFD_NONBLOCK = 0x800;
  private static final int TFD_TIMER_ABSTIME = 1;
  private static final int ITIMERSPEC_SIZE = 32;
  private static final int INTERVAL = 0;
  private static final int VALUE = 16;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final Fd fd;

  private TimerFd(Fd fd) {
    this.fd = fd;
  }

  /**
   * {@code timerfd_create(2)} with TFD_CLOEXEC and TFD_NONBLOCK, not set.
   *
   * @throws LinuxException EMFILE, ENFILE: no descriptor is free; ENOMEM
   */
  public static TimerFd create() throws LinuxException {
    long result = Syscall.call(Nr.TIMERFD_CREATE, CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    return new TimerFd(new Fd((int) LinuxException.check("timerfd_create", result)));
  }

  /**
   * {@code timerfd_settime(2)}: it expires once, in {@code nanos}, instead of when it would have.
   *
   * @param nanos &gt; 0
   * @throws LinuxException EBADF: this is closed
   */
  public void set(long nanos) throws LinuxException {
    settime(0, "nanos", nanos, 0);
  }

  /**
   * {@link #set}, and then again and again.
   *
   * @param firstNanos until the first time, &gt; 0; {@code intervalNanos} from each to the next,
   *     &gt; 0
   * @throws LinuxException EBADF: this is closed
   */
  public void setRepeating(long firstNanos, long intervalNanos) throws LinuxException {
    checkPositive("intervalNanos", intervalNanos);
    settime(0, "firstNanos", firstNanos, intervalNanos);
  }

  /**
   * {@code timerfd_settime(2)} with TFD_TIMER_ABSTIME: it expires once, at {@code deadlineNanos};
   * at once if that has passed.
   *
   * @param deadlineNanos as {@link System#nanoTime}, &gt; 0
   * @throws LinuxException EBADF: this is closed
   */
  public void setAt(long deadlineNanos) throws LinuxException {
    settime(TFD_TIMER_ABSTIME, "deadlineNanos", deadlineNanos, 0);
  }

  /**
   * It does not expire any more, {@code timerfd_settime(2)} with zeros; what was not read is
   * forgotten.
   *
   * @throws LinuxException EBADF: this is closed
   */
  public void cancel() throws LinuxException {
    settime(0, 0, 0);
  }

  private void settime(int flags, String name, long value, long interval) throws LinuxException {
    checkPositive(name, value);
    settime(flags, value, interval);
  }

  private static void checkPositive(String name, long nanos) {
    if (nanos <= 0) {
      throw new IllegalArgumentException(name + ": " + nanos);
    }
  }

  private void settime(int flags, long value, long interval) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long spec = arena.allocate(ITIMERSPEC_SIZE, Long.BYTES).address();
      putTimespec(spec + INTERVAL, interval);
      putTimespec(spec + VALUE, value);
      long result = Syscall.call(Nr.TIMERFD_SETTIME, fd.number(), flags, spec, 0);
      LinuxException.check("timerfd_settime", result);
    }
  }

  private static void putTimespec(long timespec, long nanos) {
    NativeMemory.putLong(timespec, nanos / NANOS_PER_SECOND);
    NativeMemory.putLong(timespec + Long.BYTES, nanos % NANOS_PER_SECOND);
  }

  /**
   * How often it has expired since it was set or this was last called, {@code read(2)}: 0 when it
   * has not; or −errno.
   */
  public long expirations() {
    try (Arena arena = Arena.ofConfined()) {
      long count = arena.allocate(Long.BYTES, Long.BYTES).address();
      long result = Syscall.retrying(Nr.READ, fd.number(), count, Long.BYTES, 0, 0, 0);
      if (result < 0) {
        return result == -Errno.EAGAIN ? 0 : result;
      }
      return NativeMemory.getLong(count);
    }
  }

  /** The descriptor; this still owns it. */
  public Fd fd() {
    return fd;
  }

  /** {@code close(2)}; a second call does nothing. */
  @Override
  public void close() {
    fd.close();
  }

  @Override
  public String toString() {
    return "TimerFd[" + fd + "]";
  }
}
