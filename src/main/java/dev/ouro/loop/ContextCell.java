// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

/**
 * Where the values of one context are kept. A {@link Context} stands for a cell; a {@link Handle}
 * is one, so that scheduling a callback in a copy of the current context allocates no more than the
 * handle.
 */
class ContextCell {
  ContextMap values;
  private boolean entered;

  ContextCell(ContextMap values) {
    this.values = values;
  }

  /**
   * Makes this the current context of the thread that {@code state} belongs to; {@link #leave} must
   * follow.
   *
   * @return what was current, for {@link #leave}
   */
  final ContextCell enter(ThreadState state) {
    occupy();
    ContextCell previous = state.context;
    state.context = this;
    return previous;
  }

  final void leave(ThreadState state, ContextCell previous) {
    state.context = previous;
    entered = false;
  }

  /** Keeps everybody else out, until {@link #vacate}. */
  final void occupy() {
    checkFree();
    entered = true;
  }

  /**
   * To be called before anything is begun that is to run in it.
   *
   * @throws IllegalStateException somebody is in it
   */
  final void checkFree() {
    if (entered) {
      throw new IllegalStateException("cannot enter context: " + this + " is already entered");
    }
  }

  final void vacate() {
    entered = false;
  }

  /** Whether somebody is in it. */
  final boolean isOccupied() {
    return entered;
  }
}
