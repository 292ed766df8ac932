// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

/** Throws a future's exception as it is, where asyncio does, although it may be a checked one. */
final class Sneaky {
  private Sneaky() {}

  /** Throws {@code thrown}; the result type is for the compiler: {@code throw propagate(e)}. */
  @SuppressWarnings("unchecked")
  static <E extends Throwable> RuntimeException propagate(Throwable thrown) throws E {
    throw (E) thrown;
  }
}
