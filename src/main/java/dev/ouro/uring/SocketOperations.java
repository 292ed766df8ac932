// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import java.lang.foreign.MemorySegment;

/**
 * Operations on sockets. Their results are those of the system calls they are named after.
 *
 * <p>Addresses of data belong to the kernel until the operation's last completion; what only
 * describes it ({@code msghdr}, {@code iovec}, socket addresses that are read) may be used again as
 * soon as the kernel has taken the entry.
 */
public sealed interface SocketOperations permits Uring {
  /** See {@link RingOperations#prepare}. */
  Sqe prepare(int op, int fd, long off, long addr, int len, int opFlags);

  /**
   * {@link Op#IORING_OP_RECV} into {@code length} bytes at {@code address}.
   *
   * <p>{@code .ioprio(}{@link OpFlag#IORING_RECVSEND_POLL_FIRST}{@code )} where nothing is expected
   * to be there yet.
   *
   * @param msgFlags {@code MSG_*}, as {@code recv(2)}
   */
  default Sqe prepareRecv(int fd, long address, int length, int msgFlags) {
    checkLength(length);
    return prepare(Op.IORING_OP_RECV, fd, 0, address, length, msgFlags);
  }

  /**
   * {@link Op#IORING_OP_RECV} into the whole of {@code buffer}.
   *
   * @throws IllegalArgumentException {@code buffer} is not native memory, or it is read-only
   * @throws IllegalStateException its arena is closed
   */
  default Sqe prepareRecv(int fd, MemorySegment buffer) {
    if (buffer.isReadOnly()) {
      throw new IllegalArgumentException("buffer: it is read-only");
    }
    return prepare(Op.IORING_OP_RECV, fd, 0, address(buffer), length(buffer), 0);
  }

  /**
   * {@link Op#IORING_OP_RECV} into a buffer of {@code group}. ENOBUFS when the group is empty, even
   * where nothing is there to receive.
   *
   * @param maxLength at most so many bytes, 0 for what the buffer holds
   * @param ioprio {@code IORING_RECV*} flags; with {@link OpFlag#IORING_RECVSEND_BUNDLE} one
   *     completion may fill several buffers: {@link BufferRing#forEachSlice}
   */
  default Sqe prepareRecv(int fd, BufferRing group, int maxLength, int msgFlags, int ioprio) {
    checkLength(maxLength);
    return prepare(Op.IORING_OP_RECV, fd, 0, 0, maxLength, msgFlags)
        .bufferGroup(group.groupId())
        .ioprio(ioprio);
  }

  /**
   * {@link Op#IORING_OP_RECV} again and again into buffers of {@code group}, until an error, the
   * end of the stream (result 0), an empty group (ENOBUFS) or a cancellation: the completion
   * without {@link CqeFlag#IORING_CQE_F_MORE}. Whoever wants more then prepares it again.
   */
  default Sqe prepareRecvMultishot(int fd, BufferRing group) {
    return prepare(Op.IORING_OP_RECV, fd, 0, 0, 0, 0)
        .bufferGroup(group.groupId())
        .ioprio(OpFlag.IORING_RECV_MULTISHOT);
  }

  /**
   * {@link Op#IORING_OP_SEND} of {@code length} bytes at {@code address}.
   *
   * @param msgFlags {@code MSG_*}, as {@code send(2)}; with {@link OpFlag#MSG_WAITALL} a short send
   *     is tried again by the kernel
   */
  default Sqe prepareSend(int fd, long address, int length, int msgFlags) {
    checkLength(length);
    return prepare(Op.IORING_OP_SEND, fd, 0, address, length, msgFlags);
  }

  /**
   * {@link Op#IORING_OP_SEND} of the whole of {@code data} with {@link OpFlag#MSG_NOSIGNAL}.
   *
   * @throws IllegalArgumentException {@code data} is not native memory
   * @throws IllegalStateException its arena is closed
   */
  default Sqe prepareSend(int fd, MemorySegment data) {
    return prepare(Op.IORING_OP_SEND, fd, 0, address(data), length(data), OpFlag.MSG_NOSIGNAL);
  }

