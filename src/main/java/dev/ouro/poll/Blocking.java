// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import java.io.UncheckedIOException;

/**
 * The two engines want opposite things of {@code O_NONBLOCK}: readiness needs it set; a ring needs
 * it clear, because there it means that an operation which cannot go on at once fails with EAGAIN.
 */
final class Blocking {
  private Blocking() {}

  /** Sets {@code O_NONBLOCK}. */
  static void makeNonBlocking(Fd fd) {
    nonBlocking(fd, true);
  }

  /** Clears {@code O_NONBLOCK}. */
  static void makeBlocking(Fd fd) {
    nonBlocking(fd, false);
  }

  private static void nonBlocking(Fd fd, boolean value) {
    try {
      fd.nonBlocking(value);
    } catch (LinuxException e) {
      throw new UncheckedIOException(e); // EBADF: the caller's fault, and an exception for it
    }
  }
}
