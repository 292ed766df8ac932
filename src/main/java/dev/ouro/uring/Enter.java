// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

/** The flags of {@code io_uring_enter(2)} and of the two queues, by their own names. */
public final class Enter {
  /** Wait for, or make, completions. */
  public static final int IORING_ENTER_GETEVENTS = 1 << 0;

  /** Wake the kernel thread. */
  public static final int IORING_ENTER_SQ_WAKEUP = 1 << 1;

  /** Wait for room in the submission queue. */
  public static final int IORING_ENTER_SQ_WAIT = 1 << 2;

  /** The argument is a {@code struct io_uring_getevents_arg}. */
  public static final int IORING_ENTER_EXT_ARG = 1 << 3;

  /** The descriptor is an index among the thread's registered rings. */
  public static final int IORING_ENTER_REGISTERED_RING = 1 << 4;

  /** The timeout is a point in time. */
  public static final int IORING_ENTER_ABS_TIMER = 1 << 5;

  /** The argument is an offset in a registered region. */
  public static final int IORING_ENTER_EXT_ARG_REG = 1 << 6;

  /** The wait does not count as I/O wait of the CPU. */
  public static final int IORING_ENTER_NO_IOWAIT = 1 << 7;

  /** The kernel thread sleeps. */
  public static final int IORING_SQ_NEED_WAKEUP = 1 << 0;

  /** Completions are kept outside the queue, which was full. */
  public static final int IORING_SQ_CQ_OVERFLOW = 1 << 1;

  /** Completions wait for an enter. */
  public static final int IORING_SQ_TASKRUN = 1 << 2;

  /** In the completion queue's flags: the registered eventfd is not signalled. */
  public static final int IORING_CQ_EVENTFD_DISABLED = 1 << 0;

  private Enter() {}
}