  /**
   * {@link Op#IORING_OP_SEND} of what was offered to {@code buffers} first. ENOBUFS when nothing
   * is.
   *
   * @param ioprio 0 for one buffer; {@link OpFlag#IORING_RECVSEND_BUNDLE} for all that are there,
   *     with {@link OpFlag#MSG_WAITALL}
   */
  default Sqe prepareSend(int fd, SendBuffers buffers, int msgFlags, int ioprio) {
    return prepare(Op.IORING_OP_SEND, fd, 0, 0, 0, msgFlags)
        .bufferGroup(buffers.groupId())
        .ioprio(ioprio);
  }

  /** {@link Op#IORING_OP_SEND} to the socket address at {@code sockaddr}. */
  default Sqe prepareSendTo(
      int fd, long address, int length, int msgFlags, long sockaddr, int sockaddrLength) {
    checkLength(length);
    return prepare(Op.IORING_OP_SEND, fd, sockaddr, address, length, msgFlags)
        .fileIndex(sockaddrLength & 0xffff);
  }

  /**
   * {@link Op#IORING_OP_SEND_ZC}: {@code length} bytes at {@code address}, without a copy.
   *
   * <p>Two completions: the result, with {@link CqeFlag#IORING_CQE_F_MORE}, and {@link
   * CqeFlag#IORING_CQE_F_NOTIF}, from which on the memory is free. Where the first has no F_MORE
   * there is no second.
   *
   * @param zcFlags {@link OpFlag#IORING_SEND_ZC_REPORT_USAGE}, {@link
   *     OpFlag#IORING_RECVSEND_FIXED_BUF} (and {@link Sqe#bufferIndex}), {@link
   *     OpFlag#IORING_RECVSEND_POLL_FIRST}
   */
  default Sqe prepareSendZc(int fd, long address, int length, int msgFlags, int zcFlags) {
    checkLength(length);
    return prepare(Op.IORING_OP_SEND_ZC, fd, 0, address, length, msgFlags).ioprio(zcFlags);
  }

  /** {@link Op#IORING_OP_SENDMSG} of the {@code struct msghdr} at {@code msghdr}. */
  default Sqe prepareSendmsg(int fd, long msghdr, int msgFlags) {
    return prepare(Op.IORING_OP_SENDMSG, fd, 0, msghdr, 1, msgFlags);
  }

  /** {@link Op#IORING_OP_SENDMSG_ZC}; completions as {@link #prepareSendZc}. */
  default Sqe prepareSendmsgZc(int fd, long msghdr, int msgFlags, int zcFlags) {
    return prepare(Op.IORING_OP_SENDMSG_ZC, fd, 0, msghdr, 1, msgFlags).ioprio(zcFlags);
  }

  /**
   * {@link Op#IORING_OP_RECVMSG} into the {@code struct msghdr} at {@code msghdr}, which the kernel
   * writes to when it completes.
   */
  default Sqe prepareRecvmsg(int fd, long msghdr, int msgFlags) {
    return prepare(Op.IORING_OP_RECVMSG, fd, 0, msghdr, 1, msgFlags);
  }

  /**
   * {@link Op#IORING_OP_RECVMSG} again and again into buffers of {@code group}; each then starts
   * with a {@code struct io_uring_recvmsg_out}. Of {@code msghdr} only the lengths count.
   */
  default Sqe prepareRecvmsgMultishot(int fd, long msghdr, BufferRing group, int msgFlags) {
    return prepare(Op.IORING_OP_RECVMSG, fd, 0, msghdr, 1, msgFlags)
        .bufferGroup(group.groupId())
        .ioprio(OpFlag.IORING_RECV_MULTISHOT);
  }

  /**
   * {@link Op#IORING_OP_RECV_ZC}: receives again and again, without a copy, into the memory of a
   * device's queue. Where the data are is in {@link Uring#cqeExtra}.
   *
   * @param ifqId the queue's number, as {@link RegisterOperations#registerIfq} has it written
   * @param maxLength ends after so many bytes, 0 for never
   */
  default Sqe prepareRecvZc(int fd, int ifqId, int maxLength) {
    checkLength(maxLength);
    return prepare(Op.IORING_OP_RECV_ZC, fd, 0, 0, maxLength, 0)
        .ioprio(OpFlag.IORING_RECV_MULTISHOT)
        .fileIndex(ifqId);
  }

