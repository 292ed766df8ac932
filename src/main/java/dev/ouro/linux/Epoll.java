// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.Arena;
import java.util.Objects;

/**
 * {@code epoll(7)}: waits for readiness of many descriptors.
 *
 * <p>One thread waits and reads events; {@link #add}, {@link #modify} and {@link #delete} may be
 * called from any. The event array is the instance's own: events are read by index between two
 * waits.
 *
 * <pre>{@code
 * try (Epoll epoll = Epoll.create(64)) {
 *   epoll.add(fd, Epoll.EPOLLIN | Epoll.EPOLLET, 7);
 *   int n = epoll.await(1_000_000_000L);
 *   for (int i = 0; i < n; i++) {
 *     use(epoll.data(i), epoll.events(i));
 *   }
 * }
 * }</pre>
 */
public final class Epoll implements AutoCloseable {
  /** There is something to read. */
  public static final int EPOLLIN = 0x1;

  /** There is urgent data. */
  public static final int EPOLLPRI = 0x2;

  /** There is room to write. */
  public static final int EPOLLOUT = 0x4;

  /** An error is pending; always reported. */
  public static final int EPOLLERR = 0x8;

  /** Both directions are shut; always reported. */
  public static final int EPOLLHUP = 0x10;

  /** The peer shut its writing half. */
  public static final int EPOLLRDHUP = 0x2000;

  /** Wakes one of several waiters. */
  public static final int EPOLLEXCLUSIVE = 1 << 28;

  /** Reports once, until modified. */
  public static final int EPOLLONESHOT = 1 << 30;

  /** Edge-triggered. */
  public static final int EPOLLET = 1 << 31;

  private static final int EPOLL_CLOEXEC = 0x80000;
  private static final int EPOLL_CTL_ADD = 1;
  private static final int EPOLL_CTL_DEL = 2;
  private static final int EPOLL_CTL_MOD = 3;
  private static final int EPIOCSPARAMS = 0x40088a01;
  private static final int PARAMS_SIZE = 8;
  private static final int PARAMS_BUDGET = 4;
  private static final int PARAMS_PREFER = 6;
  private static final long EVENT_SIZE = Abi.EPOLL_EVENT_SIZE;
  private static final long DATA_OFFSET = Abi.EPOLL_EVENT_DATA_OFFSET;
  private static final int TIMESPEC_SIZE = 16;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final Fd fd;
  private final Mapping memory;
  private final long events;
  private final long timeout;
  private final int capacity;
  private boolean hasPwait2 = true;

  private Epoll(Fd fd, Mapping memory, int capacity) {
    this.fd = fd;
    this.memory = memory;
    this.capacity = capacity;
    this.timeout = memory.address();
    this.events = memory.address() + TIMESPEC_SIZE;
  }

  /**
   * {@code epoll_create1(2)} with EPOLL_CLOEXEC.
   *
   * @param capacity how many events one {@link #await} takes at most, &gt; 0
   * @throws LinuxException EMFILE, ENFILE: no descriptor is free; ENOMEM
   */
  public static Epoll create(int capacity) throws LinuxException {
    if (capacity <= 0) {
      throw new IllegalArgumentException("capacity: must be positive, is " + capacity);
    }
    long result = Syscall.call(Nr.EPOLL_CREATE1, EPOLL_CLOEXEC);
    Fd fd = new Fd((int) LinuxException.check("epoll_create1", result));
    try {
      Mapping memory = Mapping.anonymous(TIMESPEC_SIZE + EVENT_SIZE * (capacity + 1L));
      return new Epoll(fd, memory, capacity);
    } catch (LinuxException e) {
      fd.close();
      throw e;
    }
  }

  /** {@code epoll_ctl(2)} with EPOLL_CTL_ADD: 0, or −errno (EPERM: a regular file; EEXIST …). */
  public int add(int target, int interest, long data) {
    return control(EPOLL_CTL_ADD, target, interest, data);
  }

  /** {@code epoll_ctl(2)} with EPOLL_CTL_MOD: 0, or −errno (ENOENT: not watched). */
  public int modify(int target, int interest, long data) {
    return control(EPOLL_CTL_MOD, target, interest, data);
  }

  /** {@code epoll_ctl(2)} with EPOLL_CTL_DEL: 0, or −errno (ENOENT: not watched; EBADF). */
  public int delete(int target) {
    return control(EPOLL_CTL_DEL, target, 0, 0);
  }

