// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import dev.ouro.poll.Engine;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.LongSupplier;

/**
 * Waits for an engine by a {@link WaitStrategy}, and is woken from other threads.
 *
 * <p>Waking: a thread that adds to the inbox must wake a loop that blocks, and should not pay for a
 * system call otherwise. The state is RUNNING; the loop makes it BLOCKED, then looks at the inbox
 * once more, then blocks; the other thread adds to the inbox, then looks at the state. Both do so
 * in sequentially consistent order, so at least one sees what the other did. Of the threads that
 * find BLOCKED one makes it NOTIFIED and wakes the engine. When the engine returns, the state is
 * RUNNING again.
 *
 * <p>Adapting: {@link #score} goes up with every wait that ended soon and down faster with every
 * one that did not; at the threshold the loop begins to spin. A wait that blocked counts as short
 * up to a few times the spin time, because blocking itself makes it longer on both sides.
 */
final class Waiter {
  private static final int RUNNING = 0;
  private static final int BLOCKED = 1;
  private static final int NOTIFIED = 2;

  private static final int SCORE_TO_SPIN = 4;
  private static final int HIGHEST_SCORE = 8;
  private static final int COST_OF_LONG_WAIT = 4;
  private static final int SHORT_BLOCKED_WAIT = 4;

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Waiter.class, "state", int.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final Engine engine;
  private final Inbox inbox;
  private final LongSupplier clock;
  private final long spinNanos;
  private final boolean adapts;
  private final Object engineLock = new Object();
  private boolean engineClosed;
  private int score;

  private volatile int state = RUNNING;

  Waiter(Engine engine, Inbox inbox, LongSupplier clock, WaitStrategy strategy, int processors) {
    this.engine = engine;
    this.inbox = inbox;
    this.clock = clock;
    this.spinNanos = processors > 1 ? strategy.spinNanos() : 0;
    this.adapts = strategy.adapts();
  }

  /**
   * Polls, and waits for at most {@code timeoutNanos} until something is completed or somebody
   * wakes; without limit for a negative timeout.
   *
   * @return whether that was so, rather than that the time was up
   */
  boolean poll(long timeoutNanos) {
    if (timeoutNanos == 0) {
      return engine.poll(0);
    } else if (spinNanos == 0) {
      return block(timeoutNanos);
    } else if (adapts) {
      return pollAdaptively(timeoutNanos);
    }
    return spin(clock.getAsLong(), timeoutNanos < 0 ? Long.MAX_VALUE : timeoutNanos);
  }

  /** Something is in the inbox: the loop must not go on waiting. From any thread. */
  void wake() {
    if (state == BLOCKED && STATE.compareAndSet(this, BLOCKED, NOTIFIED)) {
      synchronized (engineLock) {
        if (!engineClosed) {
          engine.wakeup();
        }
      }
    }
  }

  /** After this, no thread touches the engine to wake it. */
  void close() {
    synchronized (engineLock) {
      engineClosed = true;
    }
  }

  private boolean pollAdaptively(long timeoutNanos) {
    long start = clock.getAsLong();
    if (score < SCORE_TO_SPIN) {
      boolean found = block(timeoutNanos);
      learn(clock.getAsLong() - start <= SHORT_BLOCKED_WAIT * spinNanos);
      return found;
    }
    boolean limited = timeoutNanos > 0 && timeoutNanos <= spinNanos;
    boolean ended = spin(start, limited ? timeoutNanos : spinNanos);
    if (ended || limited) {
      learn(ended);
      return ended;
    }
    learn(false);
    long left = timeoutNanos < 0 ? timeoutNanos : timeoutNanos - (clock.getAsLong() - start);
    return left != 0 && (timeoutNanos < 0 || left > 0) && block(left);
  }

  private void learn(boolean wasShort) {
    score = wasShort ? Math.min(score + 1, HIGHEST_SCORE) : Math.max(score - COST_OF_LONG_WAIT, 0);
  }

  /** Looks for {@code nanos} at what may have come; whether something has. */
  private boolean spin(long start, long nanos) {
    if (engine.poll(0)) {
      return true;
    }
    do {
      if (!inbox.isEmpty()) {
        return true;
      }
      if (engine.mayHaveCompletions() && engine.poll(0)) {
        return true;
      }
      Thread.onSpinWait();
    } while (clock.getAsLong() - start < nanos);
    return false;
  }

  private boolean block(long timeoutNanos) {
    state = BLOCKED;
    try {
      return engine.poll(inbox.isEmpty() ? timeoutNanos : 0);
    } finally {
      state = RUNNING;
    }
  }
}
