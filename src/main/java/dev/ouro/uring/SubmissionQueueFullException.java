// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import dev.ouro.linux.ErrorText;

/**
 * The submission queue is full, and the kernel takes nothing at the moment.
 *
 * <p>EBUSY or EAGAIN: too many completions wait to be read, or memory is short. Nothing is lost:
 * read the completions and prepare the operation again.
 */
public final class SubmissionQueueFullException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  private final int errno;

  SubmissionQueueFullException(int errno) {
    super("io_uring_enter: " + ErrorText.name(errno) + ", and no entry is free");
    this.errno = errno;
  }

  /** Why {@code io_uring_enter(2)} took nothing. */
  public int errno() {
    return errno;
  }
}
