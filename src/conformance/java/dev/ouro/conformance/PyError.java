// SPDX-License-Identifier: Apache-2.0
package dev.ouro.conformance;

/** A Python exception on its way through Java. */
public final class PyError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient PyObject error;

  /** Wraps {@code error}. */
  public PyError(PyObject error, String text) {
    super(text);
    this.error = error;
  }

  /** The Python exception. */
  public PyObject error() {
    return error;
  }
}
