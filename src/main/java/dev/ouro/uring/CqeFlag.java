// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

/** The flags of a completion entry, {@code IORING_CQE_*}: see {@code io_uring(7)}. */
public final class CqeFlag {
  /** The upper 16 bits are the number of the buffer taken. */
  public static final int IORING_CQE_F_BUFFER = 1 << 0;

  /** The operation goes on: more completions follow. */
  public static final int IORING_CQE_F_MORE = 1 << 1;

  /** The socket has more to read. */
  public static final int IORING_CQE_F_SOCK_NONEMPTY = 1 << 2;

  /** The notification of a zero-copy send: its buffer is free. */
  public static final int IORING_CQE_F_NOTIF = 1 << 3;

  /** The kernel goes on using the buffer. */
  public static final int IORING_CQE_F_BUF_MORE = 1 << 4;

  /** A filler, not a completion. */
  public static final int IORING_CQE_F_SKIP = 1 << 5;

  /** An entry of 32 bytes in a mixed queue. */
  public static final int IORING_CQE_F_32 = 1 << 15;

  /** The time stamp is the device's. */
  public static final int IORING_CQE_F_TSTAMP_HW = 1 << 16;

  /** How far a time stamp's type is shifted in the flags. */
  public static final int IORING_TIMESTAMP_TYPE_SHIFT = 17;

  /** How far the buffer's number is shifted in the flags. */
  public static final int IORING_CQE_BUFFER_SHIFT = 16;

  private CqeFlag() {}
}
