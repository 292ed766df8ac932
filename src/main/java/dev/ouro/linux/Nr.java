// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

/**
 * The system call numbers of this machine's architecture, {@code __NR_*} of {@code asm/unistd.h}.
 *
 * <p>Written out for both, like all constants of this package, and compared with jextract's by a
 * test: loading the bindings would make every start slower.
 */
public final class Nr {
  /** {@code read(2)}. */
  public static final int READ = number(0, 63);

  /** {@code write(2)}. */
  public static final int WRITE = number(1, 64);

  /** {@code readv(2)}. */
  public static final int READV = number(19, 65);

  /** {@code pread(2)}. */
  public static final int PREAD64 = number(17, 67);

  /** {@code writev(2)}. */
  public static final int WRITEV = number(20, 66);

  /** {@code close(2)}. */
  public static final int CLOSE = number(3, 57);

  /** {@code fstat(2)}. */
  public static final int FSTAT = number(5, 80);

  /** {@code mmap(2)}. */
  public static final int MMAP = number(9, 222);

  /** {@code munmap(2)}. */
  public static final int MUNMAP = number(11, 215);

  /** {@code mprotect(2)}. */
  public static final int MPROTECT = number(10, 226);

  /** {@code madvise(2)}. */
  public static final int MADVISE = number(28, 233);

  /** {@code ioctl(2)}. */
  public static final int IOCTL = number(16, 29);

  /** {@code fcntl(2)}. */
  public static final int FCNTL = number(72, 25);

  /** {@code socket(2)}. */
  public static final int SOCKET = number(41, 198);

  /** {@code bind(2)}. */
  public static final int BIND = number(49, 200);

  /** {@code listen(2)}. */
  public static final int LISTEN = number(50, 201);

  /** {@code accept4(2)}. */
  public static final int ACCEPT4 = number(288, 242);

  /** {@code connect(2)}. */
  public static final int CONNECT = number(42, 203);

  /** {@code shutdown(2)}. */
  public static final int SHUTDOWN = number(48, 210);

  /** {@code getsockname(2)}. */
  public static final int GETSOCKNAME = number(51, 204);

  /** {@code getpeername(2)}. */
  public static final int GETPEERNAME = number(52, 205);

  /** {@code getsockopt(2)}. */
  public static final int GETSOCKOPT = number(55, 209);

  /** {@code setsockopt(2)}. */
  public static final int SETSOCKOPT = number(54, 208);

  /** {@code sendto(2)}. */
  public static final int SENDTO = number(44, 206);

  /** {@code recvfrom(2)}. */
  public static final int RECVFROM = number(45, 207);

  /** {@code sendmsg(2)}. */
  public static final int SENDMSG = number(46, 211);

  /** {@code recvmsg(2)}. */
  public static final int RECVMSG = number(47, 212);

  /** {@code recvmmsg(2)}. */
  public static final int RECVMMSG = number(299, 243);

  /** {@code sendmmsg(2)}. */
  public static final int SENDMMSG = number(307, 269);

  /** {@code socketpair(2)}. */
  public static final int SOCKETPAIR = number(53, 199);

  /** {@code sendfile(2)}. */
  public static final int SENDFILE = number(40, 71);

  /** {@code eventfd2(2)}. */
  public static final int EVENTFD2 = number(290, 19);

  /** {@code epoll_create1(2)}. */
  public static final int EPOLL_CREATE1 = number(291, 20);

  /** {@code epoll_ctl(2)}. */
  public static final int EPOLL_CTL = number(233, 21);

  /** {@code ppoll(2)}. */
  public static final int PPOLL = number(271, 73);

  /** {@code epoll_pwait2(2)}. */
  public static final int EPOLL_PWAIT2 = number(441, 441);

  /** {@code epoll_pwait(2)}. */
  public static final int EPOLL_PWAIT = number(281, 22);

  /** {@code pipe2(2)}. */
  public static final int PIPE2 = number(293, 59);

  /** {@code lseek(2)}. */
  public static final int LSEEK = number(8, 62);

  /** {@code unlinkat(2)}. */
  public static final int UNLINKAT = number(263, 35);

  /** {@code statx(2)}. */
  public static final int STATX = number(332, 291);

  /** {@code openat2(2)}. */
  public static final int OPENAT2 = number(437, 437);

  /** {@code openat(2)}. */
  public static final int OPENAT = number(257, 56);

  /** {@code prlimit(2)}. */
  public static final int PRLIMIT64 = number(302, 261);

  /** {@code sched_setaffinity(2)}. */
  public static final int SCHED_SETAFFINITY = number(203, 122);

  /** {@code sched_getaffinity(2)}. */
  public static final int SCHED_GETAFFINITY = number(204, 123);

  /** {@code gettid(2)}. */
  public static final int GETTID = number(186, 178);

  /** {@code io_uring_setup(2)}. */
  public static final int IO_URING_SETUP = number(425, 425);

  /** {@code io_uring_enter(2)}. */
  public static final int IO_URING_ENTER = number(426, 426);

  /** {@code io_uring_register(2)}. */
  public static final int IO_URING_REGISTER = number(427, 427);

  /** {@code timerfd_create(2)}. */
  public static final int TIMERFD_CREATE = number(283, 85);

  /** {@code timerfd_settime(2)}. */
  public static final int TIMERFD_SETTIME = number(286, 86);

  /** {@code clock_gettime(2)}. */
  public static final int CLOCK_GETTIME = number(228, 113);

  /** {@code signalfd4(2)}. */
  public static final int SIGNALFD4 = number(289, 74);

  /** {@code pidfd_open(2)}. */
  public static final int PIDFD_OPEN = number(434, 434);

  /** {@code pidfd_send_signal(2)}. */
  public static final int PIDFD_SEND_SIGNAL = number(424, 424);

  /** {@code waitid(2)}. */
  public static final int WAITID = number(247, 95);

  /** {@code splice(2)}. */
  public static final int SPLICE = number(275, 76);

  /** {@code rt_sigprocmask(2)}. */
  public static final int RT_SIGPROCMASK = number(14, 135);

  /** {@code rt_sigqueueinfo(2)}. */
  public static final int RT_SIGQUEUEINFO = number(129, 138);

  /** {@code kill(2)}. */
  public static final int KILL = number(62, 129);

  /** {@code tgkill(2)}. */
  public static final int TGKILL = number(234, 131);

  /** {@code getuid(2)}. */
  public static final int GETUID = number(102, 174);

  /** {@code umask(2)}. */
  public static final int UMASK = number(95, 166);

  /** {@code unshare(2)}. */
  public static final int UNSHARE = number(272, 97);

  /** {@code setgroups(2)}. */
  public static final int SETGROUPS = number(116, 159);

  /** {@code setresgid(2)}. */
  public static final int SETRESGID = number(119, 149);

  /** {@code setresuid(2)}. */
  public static final int SETRESUID = number(117, 147);

  /** {@code prctl(2)}. */
  public static final int PRCTL = number(157, 167);

  /** {@code futex(2)}. */
  public static final int FUTEX = number(202, 98);

  /** {@code faccessat2(2)}. */
  public static final int FACCESSAT2 = number(439, 439);

  private Nr() {}

  private static int number(int x86, int aarch64) {
    return Abi.X86_64 ? x86 : aarch64;
  }
}
