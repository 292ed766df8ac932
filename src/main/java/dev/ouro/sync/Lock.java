// SPDX-License-Identifier: Apache-2.0
package dev.ouro.sync;

import dev.ouro.loop.Future;
import java.util.ArrayDeque;
import java.util.concurrent.CancellationException;

/**
 * Lets one task at a time in: asyncio's {@code Lock}. Fair: who waits first gets it first. Not
 * reentrant.
 *
 * <p>Threads: tasks of one loop.
 *
 * {@snippet :
 * try (Held _ = lock.hold()) {
 *   change(shared);
 * }
 * }
 */
public final class Lock extends LoopBound {
  private final ArrayDeque<Future<Void>> waiters = new ArrayDeque<>();
  private boolean locked;

  /** An unlocked one. */
  public Lock() {}

  /** Whether a task has it. */
  public boolean locked() {
    return locked;
  }

  /**
   * Suspends the calling task until it has the lock.
   *
   * @throws CancellationException the task was cancelled; then it has not
   */
  public void acquire() {
    enter();
    if (!locked && waiters.stream().allMatch(Future::cancelled)) {
      locked = true;
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
      // Its turn may have come already: it is the next one's then.
      if (!locked) {
        wakeFirst();
      }
      throw cancelled;
    }
    locked = true;
  }

  /** {@link #acquire} until the end of a {@code try} block. */
  public Held hold() {
    acquire();
    return this::release;
  }

  /**
   * Lets the next task in, by its next turn. Any task may call.
   *
   * @throws IllegalStateException nobody has it
   */
  public void release() {
    enter();
    if (!locked) {
      throw new IllegalStateException("Lock is not acquired.");
    }
    locked = false;
    wakeFirst();
  }

  private void wakeFirst() {
    Future<Void> first = waiters.peek();
    if (first != null && !first.done()) {
      first.setResult(null);
    }
  }

  @Override
  public String toString() {
    return Waiters.describe(this, locked ? "locked" : "unlocked", waiters.size());
  }
}
