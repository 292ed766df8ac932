// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

/** Operations on the ring itself: nothing, anything, polls, timeouts, cancellation, messages. */
public sealed interface RingOperations permits Uring {
  /** For {@code pollAdd}: report once, then end. */
  int ONCE = 0;

  /**
   * Moves the ring's {@link Sqe} to the next free entry and sets its operation and the fields that
   * most operations have; all others are 0. Every opcode can be reached this way.
   *
   * <p>When the queue is full, what is in it is submitted first.
   *
   * @param op {@code IORING_OP_*}, see {@link Op}
   * @throws SubmissionQueueFullException when the kernel takes nothing at the moment
   * @throws IllegalStateException when the ring is closed
   */
  Sqe prepare(int op, int fd, long off, long addr, int len, int opFlags);

  /**
   * A {@code struct __kernel_timespec} for the entry that {@link #prepare} filled last, set to
   * {@code nanos}: its address. It holds until the kernel has taken the entry, which is as long as
   * needed.
   */
  long timespec(long nanos);

  /** {@link Op#IORING_OP_NOP}. Result 0. */
  default Sqe prepareNop() {
    return prepare(Op.IORING_OP_NOP, -1, 0, 0, 0, 0);
  }

  /**
   * {@link Op#IORING_OP_URING_CMD}: a command of the file's own.
   *
   * @param argument the address of its argument, or what else goes into {@code addr}
   */
  default Sqe prepareUringCmd(int fd, int command, long argument, int commandFlags) {
    return prepare(Op.IORING_OP_URING_CMD, fd, command & 0xffff_ffffL, argument, 0, commandFlags);
  }

  /**
   * {@link Op#IORING_OP_POLL_ADD}. Result: the events that are there.
   *
   * @param events {@link OpFlag#POLLIN} and so on
   * @param pollFlags {@link #ONCE}, or {@link OpFlag#IORING_POLL_ADD_MULTI}, which reports each
   *     change, not for as long as the state lasts ({@link OpFlag#IORING_POLL_ADD_LEVEL}: EINVAL,
   *     also on Linux 6.18)
   */
  default Sqe preparePollAdd(int fd, int events, int pollFlags) {
    return prepare(Op.IORING_OP_POLL_ADD, fd, 0, 0, pollFlags, events);
  }

  /** {@link Op#IORING_OP_POLL_REMOVE}. Result 0, or ENOENT, EALREADY. */
  default Sqe preparePollRemove(long targetUserData) {
    return prepare(Op.IORING_OP_POLL_REMOVE, -1, 0, targetUserData, 0, 0);
  }

  /**
   * {@link Op#IORING_OP_POLL_REMOVE} that changes a poll: its events with {@link
   * OpFlag#IORING_POLL_UPDATE_EVENTS}, its user data with {@link
   * OpFlag#IORING_POLL_UPDATE_USER_DATA}; {@link OpFlag#IORING_POLL_ADD_MULTI} keeps it multishot.
   */
  default Sqe preparePollUpdate(
      long targetUserData, long newUserData, int newEvents, int updateFlags) {
    return prepare(
        Op.IORING_OP_POLL_REMOVE, -1, newUserData, targetUserData, updateFlags, newEvents);
  }

  /**
   * {@link Op#IORING_OP_EPOLL_CTL}.
   *
   * @param operation {@link OpFlag#EPOLL_CTL_ADD} and so on
   * @param event the address of a {@code struct epoll_event}, or 0
   */
  default Sqe prepareEpollCtl(int epollFd, int fd, int operation, long event) {
    return prepare(Op.IORING_OP_EPOLL_CTL, epollFd, fd, event, operation, 0);
  }

  /**
   * {@link Op#IORING_OP_EPOLL_WAIT}: waits without limit, but can be cancelled. Result: how many
   * {@code struct epoll_event} are at {@code events}.
   */
  default Sqe prepareEpollWait(int epollFd, long events, int maxEvents) {
    return prepare(Op.IORING_OP_EPOLL_WAIT, epollFd, 0, events, maxEvents, 0);
  }

  /**
   * {@link Op#IORING_OP_TIMEOUT}. Result ETIME when the time is over (for {@link
   * OpFlag#IORING_TIMEOUT_MULTISHOT} each time), 0 when {@code count} others completed before.
   *
   * @param nanos a duration, or, with {@link OpFlag#IORING_TIMEOUT_ABS}, a point in time of {@code
   *     CLOCK_MONOTONIC}
   * @param count how many completions end it, 0 for none; how many times for a multishot timeout, 0
   *     for without end
   */
  default Sqe prepareTimeout(long nanos, int count, int timeoutFlags) {
    Sqe sqe = prepare(Op.IORING_OP_TIMEOUT, -1, count, 0, 1, timeoutFlags);
    return sqe.addr(timespec(nanos));
  }

  /** {@link Op#IORING_OP_TIMEOUT_REMOVE}. Result 0, or ENOENT, EALREADY. */
  default Sqe prepareTimeoutRemove(long targetUserData) {
    return prepare(Op.IORING_OP_TIMEOUT_REMOVE, -1, 0, targetUserData, 0, 0);
  }

  /** {@link Op#IORING_OP_TIMEOUT_REMOVE} that gives a timeout another time. */
  default Sqe prepareTimeoutUpdate(long targetUserData, long nanos, int timeoutFlags) {
    Sqe sqe =
        prepare(
            Op.IORING_OP_TIMEOUT_REMOVE,
            -1,
            0,
            targetUserData,
            0,
            timeoutFlags | OpFlag.IORING_TIMEOUT_UPDATE);
    return sqe.off(timespec(nanos));
  }

