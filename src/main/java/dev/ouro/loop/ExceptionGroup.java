// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.List;
import java.util.Objects;

/**
 * Several exceptions that belong together, as one: Python's {@code ExceptionGroup}. What went wrong
 * is in {@link #exceptions}; each is also suppressed in the group, so that a trace shows all.
 *
 * <p>Immutable, as far as exceptions are. Unchecked, because it comes out of futures.
 */
public final class ExceptionGroup extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String message;
  private final Throwable[] exceptions;

  /**
   * A group of {@code exceptions}.
   *
   * @throws IllegalArgumentException there are none
   */
  public ExceptionGroup(String message, List<? extends Throwable> exceptions) {
    super(text(message, exceptions.size()));
    this.message = Objects.requireNonNull(message, "message");
    if (exceptions.isEmpty()) {
      throw new IllegalArgumentException("exceptions: empty");
    }
    this.exceptions = exceptions.toArray(Throwable[]::new);
    exceptions.forEach(this::addSuppressed);
  }

  /** What was said of the group; {@link #getMessage} adds how many there are. */
  public String message() {
    return message;
  }

  /** The exceptions, in the order in which they were given; at least one. */
  public List<Throwable> exceptions() {
    return List.of(exceptions);
  }

  private static String text(String message, int count) {
    return message + " (" + count + (count == 1 ? " sub-exception)" : " sub-exceptions)");
  }
}
