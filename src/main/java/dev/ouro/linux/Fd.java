// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * An open file descriptor that closes exactly once.
 *
 * <p>The number is read with {@link #number} and stays valid until {@link #close}; after that it is
 * −1 here, so that a number which the kernel has given to somebody else is never used by mistake.
 * Any thread may close it; a call that runs at that moment on another thread is the caller's
 * business. Every descriptor that Ouro makes has {@code FD_CLOEXEC}.
 */
public final class Fd implements AutoCloseable {
  private static final int F_GETFD = 1;
  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int O_NONBLOCK = 0x800;

  private final AtomicInteger number;
  private volatile Runnable closeHook;

  /** Takes ownership of {@code number}, an open descriptor. */
  public Fd(int number) {
    if (number < 0) {
      throw new IllegalArgumentException("number: " + number + " is not a descriptor");
    }
    this.number = new AtomicInteger(number);
  }

  /**
   * Another descriptor of the same open file, {@code fcntl(2)} with {@code F_DUPFD_CLOEXEC}.
   *
   * @param lowest the new number is the first free one from here on
   * @throws LinuxException EBADF: {@code number} is not open; EMFILE, EINVAL: no number is free
   */
  public static Fd duplicate(int number, int lowest) throws LinuxException {
    return new Fd((int) LinuxException.check("fcntl", tryDuplicate(number, lowest)));
  }

  /** {@link #duplicate} as a bare number that the caller owns, or −errno. */
  public static int tryDuplicate(int number, int lowest) {
    return (int) Syscall.call(Nr.FCNTL, number, F_DUPFD_CLOEXEC, lowest);
  }

  /** Whether a number is that of an open descriptor, {@code fcntl(2)} with {@code F_GETFD}. */
  public static boolean isOpen(int number) {
    return Syscall.call(Nr.FCNTL, number, F_GETFD) >= 0;
  }

  /** The descriptor's number, or −1 once it is closed or detached. */
  public int number() {
    return number.getPlain();
  }

  /** Whether {@link #close} or {@link #detach} was called. */
  public boolean isClosed() {
    return number.get() < 0;
  }

  /**
   * Whether {@code O_NONBLOCK} is set, {@code fcntl(2)} with {@code F_GETFL}.
   *
   * @throws LinuxException EBADF
   */
  public boolean isNonBlocking() throws LinuxException {
    long flags = LinuxException.check("fcntl", Syscall.call(Nr.FCNTL, number(), F_GETFL));
    return (flags & O_NONBLOCK) != 0;
  }

  /**
   * Sets or clears {@code O_NONBLOCK}, {@code fcntl(2)} with {@code F_SETFL}. The flag belongs to
   * the open file, which duplicates of the descriptor share.
   *
   * @throws LinuxException EBADF
   */
  public void nonBlocking(boolean set) throws LinuxException {
    long flags = LinuxException.check("fcntl", Syscall.call(Nr.FCNTL, number(), F_GETFL));
    long wanted = set ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    if (wanted != flags) {
      LinuxException.check("fcntl", Syscall.call(Nr.FCNTL, number(), F_SETFL, wanted));
    }
  }

  /**
   * Has {@code hook} run once when this is closed or detached, on the thread that does it, while
   * the number is still the old file's; {@link #number} is −1 by then. For whoever uses the
   * descriptor without owning it.
   *
   * @param hook replaces the one before; null for none
   */
  public void onClose(Runnable hook) {
    closeHook = hook;
  }

  /** Gives the descriptor away without closing it: its number, or −1 when it was closed before. */
  public int detach() {
    int open = number.getAndSet(-1);
    runHook();
    return open;
  }

  private void runHook() {
    Runnable hook = closeHook;
    if (hook != null) {
      closeHook = null;
      hook.run();
    }
  }

  /**
   * {@code close(2)}; a second call does nothing. The answer of the kernel is not reported: on
   * Linux the descriptor is gone whatever it is, and it must not be closed again, not even after
   * EINTR.
   */
  @Override
  public void close() {
    int open = number.getAndSet(-1);
    if (open >= 0) {
      try {
        runHook();
      } finally {
        Syscall.call(Nr.CLOSE, open);
      }
    }
  }

  @Override
  public String toString() {
    int n = number.get();
    return n < 0 ? "fd closed" : "fd " + n;
  }
}
