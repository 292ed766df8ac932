// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

/** The flags of {@code io_uring_setup(2)} and the features it answers, by their own names. */
public final class Setup {
  /** Busy-wait for the completion of I/O on files opened with {@code O_DIRECT}. */
  public static final int IORING_SETUP_IOPOLL = 1 << 0;

  /** A kernel thread takes the entries from the submission queue. */
  public static final int IORING_SETUP_SQPOLL = 1 << 1;

  /** The kernel thread of {@link #IORING_SETUP_SQPOLL} runs on a given CPU. */
  public static final int IORING_SETUP_SQ_AFF = 1 << 2;

  /** The number of completion entries is given. */
  public static final int IORING_SETUP_CQSIZE = 1 << 3;

  /** Too large a number of entries becomes the largest one. */
  public static final int IORING_SETUP_CLAMP = 1 << 4;

  /** Share the worker threads of another ring. */
  public static final int IORING_SETUP_ATTACH_WQ = 1 << 5;

  /** The ring starts disabled. */
  public static final int IORING_SETUP_R_DISABLED = 1 << 6;

  /** A bad entry does not stop the submission of those behind it. */
  public static final int IORING_SETUP_SUBMIT_ALL = 1 << 7;

  /** Do not interrupt the thread to complete its operations. */
  public static final int IORING_SETUP_COOP_TASKRUN = 1 << 8;

  /** Say in the submission queue's flags that completions wait for an enter. */
  public static final int IORING_SETUP_TASKRUN_FLAG = 1 << 9;

  /** Submission entries of 128 bytes. */
  public static final int IORING_SETUP_SQE128 = 1 << 10;

  /** Completion entries of 32 bytes. */
  public static final int IORING_SETUP_CQE32 = 1 << 11;

  /** One thread only submits. */
  public static final int IORING_SETUP_SINGLE_ISSUER = 1 << 12;

  /** Completions are made only inside an enter that asks for events. */
  public static final int IORING_SETUP_DEFER_TASKRUN = 1 << 13;

  /** The application gives the rings' memory. */
  public static final int IORING_SETUP_NO_MMAP = 1 << 14;

  /** No descriptor, only an index in the thread's registered rings. */
  public static final int IORING_SETUP_REGISTERED_FD_ONLY = 1 << 15;

  /** Entries are taken in order, without an index array. */
  public static final int IORING_SETUP_NO_SQARRAY = 1 << 16;

  /** Sleep first, then busy-wait, for {@link #IORING_SETUP_IOPOLL}. */
  public static final int IORING_SETUP_HYBRID_IOPOLL = 1 << 17;

  /** Completion entries of 16 and of 32 bytes in one queue. */
  public static final int IORING_SETUP_CQE_MIXED = 1 << 18;

  /** Submission entries of 64 and of 128 bytes in one queue. */
  public static final int IORING_SETUP_SQE_MIXED = 1 << 19;

  /** Every submission starts at the queue's first entry. */
  public static final int IORING_SETUP_SQ_REWIND = 1 << 20;

  /** Both queues are in one mapping. */
  public static final int IORING_FEAT_SINGLE_MMAP = 1 << 0;

  /** Completions that find the queue full are kept. */
  public static final int IORING_FEAT_NODROP = 1 << 1;

  /** What an entry points to is read when it is submitted. */
  public static final int IORING_FEAT_SUBMIT_STABLE = 1 << 2;

  /** Offset -1 means the file's position. */
  public static final int IORING_FEAT_RW_CUR_POS = 1 << 3;

  /** Operations run with the credentials of the submitter. */
  public static final int IORING_FEAT_CUR_PERSONALITY = 1 << 4;

  /** No worker thread is needed to wait for a pollable file. */
  public static final int IORING_FEAT_FAST_POLL = 1 << 5;

  /** All 32 bits of a poll mask count. */
  public static final int IORING_FEAT_POLL_32BITS = 1 << 6;

  /** {@link #IORING_SETUP_SQPOLL} takes plain descriptors. */
  public static final int IORING_FEAT_SQPOLL_NONFIXED = 1 << 7;

  /** An enter takes a timeout. */
  public static final int IORING_FEAT_EXT_ARG = 1 << 8;

  /** Worker threads belong to the process. */
  public static final int IORING_FEAT_NATIVE_WORKERS = 1 << 9;

  /** Registered files and buffers have tags. */
  public static final int IORING_FEAT_RSRC_TAGS = 1 << 10;

  /** {@link SqeFlag#IOSQE_CQE_SKIP_SUCCESS} is known. */
  public static final int IORING_FEAT_CQE_SKIP = 1 << 11;

  /** A linked operation looks its descriptor up when it runs. */
  public static final int IORING_FEAT_LINKED_FILE = 1 << 12;

  /** {@code io_uring_register(2)} takes a registered ring. */
  public static final int IORING_FEAT_REG_REG_RING = 1 << 13;

  /** One send or receive takes several provided buffers. */
  public static final int IORING_FEAT_RECVSEND_BUNDLE = 1 << 14;

  /** A wait has a minimum time. */
  public static final int IORING_FEAT_MIN_TIMEOUT = 1 << 15;

  /** Reads and writes take attributes. */
  public static final int IORING_FEAT_RW_ATTR = 1 << 16;

  /** {@link Enter#IORING_ENTER_NO_IOWAIT} is known. */
  public static final int IORING_FEAT_NO_IOWAIT = 1 << 17;

  private Setup() {}
}
