// SPDX-License-Identifier: Apache-2.0
package dev.ouro.sync;

import java.util.concurrent.BrokenBarrierException;

/**
 * Where so many tasks wait until all have come: asyncio's {@code Barrier}. It can be used again.
 *
 * <p>Threads: tasks of one loop.
 */
public final class Barrier {
  private enum State {
    FILLING,
    DRAINING,
    RESETTING,
    BROKEN
  }

  private final Condition condition = new Condition();
  private final int parties;
  private State state = State.FILLING;
  private int count;

  /**
   * For {@code parties} tasks.
   *
   * @throws IllegalArgumentException {@code parties} is less than 1
   */
  public Barrier(int parties) {
    if (parties < 1) {
      throw new IllegalArgumentException("parties must be >= 1");
    }
    this.parties = parties;
  }

  /** How many tasks it takes. */
  public int parties() {
    return parties;
  }

  /** How many are waiting. */
  public int nWaiting() {
    return state == State.FILLING ? count : 0;
  }

  /** Whether it was aborted. */
  public boolean broken() {
    return state == State.BROKEN;
  }

  /**
   * Suspends the calling task until all have come.
   *
   * @return from 0 up to, without, {@link #parties}: each task gets another one
   * @throws BrokenBarrierException it was aborted or reset
   */
  public int await() throws BrokenBarrierException {
    try (Held _ = condition.hold()) {
      condition.awaitFor(() -> state != State.DRAINING && state != State.RESETTING);
      if (state == State.BROKEN) {
        throw new BrokenBarrierException("Barrier aborted");
      }
      int index = count++;
      try {
        if (index + 1 == parties) {
          state = State.DRAINING;
          condition.signalAll();
        } else {
          condition.awaitFor(() -> state != State.FILLING);
          if (state == State.BROKEN || state == State.RESETTING) {
            throw new BrokenBarrierException("Abort or reset of barrier");
          }
        }
        return index;
      } finally {
        leave();
      }
    }
  }

  private void leave() {
    count--;
    if (count == 0) {
      if (state == State.RESETTING || state == State.DRAINING) {
        state = State.FILLING;
      }
      condition.signalAll();
    }
  }

  /** Makes it as new; those that wait get {@link BrokenBarrierException}. */
  public void reset() {
    try (Held _ = condition.hold()) {
      state = count > 0 ? State.RESETTING : State.FILLING;
      condition.signalAll();
    }
  }

  /** Breaks it until {@link #reset}; who waits or comes gets {@link BrokenBarrierException}. */
  public void abort() {
    try (Held _ = condition.hold()) {
      state = State.BROKEN;
      condition.signalAll();
    }
  }

  @Override
  public String toString() {
    String text = state.name().toLowerCase(java.util.Locale.ROOT);
    return "<Barrier [" + text + (broken() ? "" : ", waiters:" + nWaiting() + "/" + parties) + "]>";
  }
}
