// SPDX-License-Identifier: Apache-2.0
package dev.ouro.conformance;

/** A Python callable. */
@FunctionalInterface
public interface PyCallback {
  /**
   * Calls it.
   *
   * @param context the Python context to run in, from {@link PyContext}; null: none is known
   * @param argument what it is called with, or null
   */
  Object call(PyObject context, Object argument);
}
