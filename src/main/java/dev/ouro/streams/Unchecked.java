// SPDX-License-Identifier: Apache-2.0
package dev.ouro.streams;

import dev.ouro.loop.Sneaky;
import java.io.IOException;

/** Throws what a connection was lost with as it is. */
final class Unchecked {
  private Unchecked() {}

  /** An {@link IOException} to throw, or else {@code thrown} itself is thrown. */
  static IOException rethrow(Throwable thrown) {
    if (thrown instanceof IOException io) {
      return io;
    }
    throw Sneaky.<RuntimeException>propagate(thrown);
  }
}
