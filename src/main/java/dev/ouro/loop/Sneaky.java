// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

/**
 * Throws an exception as it is, where asyncio does, although it may be a checked one: for authors
 * of what tasks call.
 */
public final class Sneaky {
  private Sneaky() {}

  /** Throws {@code thrown}; the result type is for the compiler: {@code throw propagate(e)}. */
  @SuppressWarnings("unchecked")
  public static <E extends Throwable> RuntimeException propagate(Throwable thrown) throws E {
    throw (E) thrown;
  }
}
