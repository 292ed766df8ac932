// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import dev.ouro.linux.Errno;

/**
 * Shows the kernel what is queued, and waits for what it completes: how often {@code
 * io_uring_enter(2)} is called, and with what. The ring's owner only.
 */
final class Submitter {
  private static final int WORK = Enter.IORING_SQ_TASKRUN | Enter.IORING_SQ_CQ_OVERFLOW;

  private final RingCalls calls;
  private final UringMemory memory;
  private final boolean sqpoll;
  private final boolean tellsWork;
  private final boolean hasMinTimeout;
  private final int waitFlags;
  private SubmissionQueue sq;
  private CompletionQueue cq;
  private int clock = OpFlag.CLOCK_MONOTONIC;

  Submitter(UringSetup setup, RingCalls calls, UringMemory memory) {
    this.calls = calls;
    this.memory = memory;
    int flags = setup.setupFlags;
    this.sqpoll = (flags & Setup.IORING_SETUP_SQPOLL) != 0;
    // A ring that polls devices makes its completions in an enter only.
    this.tellsWork =
        (flags & Setup.IORING_SETUP_IOPOLL) == 0
            && ((flags & Setup.IORING_SETUP_TASKRUN_FLAG) != 0
                || (flags & Setup.IORING_SETUP_DEFER_TASKRUN) == 0);
    this.hasMinTimeout = (setup.features & Setup.IORING_FEAT_MIN_TIMEOUT) != 0;
    boolean noIowait = (setup.features & Setup.IORING_FEAT_NO_IOWAIT) != 0;
    this.waitFlags = Enter.IORING_ENTER_GETEVENTS | (noIowait ? Enter.IORING_ENTER_NO_IOWAIT : 0);
  }

  /** The queues are these now. */
  void use(SubmissionQueue submissionQueue, CompletionQueue completionQueue) {
    sq = submissionQueue;
    cq = completionQueue;
  }

  /** Waits are by {@code clockId} now. */
  void clock(int clockId) {
    clock = clockId;
  }

  /**
   * Has the kernel take entries of a full queue.
   *
   * @throws SubmissionQueueFullException it took none
   */
  void makeRoom() {
    calls.checkOpen();
    int pending = sq.publish();
    int result;
    do {
      int flags = sqpoll ? Enter.IORING_ENTER_SQ_WAIT | wakeFlag() : 0;
      result = enter(pending, 0, flags, 0, 0);
      // A signal ends the wait for the kernel's thread early, without a word.
    } while (sqpoll && result >= 0 && !sq.hasRoom());
    if (!sq.hasRoom()) {
      throw new SubmissionQueueFullException(result < 0 ? -result : Errno.EAGAIN);
    }
  }

  /** {@link Uring#submit}. */
  int submit() {
    int pending = sq.publish();
    if (pending == 0) {
      return 0;
    }
    if (sqpoll) {
      int wake = wakeFlag();
      return wake == 0 ? pending : enter(pending, 0, wake, 0, 0);
    }
    return enter(pending, 0, 0, 0, 0);
  }

  /** {@link Uring#submitAndWait(int, long)} that does not wait. */
  int submitAndPoll() {
    int pending = sq.publish();
    if (pending == 0 && !taskrunPending()) {
      return 0;
    }
    int flags = Enter.IORING_ENTER_GETEVENTS | (sqpoll ? wakeFlag() : 0);
    return enter(pending, 0, flags, 0, 0);
  }

  /** {@link Uring#submitAndWaitBatch}, also where the kernel has no two time-outs. */
  int awaitBatch(int waitNr, int minWaitMicros, long timeoutNanos) {
    if (hasMinTimeout) {
      return await(waitNr, timeoutNanos, minWaitMicros);
    }
    long minWaitNanos = minWaitMicros * 1000L;
    boolean ends = timeoutNanos > 0 && timeoutNanos <= minWaitNanos;
    int result = await(waitNr, ends ? timeoutNanos : minWaitNanos, 0);
    if (ends || cq.ready() > 0 || (result < 0 && result != -Errno.ETIME)) {
      return result;
    }
    int second = await(1, timeoutNanos < 0 ? -1 : timeoutNanos - minWaitNanos, 0);
    return result > 0 ? result : second;
  }

