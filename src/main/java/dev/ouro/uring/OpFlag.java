// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import dev.ouro.linux.SocketConstants;

/**
 * The flags of the single operations, by their own names: see {@code io_uring_enter(2)} under each.
 */
public final class OpFlag {
  /** Wait until the socket is ready before the first try. */
  public static final int IORING_RECVSEND_POLL_FIRST = 1 << 0;

  /** Receive again and again. */
  public static final int IORING_RECV_MULTISHOT = 1 << 1;

  /** The buffer is a registered one. */
  public static final int IORING_RECVSEND_FIXED_BUF = 1 << 2;

  /** The notification says whether data was copied after all. */
  public static final int IORING_SEND_ZC_REPORT_USAGE = 1 << 3;

  /** Take as many provided buffers as are needed. */
  public static final int IORING_RECVSEND_BUNDLE = 1 << 4;

  /** In a notification's result: the data was copied. */
  public static final int IORING_NOTIF_USAGE_ZC_COPIED = 1 << 31;

  /** Accept again and again. */
  public static final int IORING_ACCEPT_MULTISHOT = 1 << 0;

  /** Do not wait. */
  public static final int IORING_ACCEPT_DONTWAIT = 1 << 1;

  /** Wait until a connection is there before the first try. */
  public static final int IORING_ACCEPT_POLL_FIRST = 1 << 2;

  /** The kernel chooses the slot of the registered file. */
  public static final int IORING_FILE_INDEX_ALLOC = ~0;

  /** Poll again and again. */
  public static final int IORING_POLL_ADD_MULTI = 1 << 0;

  /** Change what is polled for. */
  public static final int IORING_POLL_UPDATE_EVENTS = 1 << 1;

  /** Change the user data of the poll. */
  public static final int IORING_POLL_UPDATE_USER_DATA = 1 << 2;

  /** Report for as long as the state lasts: no kernel so far takes it, EINVAL. */
  public static final int IORING_POLL_ADD_LEVEL = 1 << 3;

  /** The time is a point in time. */
  public static final int IORING_TIMEOUT_ABS = 1 << 0;

  /** Change a timeout. */
  public static final int IORING_TIMEOUT_UPDATE = 1 << 1;

  /** By {@code CLOCK_BOOTTIME}. */
  public static final int IORING_TIMEOUT_BOOTTIME = 1 << 2;

  /** By {@code CLOCK_REALTIME}. */
  public static final int IORING_TIMEOUT_REALTIME = 1 << 3;

  /** Change a link timeout. */
  public static final int IORING_LINK_TIMEOUT_UPDATE = 1 << 4;

  /** That the time is over is success. */
  public static final int IORING_TIMEOUT_ETIME_SUCCESS = 1 << 5;

  /** Complete again and again. */
  public static final int IORING_TIMEOUT_MULTISHOT = 1 << 6;

  /** All that match, not only the first. */
  public static final int IORING_ASYNC_CANCEL_ALL = 1 << 0;

  /** Match by descriptor. */
  public static final int IORING_ASYNC_CANCEL_FD = 1 << 1;

  /** Everything matches. */
  public static final int IORING_ASYNC_CANCEL_ANY = 1 << 2;

  /** The descriptor is an index in the registered files. */
  public static final int IORING_ASYNC_CANCEL_FD_FIXED = 1 << 3;

  /** Match by user data. */
  public static final int IORING_ASYNC_CANCEL_USERDATA = 1 << 4;

  /** Match by operation. */
  public static final int IORING_ASYNC_CANCEL_OP = 1 << 5;

  /** Pass user data and a result. */
  public static final int IORING_MSG_DATA = 0;

  /** Pass a registered file. */
  public static final int IORING_MSG_SEND_FD = 1;

  /** No completion in the target ring. */
  public static final int IORING_MSG_RING_CQE_SKIP = 1 << 0;

  /** Pass the completion's flags too. */
  public static final int IORING_MSG_RING_FLAGS_PASS = 1 << 1;

  /** As {@code fdatasync(2)}. */
  public static final int IORING_FSYNC_DATASYNC = 1 << 0;

  /** The time is in the entry itself, in nanoseconds. */
  public static final int IORING_TIMEOUT_IMMEDIATE_ARG = 1 << 7;

  /** The result of the NOP is the entry's {@code len}. */
  public static final int IORING_NOP_INJECT_RESULT = 1 << 0;

  /** The NOP looks its descriptor up. */
  public static final int IORING_NOP_FILE = 1 << 1;

  /** The NOP's descriptor is an index in the registered files. */
  public static final int IORING_NOP_FIXED_FILE = 1 << 2;

  /** The NOP looks its registered buffer up. */
  public static final int IORING_NOP_FIXED_BUFFER = 1 << 3;