  /**
   * {@link Op#IORING_OP_LINK_TIMEOUT}: cancels the entry before it, which has {@link
   * SqeFlag#IOSQE_IO_LINK}, when that takes longer. Result ETIME when it did, ECANCELED when the
   * entry completed in time.
   */
  default Sqe prepareLinkTimeout(long nanos, int timeoutFlags) {
    Sqe sqe = prepare(Op.IORING_OP_LINK_TIMEOUT, -1, 0, 0, 1, timeoutFlags);
    return sqe.addr(timespec(nanos));
  }

  /**
   * {@link Op#IORING_OP_ASYNC_CANCEL} by user data.
   *
   * @param cancelFlags 0, or {@link OpFlag#IORING_ASYNC_CANCEL_ALL}: then the result is how many
   *     were found; without it 0, ENOENT (nothing there) or EALREADY: a thread of the kernel runs
   *     it, and was interrupted. It may go on all the same, when it was about to wait for the
   *     descriptor: whoever needs its end cancels again
   */
  default Sqe prepareCancel(long targetUserData, int cancelFlags) {
    return prepare(Op.IORING_OP_ASYNC_CANCEL, -1, 0, targetUserData, 0, cancelFlags);
  }

  /** {@link Op#IORING_OP_ASYNC_CANCEL} of what runs on {@code fd}; results as above. */
  default Sqe prepareCancelFd(int fd, int cancelFlags) {
    return prepare(
        Op.IORING_OP_ASYNC_CANCEL, fd, 0, 0, 0, cancelFlags | OpFlag.IORING_ASYNC_CANCEL_FD);
  }

  /** {@link Op#IORING_OP_ASYNC_CANCEL} of everything. Result: how many were found. */
  default Sqe prepareCancelAll() {
    return prepare(
        Op.IORING_OP_ASYNC_CANCEL,
        -1,
        0,
        0,
        0,
        OpFlag.IORING_ASYNC_CANCEL_ANY | OpFlag.IORING_ASYNC_CANCEL_ALL);
  }

  /**
   * {@link Op#IORING_OP_MSG_RING}: a completion with these values appears in another ring. Result
   * 0; EOVERFLOW: the target is full; EBADFD: it is not enabled.
   *
   * @param ringFd the target's {@link Uring#fd}
   */
  default Sqe prepareMsgRing(int ringFd, int result, long userData) {
    return prepare(Op.IORING_OP_MSG_RING, ringFd, userData, OpFlag.IORING_MSG_DATA, result, 0);
  }

  /** {@link #prepareMsgRing}, with {@code cqeFlags} as the completion's flags. */
  default Sqe prepareMsgRing(int ringFd, int result, long userData, int cqeFlags) {
    return prepareMsgRing(ringFd, result, userData)
        .opFlags(OpFlag.IORING_MSG_RING_FLAGS_PASS)
        .fileIndex(cqeFlags);
  }

  /**
   * {@link Op#IORING_OP_MSG_RING} that passes the registered file {@code sourceSlot} to another
   * ring's {@code targetSlot}, or {@link OpFlag#IORING_FILE_INDEX_ALLOC}.
   */
  default Sqe prepareMsgRingFd(
      int ringFd, int sourceSlot, int targetSlot, long userData, int msgRingFlags) {
    return prepare(
            Op.IORING_OP_MSG_RING, ringFd, userData, OpFlag.IORING_MSG_SEND_FD, 0, msgRingFlags)
        .addr3(sourceSlot)
        .intoSlot(targetSlot);
  }

  /**
   * {@link Op#IORING_OP_FUTEX_WAIT}: waits while the word at {@code address} is {@code value}.
   *
   * @param futexFlags {@link OpFlag#FUTEX2_SIZE_U32}, {@link OpFlag#FUTEX2_PRIVATE}
   */
  default Sqe prepareFutexWait(long address, long value, long mask, int futexFlags) {
    return prepare(Op.IORING_OP_FUTEX_WAIT, futexFlags, value, address, 0, 0).addr3(mask);
  }

  /** {@link Op#IORING_OP_FUTEX_WAKE}. Result: how many woke. */
  default Sqe prepareFutexWake(long address, long count, long mask, int futexFlags) {
    return prepare(Op.IORING_OP_FUTEX_WAKE, futexFlags, count, address, 0, 0).addr3(mask);
  }

  /**
   * {@link Op#IORING_OP_FUTEX_WAITV}: waits for any of several. Result: the index of the one that
   * woke it.
   *
   * @param waiters the address of {@code count} {@code struct futex_waitv}, at most 128
   */
  default Sqe prepareFutexWaitv(long waiters, int count) {
    return prepare(Op.IORING_OP_FUTEX_WAITV, 0, 0, waiters, count, 0);
  }

  /**
   * {@link Op#IORING_OP_WAITID}.
   *
   * @param idType {@link OpFlag#P_PID}, {@link OpFlag#P_PIDFD}, {@link OpFlag#P_ALL}
   * @param siginfo the address of a {@code siginfo_t}, or 0
   * @param options {@link OpFlag#WEXITED} and so on
   */
  default Sqe prepareWaitid(int idType, int id, long siginfo, int options) {
    return prepare(Op.IORING_OP_WAITID, id, siginfo, 0, idType, 0).fileIndex(options);
  }
}