  /**
   * {@link Op#IORING_OP_ACCEPT}. Result: the connection's descriptor.
   *
   * @param sockaddr where the peer's address goes, or 0; {@code sockaddrLength} the address of its
   *     {@code socklen_t}, or 0
   * @param acceptFlags {@code SOCK_CLOEXEC}, {@code SOCK_NONBLOCK}
   */
  default Sqe prepareAccept(int fd, long sockaddr, long sockaddrLength, int acceptFlags) {
    return prepare(Op.IORING_OP_ACCEPT, fd, sockaddrLength, sockaddr, 0, acceptFlags);
  }

  /**
   * {@link Op#IORING_OP_ACCEPT} again and again, until an error (EMFILE too) or a cancellation: the
   * completion without {@link CqeFlag#IORING_CQE_F_MORE}.
   */
  default Sqe prepareAcceptMultishot(int fd, int acceptFlags) {
    return prepare(Op.IORING_OP_ACCEPT, fd, 0, 0, 0, acceptFlags)
        .ioprio(OpFlag.IORING_ACCEPT_MULTISHOT);
  }

  /** {@link Op#IORING_OP_CONNECT} to the socket address at {@code sockaddr}. */
  default Sqe prepareConnect(int fd, long sockaddr, int sockaddrLength) {
    return prepare(Op.IORING_OP_CONNECT, fd, sockaddrLength, sockaddr, 0, 0);
  }

  /** {@link Op#IORING_OP_BIND} to the socket address at {@code sockaddr}. */
  default Sqe prepareBind(int fd, long sockaddr, int sockaddrLength) {
    return prepare(Op.IORING_OP_BIND, fd, sockaddrLength, sockaddr, 0, 0);
  }

  /** {@link Op#IORING_OP_LISTEN}. */
  default Sqe prepareListen(int fd, int backlog) {
    return prepare(Op.IORING_OP_LISTEN, fd, 0, 0, backlog, 0);
  }

  /**
   * {@link Op#IORING_OP_SOCKET}. Result: the descriptor, or, with {@link Sqe#intoSlot}, the slot.
   */
  default Sqe prepareSocket(int family, int type, int protocol) {
    return prepare(Op.IORING_OP_SOCKET, family, type, 0, protocol, 0);
  }

  /**
   * {@link Op#IORING_OP_SHUTDOWN}. The kernel always hands it to a worker thread: {@code
   * shutdown(2)} itself is faster.
   *
   * @param how {@code SHUT_RD}, {@code SHUT_WR}, {@code SHUT_RDWR}
   */
  default Sqe prepareShutdown(int fd, int how) {
    return prepare(Op.IORING_OP_SHUTDOWN, fd, 0, 0, how, 0);
  }

  /**
   * {@link Op#IORING_OP_URING_CMD} on a socket.
   *
   * @param command {@link OpFlag#SOCKET_URING_OP_GETSOCKOPT}, {@link
   *     OpFlag#SOCKET_URING_OP_SETSOCKOPT}, {@link OpFlag#SOCKET_URING_OP_SIOCINQ}, {@link
   *     OpFlag#SOCKET_URING_OP_SIOCOUTQ}; the last two take no option
   * @param value the option value's address; {@code valueLength} its size in bytes
   */
  default Sqe prepareSocketCommand(
      int command, int fd, int level, int option, long value, int valueLength) {
    checkLength(valueLength);
    long levelAndOption = (level & 0xffff_ffffL) | (long) option << 32;
    return prepare(Op.IORING_OP_URING_CMD, fd, command, levelAndOption, 0, 0)
        .fileIndex(valueLength)
        .addr3(value);
  }

  private static void checkLength(int length) {
    if (length < 0) {
      throw new IllegalArgumentException("length: " + length);
    }
  }

  private static long address(MemorySegment segment) {
    if (!segment.isNative()) {
      throw new IllegalArgumentException("not native memory: " + segment);
    } else if (!segment.scope().isAlive()) {
      throw new IllegalStateException("the arena is closed: " + segment);
    }
    return segment.address();
  }

  private static int length(MemorySegment segment) {
    // What is longer than a result can tell is not asked for in one operation.
    return (int) Math.min(segment.byteSize(), Integer.MAX_VALUE);
  }
}
