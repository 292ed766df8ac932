// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

/**
 * The operations of a submission entry, {@code IORING_OP_*}: see {@code io_uring_enter(2)}.
 *
 * <p>{@link Uring#supports} says which of them the kernel has.
 */
public final class Op {
  /** Does nothing. */
  public static final int IORING_OP_NOP = 0;

  /** {@code preadv2(2)}. */
  public static final int IORING_OP_READV = 1;

  /** {@code pwritev2(2)}. */
  public static final int IORING_OP_WRITEV = 2;

  /** {@code fsync(2)}. */
  public static final int IORING_OP_FSYNC = 3;

  /** {@code pread(2)} into a registered buffer. */
  public static final int IORING_OP_READ_FIXED = 4;

  /** {@code pwrite(2)} from a registered buffer. */
  public static final int IORING_OP_WRITE_FIXED = 5;

  /** {@code poll(2)} of one descriptor. */
  public static final int IORING_OP_POLL_ADD = 6;

  /** Ends or changes a poll. */
  public static final int IORING_OP_POLL_REMOVE = 7;

  /** {@code sync_file_range(2)}. */
  public static final int IORING_OP_SYNC_FILE_RANGE = 8;

  /** {@code sendmsg(2)}. */
  public static final int IORING_OP_SENDMSG = 9;

  /** {@code recvmsg(2)}. */
  public static final int IORING_OP_RECVMSG = 10;

  /** Completes after a time, or a number of completions. */
  public static final int IORING_OP_TIMEOUT = 11;

  /** Ends or changes a timeout. */
  public static final int IORING_OP_TIMEOUT_REMOVE = 12;

  /** {@code accept4(2)}. */
  public static final int IORING_OP_ACCEPT = 13;

  /** Cancels operations. */
  public static final int IORING_OP_ASYNC_CANCEL = 14;

  /** Limits the time of the entry before. */
  public static final int IORING_OP_LINK_TIMEOUT = 15;

  /** {@code connect(2)}. */
  public static final int IORING_OP_CONNECT = 16;

  /** {@code fallocate(2)}. */
  public static final int IORING_OP_FALLOCATE = 17;

  /** {@code openat(2)}. */
  public static final int IORING_OP_OPENAT = 18;

  /** {@code close(2)}. */
  public static final int IORING_OP_CLOSE = 19;

  /** Changes registered files. */
  public static final int IORING_OP_FILES_UPDATE = 20;

  /** {@code statx(2)}. */
  public static final int IORING_OP_STATX = 21;

  /** {@code pread(2)}. */
  public static final int IORING_OP_READ = 22;

  /** {@code pwrite(2)}. */
  public static final int IORING_OP_WRITE = 23;

  /** {@code posix_fadvise(2)}. */
  public static final int IORING_OP_FADVISE = 24;

  /** {@code madvise(2)}. */
  public static final int IORING_OP_MADVISE = 25;

  /** {@code send(2)}. */
  public static final int IORING_OP_SEND = 26;

  /** {@code recv(2)}. */
  public static final int IORING_OP_RECV = 27;

  /** {@code openat2(2)}. */
  public static final int IORING_OP_OPENAT2 = 28;

  /** {@code epoll_ctl(2)}. */
  public static final int IORING_OP_EPOLL_CTL = 29;

  /** {@code splice(2)}. */
  public static final int IORING_OP_SPLICE = 30;

  /** Adds buffers to a classic group. */
  public static final int IORING_OP_PROVIDE_BUFFERS = 31;

  /** Takes buffers from a classic group. */
  public static final int IORING_OP_REMOVE_BUFFERS = 32;

  /** {@code tee(2)}. */
  public static final int IORING_OP_TEE = 33;

  /** {@code shutdown(2)}, by way of a worker thread. */
  public static final int IORING_OP_SHUTDOWN = 34;

  /** {@code renameat2(2)}. */
  public static final int IORING_OP_RENAMEAT = 35;

  /** {@code unlinkat(2)}. */
  public static final int IORING_OP_UNLINKAT = 36;

  /** {@code mkdirat(2)}. */
  public static final int IORING_OP_MKDIRAT = 37;

  /** {@code symlinkat(2)}. */
  public static final int IORING_OP_SYMLINKAT = 38;

  /** {@code linkat(2)}. */
  public static final int IORING_OP_LINKAT = 39;

  /** Puts a completion, or a descriptor, into another ring. */
  public static final int IORING_OP_MSG_RING = 40;

  /** {@code fsetxattr(2)}. */
  public static final int IORING_OP_FSETXATTR = 41;

  /** {@code setxattr(2)}. */
  public static final int IORING_OP_SETXATTR = 42;

  /** {@code fgetxattr(2)}. */
  public static final int IORING_OP_FGETXATTR = 43;

  /** {@code getxattr(2)}. */
  public static final int IORING_OP_GETXATTR = 44;

  /** {@code socket(2)}. */
  public static final int IORING_OP_SOCKET = 45;

  /** A command of the file's own. */
  public static final int IORING_OP_URING_CMD = 46;

  /** {@code send(2)} without a copy. */
  public static final int IORING_OP_SEND_ZC = 47;

  /** {@code sendmsg(2)} without a copy. */
  public static final int IORING_OP_SENDMSG_ZC = 48;

  /** Reads again and again into provided buffers. */
  public static final int IORING_OP_READ_MULTISHOT = 49;

  /** {@code waitid(2)}. */
  public static final int IORING_OP_WAITID = 50;

  /** {@code futex_wait(2)}. */
  public static final int IORING_OP_FUTEX_WAIT = 51;

  /** {@code futex_wake(2)}. */
  public static final int IORING_OP_FUTEX_WAKE = 52;

  /** {@code futex_waitv(2)}. */
  public static final int IORING_OP_FUTEX_WAITV = 53;

  /** Makes a descriptor of a registered file. */
  public static final int IORING_OP_FIXED_FD_INSTALL = 54;

  /** {@code ftruncate(2)}. */
  public static final int IORING_OP_FTRUNCATE = 55;

  /** {@code bind(2)}. */
  public static final int IORING_OP_BIND = 56;

  /** {@code listen(2)}. */
  public static final int IORING_OP_LISTEN = 57;

  /** Receives without a copy. */
  public static final int IORING_OP_RECV_ZC = 58;

  /** {@code epoll_wait(2)}. */
  public static final int IORING_OP_EPOLL_WAIT = 59;

  /** {@code preadv2(2)} into a registered buffer. */
  public static final int IORING_OP_READV_FIXED = 60;

  /** {@code pwritev2(2)} from a registered buffer. */
  public static final int IORING_OP_WRITEV_FIXED = 61;

  /** {@code pipe2(2)}. */
  public static final int IORING_OP_PIPE = 62;

  /** Does nothing, in an entry of 128 bytes of a mixed queue. */
  public static final int IORING_OP_NOP128 = 63;

  /** {@link #IORING_OP_URING_CMD} in an entry of 128 bytes of a mixed queue. */
  public static final int IORING_OP_URING_CMD128 = 64;

  private Op() {}
}
