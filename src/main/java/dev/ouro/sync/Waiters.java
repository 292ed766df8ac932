// SPDX-License-Identifier: Apache-2.0
package dev.ouro.sync;

/** How things that tasks wait at describe themselves, as in asyncio. */
final class Waiters {
  private Waiters() {}

  static String describe(Object of, String state, int waiters) {
    return "<"
        + of.getClass().getSimpleName()
        + " ["
        + state
        + (waiters > 0 ? ", waiters:" + waiters : "")
        + "]>";
  }
}
