// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

/**
 * The operations of {@code io_uring_register(2)}, {@code IORING_REGISTER_*}, for {@link
 * Uring#register}.
 */
public final class Register {
  /** Fixed buffers. */
  public static final int IORING_REGISTER_BUFFERS = 0;

  /** No fixed buffers any more. */
  public static final int IORING_UNREGISTER_BUFFERS = 1;

  /** Fixed files. */
  public static final int IORING_REGISTER_FILES = 2;

  /** No fixed files any more. */
  public static final int IORING_UNREGISTER_FILES = 3;

  /** An eventfd that is signalled at each completion. */
  public static final int IORING_REGISTER_EVENTFD = 4;

  /** No eventfd any more. */
  public static final int IORING_UNREGISTER_EVENTFD = 5;

  /** Changes fixed files. */
  public static final int IORING_REGISTER_FILES_UPDATE = 6;

  /** An eventfd that is signalled at completions by worker threads. */
  public static final int IORING_REGISTER_EVENTFD_ASYNC = 7;

  /** Which operations the kernel has. */
  public static final int IORING_REGISTER_PROBE = 8;

  /** Keeps the caller's credentials. */
  public static final int IORING_REGISTER_PERSONALITY = 9;

  /** Forgets credentials. */
  public static final int IORING_UNREGISTER_PERSONALITY = 10;

  /** What the ring may do. */
  public static final int IORING_REGISTER_RESTRICTIONS = 11;

  /** Enables a ring that was made disabled. */
  public static final int IORING_REGISTER_ENABLE_RINGS = 12;

  /** Fixed files with tags, or empty slots. */
  public static final int IORING_REGISTER_FILES2 = 13;

  /** Changes fixed files with tags. */
  public static final int IORING_REGISTER_FILES_UPDATE2 = 14;

  /** Fixed buffers with tags, or empty slots. */
  public static final int IORING_REGISTER_BUFFERS2 = 15;

  /** Changes fixed buffers with tags. */
  public static final int IORING_REGISTER_BUFFERS_UPDATE = 16;

  /** The CPUs of the worker threads. */
  public static final int IORING_REGISTER_IOWQ_AFF = 17;

  /** Any CPU for the worker threads. */
  public static final int IORING_UNREGISTER_IOWQ_AFF = 18;

  /** The most worker threads. */
  public static final int IORING_REGISTER_IOWQ_MAX_WORKERS = 19;

  /** Registers rings with the thread. */
  public static final int IORING_REGISTER_RING_FDS = 20;

  /** Takes rings out of the thread's table. */
  public static final int IORING_UNREGISTER_RING_FDS = 21;

  /** A ring of provided buffers. */
  public static final int IORING_REGISTER_PBUF_RING = 22;

  /** No such ring any more. */
  public static final int IORING_UNREGISTER_PBUF_RING = 23;

  /** Cancels and waits. */
  public static final int IORING_REGISTER_SYNC_CANCEL = 24;

  /** The slots that the kernel may choose from. */
  public static final int IORING_REGISTER_FILE_ALLOC_RANGE = 25;

  /** How far the kernel is in a ring of provided buffers. */
  public static final int IORING_REGISTER_PBUF_STATUS = 26;

  /** Busy polling of network devices. */
  public static final int IORING_REGISTER_NAPI = 27;

  /** No busy polling any more. */
  public static final int IORING_UNREGISTER_NAPI = 28;

  /** The clock of the waits. */
  public static final int IORING_REGISTER_CLOCK = 29;

  /** Fixed buffers of another ring. */
  public static final int IORING_REGISTER_CLONE_BUFFERS = 30;

  /** {@link Op#IORING_OP_MSG_RING} without a ring. */
  public static final int IORING_REGISTER_SEND_MSG_RING = 31;

  /** A network device's queue for zero-copy receive. */
  public static final int IORING_REGISTER_ZCRX_IFQ = 32;

  /** Another size for the queues. */
  public static final int IORING_REGISTER_RESIZE_RINGS = 33;

  /** Memory shared with the kernel. */
  public static final int IORING_REGISTER_MEM_REGION = 34;

  /** What the kernel has. */
  public static final int IORING_REGISTER_QUERY = 35;

  /** Changes a queue for zero-copy receive. */
  public static final int IORING_REGISTER_ZCRX_CTRL = 36;

  /** Programs that decide what the ring may do. */
  public static final int IORING_REGISTER_BPF_FILTER = 37;

  /** The descriptor is an index among the thread's registered rings. */
  public static final int IORING_REGISTER_USE_REGISTERED_RING = 1 << 31;

  /** Empty slots, filled later. */
  public static final int IORING_RSRC_REGISTER_SPARSE = 1 << 0;

  /** The kernel gives the memory of the ring of buffers. */
  public static final int IOU_PBUF_RING_MMAP = 1 << 0;

  /** Buffers are consumed bit by bit. */
  public static final int IOU_PBUF_RING_INC = 1 << 1;

  /** In place of a descriptor: the slot is left alone. */
  public static final int IORING_REGISTER_FILES_SKIP = -2;

  /** The source of {@link #IORING_REGISTER_CLONE_BUFFERS} is a registered ring. */
  public static final int IORING_REGISTER_SRC_REGISTERED = 1 << 0;

  /** {@link #IORING_REGISTER_CLONE_BUFFERS} replaces buffers that are there. */
  public static final int IORING_REGISTER_DST_REPLACE = 1 << 1;

  /** The region is memory of the application's. */
  public static final int IORING_MEM_REGION_TYPE_USER = 1;

  /** The region holds arguments of waits. */
  public static final int IORING_MEM_REGION_REG_WAIT_ARG = 1;

  /** The wait has a time-out. */
  public static final int IORING_REG_WAIT_TS = 1 << 0;

  /** Allows an operation of {@code io_uring_register(2)}. */
  public static final int IORING_RESTRICTION_REGISTER_OP = 0;

  /** Allows an operation of the submission queue. */
  public static final int IORING_RESTRICTION_SQE_OP = 1;

  /** Allows flags of entries. */
  public static final int IORING_RESTRICTION_SQE_FLAGS_ALLOWED = 2;

  /** Demands flags of entries. */
  public static final int IORING_RESTRICTION_SQE_FLAGS_REQUIRED = 3;

  private Register() {}
}