  /** The NOP completes by way of task work. */
  public static final int IORING_NOP_TW = 1 << 4;

  /** The NOP's completion has 32 bytes. */
  public static final int IORING_NOP_CQE32 = 1 << 5;

  /** The new descriptor is not close-on-exec. */
  public static final int IORING_FIXED_FD_NO_CLOEXEC = 1 << 0;

  /** The data of a {@link Op#IORING_OP_SEND} are {@code struct iovec}. */
  public static final int IORING_SEND_VECTORIZED = 1 << 5;

  /** The command uses a registered buffer. */
  public static final int IORING_URING_CMD_FIXED = 1 << 0;

  /** The command completes again and again. */
  public static final int IORING_URING_CMD_MULTISHOT = 1 << 1;

  /** The attribute of a read or write is protection information. */
  public static final int IORING_RW_ATTR_FLAG_PI = 1 << 0;

  /** Move pages instead of copying them. */
  public static final int SPLICE_F_MOVE = 1;

  /** Do not wait for the pipe. */
  public static final int SPLICE_F_NONBLOCK = 2;

  /** More follows. */
  public static final int SPLICE_F_MORE = 4;

  /** The source is an index in the registered files. */
  public static final int SPLICE_F_FD_IN_FIXED = 1 << 31;

  /** How much there is to read. */
  public static final int SOCKET_URING_OP_SIOCINQ = 0;

  /** How much is not sent yet. */
  public static final int SOCKET_URING_OP_SIOCOUTQ = 1;

  /** {@code getsockopt(2)}. */
  public static final int SOCKET_URING_OP_GETSOCKOPT = 2;

  /** {@code setsockopt(2)}. */
  public static final int SOCKET_URING_OP_SETSOCKOPT = 3;

  /** Time stamps of what was sent. */
  public static final int SOCKET_URING_OP_TX_TIMESTAMP = 4;

  /** {@code getsockname(2)} and {@code getpeername(2)}. */
  public static final int SOCKET_URING_OP_GETSOCKNAME = 5;

  /** There is something to read. */
  public static final int POLLIN = 0x1;

  /** There is urgent data. */
  public static final int POLLPRI = 0x2;

  /** There is room to write. */
  public static final int POLLOUT = 0x4;

  /** An error is pending; always reported. */
  public static final int POLLERR = 0x8;

  /** Both directions are shut; always reported. */
  public static final int POLLHUP = 0x10;

  /** The peer shut its writing half. */
  public static final int POLLRDHUP = 0x2000;

  /** Watch another descriptor. */
  public static final int EPOLL_CTL_ADD = 1;

  /** Do not watch a descriptor any more. */
  public static final int EPOLL_CTL_DEL = 2;

  /** Watch a descriptor for other events. */
  public static final int EPOLL_CTL_MOD = 3;

  /** In place of a folder's descriptor: the working directory. */
  public static final int AT_FDCWD = -100;

  /** The path is empty: the descriptor itself is meant. */
  public static final int AT_EMPTY_PATH = 0x1000;

  /** A folder is removed. */
  public static final int AT_REMOVEDIR = 0x200;

  /** A symbolic link itself is meant. */
  public static final int AT_SYMLINK_NOFOLLOW = 0x100;

  /** Any child. */
  public static final int P_ALL = 0;

  /** The child of this number. */
  public static final int P_PID = 1;

  /** The child of this pidfd. */
  public static final int P_PIDFD = 3;

  /** Children that have ended. */
  public static final int WEXITED = 4;

  /** The futex has 32 bits. */
  public static final int FUTEX2_SIZE_U32 = 2;

  /** The futex is this process's own. */
  public static final int FUTEX2_PRIVATE = 128;

  /** Goes on evenly, but not while the machine is suspended. */
  public static final int CLOCK_MONOTONIC = 1;

  /** Goes on evenly, also while the machine is suspended. */
  public static final int CLOCK_BOOTTIME = 7;

  /** Out-of-band data. */
  public static final int MSG_OOB = 0x1;

  /** Leave the data in the socket. */
  public static final int MSG_PEEK = SocketConstants.MSG_PEEK;

  /** A datagram's real length. */
  public static final int MSG_TRUNC = SocketConstants.MSG_TRUNC;

  /** Do not wait. */
  public static final int MSG_DONTWAIT = SocketConstants.MSG_DONTWAIT;

  /** Wait for all of it. */
  public static final int MSG_WAITALL = SocketConstants.MSG_WAITALL;

  /** No {@code SIGPIPE}. */
  public static final int MSG_NOSIGNAL = SocketConstants.MSG_NOSIGNAL;

  /** More follows. */
  public static final int MSG_MORE = SocketConstants.MSG_MORE;

  private OpFlag() {}
}
