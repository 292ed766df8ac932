// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

/** The flags of a submission entry, {@code IOSQE_*}: see {@code io_uring_enter(2)}. */
public final class SqeFlag {
  /** The descriptor is an index in the registered files. */
  public static final int IOSQE_FIXED_FILE = 1 << 0;

  /** Starts when everything submitted before has completed. */
  public static final int IOSQE_IO_DRAIN = 1 << 1;

  /** The next entry starts when this one has succeeded. */
  public static final int IOSQE_IO_LINK = 1 << 2;

  /** The next entry starts when this one has completed. */
  public static final int IOSQE_IO_HARDLINK = 1 << 3;

  /** Goes to a worker thread at once. */
  public static final int IOSQE_ASYNC = 1 << 4;

  /** Takes a buffer of the entry's group. */
  public static final int IOSQE_BUFFER_SELECT = 1 << 5;

  /** No completion on success. */
  public static final int IOSQE_CQE_SKIP_SUCCESS = 1 << 6;

  private SqeFlag() {}
}
