// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * {@code eventfd(2)}: a counter that makes a waiter wake.
 *
 * <p>Any thread may {@link #signal}. The descriptor is non-blocking.
 */
public final class EventFd implements AutoCloseable {
  private static final int EFD_CLOEXEC = 0x80000;
  private static final int EFD_NONBLOCK = 0x800;
  // The value 1, shared by all signals: read-only after this.
  private static final MemorySegment ONE = Arena.global().allocateFrom(ValueLayout.JAVA_LONG, 1L);

  private final Fd fd;

  private EventFd(Fd fd) {
    this.fd = fd;
  }

  /**
   * {@code eventfd2(2)} with EFD_CLOEXEC and EFD_NONBLOCK, at zero.
   *
   * @throws LinuxException EMFILE, ENFILE: no descriptor is free; ENOMEM
   */
  public static EventFd create() throws LinuxException {
    return new EventFd(new Fd((int) LinuxException.check("eventfd", open())));
  }

  /** {@link #create} as a bare descriptor that the caller owns, or −errno. */
  public static int open() {
    return (int) Syscall.call(Nr.EVENTFD2, 0, EFD_CLOEXEC | EFD_NONBLOCK);
  }

  /**
   * Adds one, {@code write(2)}: the descriptor becomes readable, and its pollers hear of it, also
   * when it was readable before. 0, or −errno; EAGAIN (the counter is full) counts as done.
   */
  public synchronized int signal() {
    if (fd.isClosed()) {
      return 0; // the waiter is gone, and the number may be another file's by now
    }
    long result = Syscall.retrying(Nr.WRITE, fd.number(), ONE.address(), Long.BYTES, 0, 0, 0);
    return result < 0 && result != -Errno.EAGAIN ? (int) result : 0;
  }

  /** Sets the counter to zero, {@code read(2)}: what it was, 0 when it was zero, or −errno. */
  public long reset() {
    try (Arena arena = Arena.ofConfined()) {
      long value = arena.allocate(Long.BYTES, Long.BYTES).address();
      long result = Syscall.retrying(Nr.READ, fd.number(), value, Long.BYTES, 0, 0, 0);
      if (result < 0) {
        return result == -Errno.EAGAIN ? 0 : result;
      }
      return NativeMemory.getLong(value);
    }
  }

  /** The descriptor; this still owns it. */
  public Fd fd() {
    return fd;
  }

  /** Closes the descriptor. A {@link #signal} that comes later does nothing. */
  @Override
  public synchronized void close() {
    fd.close();
  }
}
