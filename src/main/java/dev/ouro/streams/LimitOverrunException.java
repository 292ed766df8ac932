// SPDX-License-Identifier: Apache-2.0
package dev.ouro.streams;

import java.io.IOException;

/**
 * The buffer's limit was reached while looking for a separator: asyncio's {@code
 * LimitOverrunError}. The data stay in the buffer.
 */
public final class LimitOverrunException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int consumed;

  /** With the number of bytes that may be read away. */
  public LimitOverrunException(String message, int consumed) {
    super(message);
    this.consumed = consumed;
  }

  /** How many of the bytes in the buffer do not belong to a separator. */
  public int consumed() {
    return consumed;
  }
}