  /** {@link Uring#submitAndWait(int, long)} that waits. */
  int await(int waitNr, long timeoutNanos, int minWaitMicros) {
    int wanted = Math.min(waitNr, cq.entries());
    int pending = sq.publish();
    if (pending == 0 && cq.ready() >= wanted && !taskrunPending()) {
      return 0;
    }
    boolean limited = timeoutNanos > 0;
    boolean extended = limited || minWaitMicros > 0;
    long start = limited ? System.nanoTime() : 0;
    calls.checkOpen();
    long left = timeoutNanos;
    int enough = minWaitMicros > 0 ? 1 : wanted;
    int flags = waitFlags | (extended ? Enter.IORING_ENTER_EXT_ARG : 0);
    int taken = 0;
    while (true) {
      long arg = extended ? memory.waitArgument(left, minWaitMicros) : 0;
      int wake = sqpoll ? wakeFlag() : 0;
      int result =
          enter(pending, wanted, flags | wake, arg, extended ? Layout.GETEVENTS_ARG_SIZE : 0);
      if (result < 0 && result != -Errno.EINTR) {
        return taken > 0 ? taken : result;
      }
      if (result > 0) {
        taken = result;
      }
      if (result >= 0 && (taken < pending || cq.ready() >= enough)) {
        return taken;
      }
      // Interrupted, or the time is over and the answer is how many entries were taken.
      pending = result >= 0 ? 0 : pending;
      if (limited) {
        left = timeoutNanos - (System.nanoTime() - start);
        if (left <= 0) {
          return taken > 0 ? taken : -Errno.ETIME;
        }
      }
    }
  }

  /** {@link Uring#submitAndWaitUntil}, also where the kernel has no points in time. */
  int awaitUntil(int waitNr, long deadlineNanos) {
    int wanted = Math.min(waitNr, cq.entries());
    int pending = sq.publish();
    if (pending == 0 && cq.ready() >= wanted && !taskrunPending()) {
      return 0;
    }
    calls.checkOpen();
    long arg = memory.waitArgument(deadlineNanos, 0);
    int flags = waitFlags | Enter.IORING_ENTER_EXT_ARG | Enter.IORING_ENTER_ABS_TIMER;
    int taken = 0;
    while (true) {
      int wake = sqpoll ? wakeFlag() : 0;
      int result = enter(pending, wanted, flags | wake, arg, Layout.GETEVENTS_ARG_SIZE);
      if (result == -Errno.EINVAL && taken == 0) {
        long left = deadlineNanos - memory.now(clock);
        return left <= 0 ? submitAndPoll() : await(waitNr, left, 0);
      } else if (result < 0 && result != -Errno.EINTR) {
        return taken > 0 ? taken : result;
      } else if (result > 0) {
        taken = result;
      }
      if (result >= 0 && (taken < pending || cq.ready() >= wanted)) {
        return taken;
      }
      // Interrupted, or the time is over, which the next enter tells where there is nothing to
      // read.
      pending = result >= 0 ? 0 : pending;
      if (cq.ready() > 0 && memory.now(clock) >= deadlineNanos) {
        return taken > 0 ? taken : -Errno.ETIME;
      }
    }
  }

  /** {@link Uring#submitAndWait(int, RegisteredWaits, int)}: the wait at {@code offset}. */
  int awaitRegistered(int waitNr, long timeoutNanos, int minWaitMicros, long offset) {
    int wanted = Math.min(waitNr, cq.entries());
    int pending = sq.publish();
    if (pending == 0 && cq.ready() >= wanted && !taskrunPending()) {
      return 0;
    }
    long start = System.nanoTime();
    int flags = waitFlags | Enter.IORING_ENTER_EXT_ARG | Enter.IORING_ENTER_EXT_ARG_REG;
    int wake = sqpoll ? wakeFlag() : 0;
    int result = enter(pending, wanted, flags | wake, offset, Layout.REG_WAIT_SIZE);
    if (result < 0 && result != -Errno.EINTR) {
      return result;
    }
    int enough = minWaitMicros > 0 ? 1 : wanted;
    if (result >= 0 && (result < pending || cq.ready() >= enough)) {
      return result;
    }
    // Interrupted, or the time is over and the answer is how many entries were taken.
    long left = timeoutNanos < 0 ? -1 : timeoutNanos - (System.nanoTime() - start);
    if (timeoutNanos >= 0 && left <= 0) {
      return result > 0 ? result : -Errno.ETIME;
    }
    int again = await(waitNr, left, minWaitMicros);
    return result > 0 ? result : again;
  }

  private int wakeFlag() {
    boolean sleeps = (sq.flagsAfterFence() & Enter.IORING_SQ_NEED_WAKEUP) != 0;
    return sleeps ? Enter.IORING_ENTER_SQ_WAKEUP : 0;
  }

  private int enter(int toSubmit, int minComplete, int flags, long arg, long argSize) {
    // The kernel counts what is ready from the head that it knows.
    cq.publish();
    return calls.enter(toSubmit, minComplete, flags, arg, argSize);
  }

  /** {@link Uring#taskrunPending}. */
  boolean taskrunPending() {
    return (sq.flags() & WORK) != 0 || !tellsWork;
  }
}