  private int control(int operation, int target, int interest, long data) {
    // Its own few bytes, not the event array: control may run beside a wait.
    try (Arena arena = Arena.ofConfined()) {
      long event = arena.allocate(EVENT_SIZE, Long.BYTES).address();
      NativeMemory.putInt(event, interest);
      NativeMemory.putLong(event + DATA_OFFSET, data);
      return (int) Syscall.call(Nr.EPOLL_CTL, fd.number(), operation, target, event);
    }
  }

  /**
   * {@code epoll_pwait2(2)}, or {@code epoll_pwait(2)} where that is missing (before Linux 5.11;
   * its milliseconds are rounded up).
   *
   * @param timeoutNanos how long at most: 0 not at all, negative without limit
   * @return how many events there are, 0 after the time; or −errno. EINTR is 0 events: the caller
   *     knows its deadline
   */
  public int await(long timeoutNanos) {
    long result = hasPwait2 ? pwait2(timeoutNanos) : pwait(timeoutNanos);
    if (result == -Errno.ENOSYS && hasPwait2) {
      hasPwait2 = false;
      result = pwait(timeoutNanos);
    }
    return result == -Errno.EINTR ? 0 : (int) result;
  }

  private long pwait2(long timeoutNanos) {
    if (fd.isClosed()) {
      return -Errno.EBADF;
    }
    long limit = 0;
    if (timeoutNanos >= 0) {
      NativeMemory.putLong(timeout, timeoutNanos / NANOS_PER_SECOND);
      NativeMemory.putLong(timeout + Long.BYTES, timeoutNanos % NANOS_PER_SECOND);
      limit = timeout;
    }
    return Syscall.call(Nr.EPOLL_PWAIT2, fd.number(), events, capacity, limit, 0, 0);
  }

  private long pwait(long timeoutNanos) {
    long millis = timeoutNanos < 0 ? -1 : (timeoutNanos + 999_999) / 1_000_000;
    long limit = Math.min(millis, Integer.MAX_VALUE);
    return Syscall.call(Nr.EPOLL_PWAIT, fd.number(), events, capacity, limit, 0, 0);
  }

  /**
   * Which events the last {@link #await} reported at {@code index}.
   *
   * @throws IndexOutOfBoundsException not 0 ≤ {@code index} &lt; {@link #capacity}
   * @throws IllegalStateException it is closed
   */
  public int events(int index) {
    return NativeMemory.getInt(event(index));
  }

  /** The data that was given with the descriptor of event {@code index}; as {@link #events}. */
  public long data(int index) {
    return NativeMemory.getLong(event(index) + DATA_OFFSET);
  }

  private long event(int index) {
    Objects.checkIndex(index, capacity);
    if (fd.isClosed()) {
      throw new IllegalStateException("the epoll is closed");
    }
    return events + index * EVENT_SIZE;
  }

  /**
   * {@code ioctl(2)} with {@code EPIOCSPARAMS}: before it sleeps, {@link #await} polls the network
   * device that the watched sockets receive from.
   *
   * @param micros for how long, in microseconds; 0 not at all
   * @param budget how many packets at a time, 0 to 65535; over 64 needs CAP_NET_ADMIN
   * @param prefer whether the device's interrupts are put off for it
   * @throws LinuxException EINVAL, ENOTTY: the kernel is too old, before 6.9, or has no busy
   *     polling; EPERM: too large a budget; EBADF: this is closed
   * @throws IllegalArgumentException a number out of range
   */
  public void busyPoll(int micros, int budget, boolean prefer) throws LinuxException {
    if (micros < 0) {
      throw new IllegalArgumentException("micros: " + micros);
    } else if (budget < 0 || budget > 0xffff) {
      throw new IllegalArgumentException("budget: " + budget);
    }
    try (Arena arena = Arena.ofConfined()) {
      long params = arena.allocate(PARAMS_SIZE, Integer.BYTES).address();
      NativeMemory.putInt(params, micros);
      NativeMemory.putShort(params + PARAMS_BUDGET, (short) budget);
      NativeMemory.putByte(params + PARAMS_PREFER, (byte) (prefer ? 1 : 0));
      LinuxException.check("ioctl", Syscall.call(Nr.IOCTL, fd.number(), EPIOCSPARAMS, params));
    }
  }

  /** How many events one {@link #await} takes at most. */
  public int capacity() {
    return capacity;
  }

  /** The descriptor, which an outer epoll or ring can poll in turn. */
  public Fd fd() {
    return fd;
  }

  /** Closes the instance; nobody may wait on it. A second call does nothing. */
  @Override
  public void close() {
    fd.close();
    memory.close();
  }
}
