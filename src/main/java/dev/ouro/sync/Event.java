// SPDX-License-Identifier: Apache-2.0
package dev.ouro.sync;

import dev.ouro.loop.Future;
import java.util.ArrayDeque;

/**
 * Something that happens, which tasks wait for: asyncio's {@code Event}.
 *
 * <p>Threads: tasks and callbacks of one loop.
 */
public final class Event extends LoopBound {
  private final ArrayDeque<Future<Void>> waiters = new ArrayDeque<>();
  private boolean set;

  /** One that has not happened. */
  public Event() {}

  /** Whether it has happened. */
  public boolean isSet() {
    return set;
  }

  /** It has happened: lets all go on that wait, and those that come. */
  public void set() {
    enter();
    if (!set) {
      set = true;
      for (Future<Void> waiter : waiters) {
        if (!waiter.done()) {
          waiter.setResult(null);
        }
      }
    }
  }

  /** It has not happened (again): who comes now waits. */
  public void clear() {
    enter();
    set = false;
  }

  /**
   * Suspends the calling task until it has happened.
   *
   * @throws java.util.concurrent.CancellationException the task was cancelled
   */
  public void await() {
    enter();
    if (set) {
      return;
    }
    Future<Void> waiter = newWaiter();
    waiters.add(waiter);
    try {
      waiter.await();
    } finally {
      waiters.remove(waiter);
    }
  }

  @Override
  public String toString() {
    return Waiters.describe(this, set ? "set" : "unset", waiters.size());
  }
}
