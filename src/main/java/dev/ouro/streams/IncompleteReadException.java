// SPDX-License-Identifier: Apache-2.0
package dev.ouro.streams;

import java.io.EOFException;
import java.util.OptionalInt;

/** The stream ended before what was asked for had come: asyncio's {@code IncompleteReadError}. */
public final class IncompleteReadException extends EOFException {
  private static final long serialVersionUID = 1L;

  private final byte[] partial;
  private final int expected;

  /**
   * After {@code partial}, instead of {@code expected} bytes; negative: as many as it takes up to a
   * separator.
   */
  public IncompleteReadException(byte[] partial, int expected) {
    super(
        partial.length
            + " bytes read on a total of "
            + (expected < 0 ? "undefined" : String.valueOf(expected))
            + " expected bytes");
    this.partial = partial.clone();
    this.expected = expected;
  }

  /** What had come before the end. */
  public byte[] partial() {
    return partial.clone();
  }

  /** How many bytes were asked for; empty: up to a separator. */
  public OptionalInt expected() {
    return expected < 0 ? OptionalInt.empty() : OptionalInt.of(expected);
  }
}
