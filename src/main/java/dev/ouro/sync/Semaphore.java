// SPDX-License-Identifier: Apache-2.0
package dev.ouro.sync;

import dev.ouro.loop.Future;
import java.util.ArrayDeque;
import java.util.concurrent.CancellationException;

/**
 * Lets so many tasks in at a time: asyncio's {@code Semaphore}. Fair: who waits first gets in
 * first.
 *
 * <p>Threads: tasks of one loop.
 */
public class Semaphore extends LoopBound {
  private final ArrayDeque<Future<Void>> waiters = new ArrayDeque<>();
  private int value;

  /** For one task at a time. */
  public Semaphore() {
    this(1);
  }

  /**
   * For {@code value} tasks at a time.
   *
   * @throws IllegalArgumentException {@code value} is negative
   */
  public Semaphore(int value) {
    if (value < 0) {
      throw new IllegalArgumentException("Semaphore initial value must be >= 0");
    }
    this.value = value;
  }

  /** Whether {@link #acquire} would wait. */
  public final boolean locked() {
    return value == 0 || waiters.stream().anyMatch(waiter -> !waiter.cancelled());
  }

  final int value() {
    return value;
  }

  /**
   * Suspends the calling task until it is let in.
   *
   * @throws CancellationException the task was cancelled; then it is not
   */
  public final void acquire() {
    enter();
    if (!locked()) {
      value--;
      return;
    }
    Future<Void> waiter = newWaiter();
    waiters.add(waiter);
    try {
      try {
        waiter.await();
      } finally {
        waiters.remove(waiter);
      }
    } catch (CancellationException cancelled) {
      if (waiter.done() && !waiter.cancelled()) {
        value++; // its turn had come: it is the next one's
      }
      throw cancelled;
    } finally {
      // Others may have come while it was this one's turn.
      wakeAllowed();
    }
  }

  /** {@link #acquire} until the end of a {@code try} block. */
  public final Held hold() {
    acquire();
    return this::release;
  }

  /** Lets the next task in. */
  public void release() {
    enter();
    value++;
    wakeNext();
  }

  private void wakeAllowed() {
    boolean woken = true;
    while (value > 0 && woken) {
      woken = wakeNext();
    }
  }

  private boolean wakeNext() {
    for (Future<Void> waiter : waiters) {
      if (!waiter.done()) {
        value--;
        waiter.setResult(null);
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return Waiters.describe(this, locked() ? "locked" : "unlocked, value:" + value, waiters.size());
  }
}
