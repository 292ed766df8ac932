// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

/** The system call numbers of this machine's architecture, {@code __NR_*} of {@code asm/unistd.h}. */
public final class Nr {
  /** {@code read(2)}. */
  public static final int READ = 0;

  /** {@code write(2)}. */
  public static final int WRITE = 1;

  /** {@code readv(2)}. */
  public static final int READV = 19;

  /** {@code pread64(2)}. */
  public static final int PREAD64 = 17;

  /** {@code writev(2)}. */
  public static final int WRITEV = 20;

  /** {@code close(2)}. */
  public static final int CLOSE = 3;

  /** {@code fstat(2)}. */
  public static final int FSTAT = 5;

  /** {@code mmap(2)}. */
  public static final int MMAP = 9;

  /** {@code munmap(2)}. */
  public static final int MUNMAP = 11;

  /** {@code mprotect(2)}. */
  public static final int MPROTECT = 10;

  /** {@code madvise(2)}. */
  public static final int MADVISE = 28;

  /** {@code ioctl(2)}. */
  public static final int IOCTL = 16;

  /** {@code fcntl(2)}. */
  public static final int FCNTL = 72;

  /** {@code socket(2)}. */
  public static final int SOCKET = 41;

  /** {@code bind(2)}. */
  public static final int BIND = 49;

  /** {@code listen(2)}. */
  public static final int LISTEN = 50;

  /** {@code accept4(2)}. */
  public static final int ACCEPT4 = 288;

  /** {@code connect(2)}. */
  public static final int CONNECT = 42;

  /** {@code shutdown(2)}. */
  public static final int SHUTDOWN = 48;

  /** {@code getsockname(2)}. */
  public static final int GETSOCKNAME = 51;

  /** {@code getpeername(2)}. */
  public static final int GETPEERNAME = 52;

  /** {@code getsockopt(2)}. */
  public static final int GETSOCKOPT = 55;

  /** {@code setsockopt(2)}. */
  public static final int SETSOCKOPT = 54;

  /** {@code sendto(2)}. */
  public static final int SENDTO = 44;

  /** {@code recvfrom(2)}. */
  public static final int RECVFROM = 45;

  /** {@code sendmsg(2)}. */
  public static final int SENDMSG = 46;

  /** {@code recvmsg(2)}. */
  public static final int RECVMSG = 47;

  /** {@code recvmmsg(2)}. */
  public static final int RECVMMSG = 299;

  /** {@code sendmmsg(2)}. */
  public static final int SENDMMSG = 307;

  /** {@code socketpair(2)}. */
  public static final int SOCKETPAIR = 53;

  /** {@code sendfile(2)}. */
  public static final int SENDFILE = 40;

  /** {@code eventfd2(2)}. */
  public static final int EVENTFD2 = 290;

  /** {@code epoll_create1(2)}. */
  public static final int EPOLL_CREATE1 = 291;

  /** {@code epoll_ctl(2)}. */
  public static final int EPOLL_CTL = 233;

  /** {@code epoll_pwait2(2)}. */
  public static final int EPOLL_PWAIT2 = 441;

  /** {@code epoll_pwait(2)}. */
  public static final int EPOLL_PWAIT = 281;

  /** {@code pipe2(2)}. */
  public static final int PIPE2 = 293;

  /** {@code lseek(2)}. */
  public static final int LSEEK = 8;

  /** {@code unlinkat(2)}. */
  public static final int UNLINKAT = 263;

  /** {@code statx(2)}. */
  public static final int STATX = 332;

  /** {@code openat2(2)}. */
  public static final int OPENAT2 = 437;

  /** {@code openat(2)}. */
  public static final int OPENAT = 257;

  /** {@code prlimit64(2)}. */
  public static final int PRLIMIT64 = 302;

  /** {@code sched_setaffinity(2)}. */
  public static final int SCHED_SETAFFINITY = 203;

  /** {@code sched_getaffinity(2)}. */
  public static final int SCHED_GETAFFINITY = 204;

  /** {@code gettid(2)}. */
  public static final int GETTID = 186;

  /** {@code io_uring_setup(2)}. */
  public static final int IO_URING_SETUP = 425;

  /** {@code io_uring_enter(2)}. */
  public static final int IO_URING_ENTER = 426;

  /** {@code io_uring_register(2)}. */
  public static final int IO_URING_REGISTER = 427;

  /** {@code timerfd_create(2)}. */
  public static final int TIMERFD_CREATE = 283;

  /** {@code timerfd_settime(2)}. */
  public static final int TIMERFD_SETTIME = 286;

  /** {@code signalfd4(2)}. */
  public static final int SIGNALFD4 = 289;

  /** {@code pidfd_open(2)}. */
  public static final int PIDFD_OPEN = 434;

  /** {@code pidfd_send_signal(2)}. */
  public static final int PIDFD_SEND_SIGNAL = 424;

  /** {@code waitid(2)}. */
  public static final int WAITID = 247;

  /** {@code splice(2)}. */
  public static final int SPLICE = 275;

  private Nr() {}
}
