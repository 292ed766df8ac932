// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.Arena;

/**
 * A process that cannot be mistaken for another one that gets its number later, {@code
 * pidfd_open(2)}. Its descriptor becomes readable when the process ends.
 *
 * <p>Any thread may call.
 */
public final class PidFd implements AutoCloseable {
  private static final int P_PIDFD = 3;
  private static final int WEXITED = 4;
  private static final int WNOHANG = 1;
  private static final int POLLFD_SIZE = 8;
  private static final int POLL_EVENTS = 4;
  private static final int POLL_REVENTS = 6;
  private static final int TIMESPEC_SIZE = 16;

  private final Fd fd;
  private final int pid;

  private PidFd(Fd fd, int pid) {
    this.fd = fd;
    this.pid = pid;
  }

  /**
   * {@code pidfd_open(2)}, close-on-exec. Safe for a child that was not waited for.
   *
   * @throws ProcessLookupException ESRCH: there is no such process
   * @throws LinuxException EMFILE, ENFILE: no descriptor is free; EINVAL: not a process
   */
  public static PidFd open(int pid) throws LinuxException {
    long result = LinuxException.check("pidfd_open", Syscall.call(Nr.PIDFD_OPEN, pid, 0));
    return new PidFd(new Fd((int) result), pid);
  }

  /** The process's number, which may be another one's once it was waited for. */
  public int pid() {
    return pid;
  }

  /**
   * {@code pidfd_send_signal(2)}.
   *
   * @throws ProcessLookupException ESRCH: it has ended and was waited for
   * @throws LinuxException EPERM: it may not be signalled; EBADF: this is closed
   */
  public void send(Signal signal) throws LinuxException {
    long result = Syscall.call(Nr.PIDFD_SEND_SIGNAL, fd.number(), signal.number(), 0, 0);
    LinuxException.check("pidfd_send_signal", result);
  }

  /**
   * {@code waitid(2)} with P_PIDFD and WNOHANG: takes the child's end, after which its number is
   * free.
   *
   * @return null while it runs
   * @throws LinuxException ECHILD: not a child of this process, or somebody else waited for it:
   *     {@link #hasExited} answers for those, too; EBADF: this is closed
   */
  public ExitStatus reap() throws LinuxException {
    return waitid(WEXITED | WNOHANG);
  }

  /**
   * Whether the process has ended, without taking its end: {@code ppoll(2)}. Of any process, child
   * or not, and whether or not it was waited for; a thread that is left counts as the process.
   *
   * @throws LinuxException EBADF: this is closed
   */
  public boolean hasExited() throws LinuxException {
    if (fd.isClosed()) {
      throw LinuxException.of("ppoll", Errno.EBADF); // its −1 would be left out
    }
    try (Arena arena = Arena.ofConfined()) {
      long poll = arena.allocate(POLLFD_SIZE, Long.BYTES).address();
      long noTime = arena.allocate(TIMESPEC_SIZE, Long.BYTES).address();
      NativeMemory.putInt(poll, fd.number());
      NativeMemory.putShort(poll + POLL_EVENTS, (short) Epoll.EPOLLIN);
      LinuxException.check("ppoll", Syscall.retrying(Nr.PPOLL, poll, 1, noTime, 0, 0, 0));
      return (NativeMemory.getShort(poll + POLL_REVENTS) & Epoll.EPOLLIN) != 0;
    }
  }

  /**
   * Waits for the child's end and takes it.
   *
   * @throws LinuxException as {@link #reap}
   */
  public ExitStatus await() throws LinuxException {
    return waitid(WEXITED);
  }

  private ExitStatus waitid(int options) throws LinuxException {
    return ChildWait.waitid(P_PIDFD, fd.number(), options);
  }

  /** The descriptor, readable once the process has ended; this still owns it. */
  public Fd fd() {
    return fd;
  }

  @Override
  public void close() {
    fd.close();
  }

  @Override
  public String toString() {
    return "PidFd[pid " + pid + ", " + fd + "]";
  }
}
