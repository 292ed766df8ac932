// SPDX-License-Identifier: Apache-2.0
package dev.ouro.conformance;

import dev.ouro.loop.LoopExit;

/** Python's {@code KeyboardInterrupt} or {@code SystemExit}, which leaves the loop. */
public final class PyExit extends LoopExit {
  private static final long serialVersionUID = 1L;

  private final transient PyObject error;

  /** Wraps {@code error}. */
  public PyExit(PyObject error, String text) {
    super(text);
    this.error = error;
  }

  /** Wraps what JPype made of an exception that Python threw by itself. */
  public PyExit(Throwable cause) {
    super("interrupted", cause);
    this.error = null;
  }

  /** The Python exception; null: it is behind the cause. */
  public PyObject error() {
    return error;
  }
}
