// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

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
  private static final int WNOWAIT = 0x01000000;

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
   * @throws LinuxException ECHILD: not a child of this process, or somebody else waited for it
   */
  public ExitStatus reap() throws LinuxException {
    return waitid(WEXITED | WNOHANG);
  }

  /**
   * Whether the child has ended, without taking its end.
   *
   * @throws LinuxException as {@link #reap}
   */
  public boolean hasExited() throws LinuxException {
    return waitid(WEXITED | WNOHANG | WNOWAIT) != null;
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
