// SPDX-License-Identifier: Apache-2.0
package dev.ouro.tasks;

/** Throws what a task's code threw as it is, although it may be a checked exception. */
final class Unchecked {
  private Unchecked() {}

  /** Throws {@code thrown}; the result type is for the compiler: {@code throw propagate(e)}. */
  @SuppressWarnings("unchecked")
  static <E extends Throwable> RuntimeException propagate(Throwable thrown) throws E {
    throw (E) thrown;
  }
}
