// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

/**
 * Sizes and offsets of the kernel's structures, and the mapping offsets of a ring.
 *
 * <p>Written out, as the constants of this package are, and compared with jextract's layouts for
 * both architectures by a test: to load those would make every start slower, by a millisecond or
 * more for each class of constants, and by more for each structure.
 */
final class Layout {
  static final int SQE_SIZE = 64;
  static final int SQE_FLAGS = 1;
  static final int SQE_IOPRIO = 2;
  static final int SQE_FD = 4;
  static final int SQE_OFF = 8;
  static final int SQE_ADDR = 16;
  static final int SQE_LEN = 24;
  static final int SQE_OP_FLAGS = 28;
  static final int SQE_USER_DATA = 32;
  static final int SQE_BUF_INDEX = 40;
  static final int SQE_PERSONALITY = 42;
  static final int SQE_FILE_INDEX = 44;
  static final int SQE_ADDR3 = 48;
  static final int SQE_PAD2 = 56;

  static final int CQE_SIZE = 16;
  static final int CQE_RESULT = 8;
  static final int CQE_EXTRA = 16;

  static final int PARAMS_SIZE = 120;
  static final int PARAMS_SQ_ENTRIES = 0;
  static final int PARAMS_CQ_ENTRIES = 4;
  static final int PARAMS_FLAGS = 8;
  static final int PARAMS_SQ_THREAD_CPU = 12;
  static final int PARAMS_SQ_THREAD_IDLE = 16;
  static final int PARAMS_FEATURES = 20;
  static final int PARAMS_WQ_FD = 24;
  static final int PARAMS_SQ_OFF = 40;
  static final int PARAMS_CQ_OFF = 80;

  static final int SQ_OFF_HEAD = 0;
  static final int SQ_OFF_TAIL = 4;
  static final int SQ_OFF_FLAGS = 16;
  static final int SQ_OFF_DROPPED = 20;
  static final int SQ_OFF_ARRAY = 24;

  static final int CQ_OFF_HEAD = 0;
  static final int CQ_OFF_TAIL = 4;
  static final int CQ_OFF_OVERFLOW = 16;
  static final int CQ_OFF_CQES = 20;
  static final int CQ_OFF_FLAGS = 24;

  static final long OFF_SQ_RING = 0;
  static final long OFF_SQES = 0x10000000L;

  static final int GETEVENTS_ARG_SIZE = 24;
  static final int GETEVENTS_ARG_MIN_WAIT_USEC = 12;
  static final int GETEVENTS_ARG_TS = 16;

  static final int TIMESPEC_SIZE = 16;
  static final int TIMESPEC_NSEC = 8;

  static final int SYNC_CANCEL_SIZE = 64;
  static final int SYNC_CANCEL_FD = 8;
  static final int SYNC_CANCEL_FLAGS = 12;
  static final int SYNC_CANCEL_TIMEOUT = 16;

  static final int BUF_SIZE = 16;
  static final int BUF_LEN = 8;
  static final int BUF_BID = 12;
  static final int BUF_RING_TAIL = 14;

  static final int BUF_REG_SIZE = 40;
  static final int BUF_REG_ENTRIES = 8;
  static final int BUF_REG_BGID = 12;
  static final int BUF_REG_FLAGS = 14;

  static final int RECVMSG_OUT_SIZE = 16;
  static final int RECVMSG_OUT_NAMELEN = 0;
  static final int RECVMSG_OUT_CONTROLLEN = 4;
  static final int RECVMSG_OUT_PAYLOADLEN = 8;
  static final int RECVMSG_OUT_FLAGS = 12;

  static final int BUF_STATUS_SIZE = 40;
  static final int BUF_STATUS_HEAD = 4;

  static final int RESTRICTION_SIZE = 16;
  static final int RESTRICTION_VALUE = 2;

  static final int NAPI_SIZE = 16;
  static final int NAPI_PREFER_BUSY_POLL = 4;
  static final int NAPI_OP_PARAM = 8;

  static final int CLOCK_REGISTER_SIZE = 16;

  static final int CLONE_BUFFERS_SIZE = 32;
  static final int CLONE_BUFFERS_FLAGS = 4;
  static final int CLONE_BUFFERS_SRC_OFF = 8;
  static final int CLONE_BUFFERS_DST_OFF = 12;
  static final int CLONE_BUFFERS_NR = 16;

  static final int MEM_REGION_REG_SIZE = 32;
  static final int MEM_REGION_REG_FLAGS = 8;
  static final int REGION_DESC_SIZE = 64;
  static final int REGION_DESC_BYTES = 8;
  static final int REGION_DESC_FLAGS = 16;

  static final int REG_WAIT_SIZE = 64;
  static final int REG_WAIT_MIN_WAIT_USEC = 16;
  static final int REG_WAIT_FLAGS = 20;

  static final int RSRC_REGISTER_SIZE = 32;
  static final int RSRC_REGISTER_FLAGS = 4;

  static final int FILES_UPDATE_SIZE = 16;
  static final int FILES_UPDATE_FDS = 8;

  static final int RSRC_UPDATE2_SIZE = 32;
  static final int RSRC_UPDATE2_DATA = 8;
  static final int RSRC_UPDATE2_TAGS = 16;
  static final int RSRC_UPDATE2_NR = 24;

  private Layout() {}
}
