// SPDX-License-Identifier: Apache-2.0
package dev.ouro.sync;

import dev.ouro.loop.Future;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * A lock at which tasks wait for a change that others tell: asyncio's {@code Condition}.
 *
 * <p>Threads: tasks of one loop.
 *
 * {@snippet :
 * try (Held _ = condition.hold()) {
 *   condition.awaitFor(() -> !jobs.isEmpty());
 *   run(jobs.remove());
 * }
 * }
 */
public final class Condition extends LoopBound {
  private final ArrayDeque<Future<Void>> waiters = new ArrayDeque<>();
  private final Lock lock;

  /** With a lock of its own. */
  public Condition() {
    this(new Lock());
  }

  /** With {@code lock}, which others may use, too. */
  public Condition(Lock lock) {
    this.lock = Objects.requireNonNull(lock, "lock");
  }

  /** {@link Lock#acquire}. */
  public void acquire() {
    lock.acquire();
  }

  /** {@link Lock#hold}. */
  public Held hold() {
    return lock.hold();
  }

  /** {@link Lock#release}. */
  public void release() {
    lock.release();
  }

  /** {@link Lock#locked}. */
  public boolean locked() {
    return lock.locked();
  }

  /**
   * Releases the lock, suspends the calling task until it is notified, and acquires the lock again;
   * also when the task is cancelled, and then passes a notification on that it did not use.
   *
   * @throws CancellationException the task was cancelled; it has the lock
   * @throws IllegalStateException nobody has the lock
   */
  public void await() {
    enter();
    if (!lock.locked()) {
      throw new IllegalStateException("cannot wait on un-acquired lock");
    }
    Future<Void> waiter = newWaiter();
    lock.release();
    try {
      try {
        waiters.add(waiter);
        try {
          waiter.await();
        } finally {
          waiters.remove(waiter);
        }
      } finally {
        reacquire();
      }
    } catch (RuntimeException | Error thrown) {
      // It may count as notified already: somebody else shall have that.
      notifyWaiting(1);
      throw thrown;
    }
  }

  private void reacquire() {
    CancellationException cancelled = null;
    while (true) {
      try {
        lock.acquire();
        break;
      } catch (CancellationException again) {
        cancelled = again;
      }
    }
    if (cancelled != null) {
      throw cancelled;
    }
  }

  /** {@link #await} until {@code predicate} holds. */
  public void awaitFor(BooleanSupplier predicate) {
    while (!predicate.getAsBoolean()) {
      await();
    }
  }

  /** {@link #signal(int)} of one. */
  public void signal() {
    signal(1);
  }

  /**
   * Lets {@code n} waiting tasks go on, once they have the lock: asyncio's {@code notify}, which is
   * a method of every object in Java.
   *
   * @throws IllegalStateException nobody has the lock
   */
  public void signal(int n) {
    enter();
    if (!lock.locked()) {
      throw new IllegalStateException("cannot notify on un-acquired lock");
    }
    notifyWaiting(n);
  }

  /** {@link #signal(int)} of all: asyncio's {@code notify_all}. */
  public void signalAll() {
    enter();
    signal(waiters.size());
  }

  private void notifyWaiting(int n) {
    int notified = 0;
    for (Future<Void> waiter : waiters) {
      if (notified >= n) {
        break;
      }
      if (!waiter.done()) {
        notified++;
        waiter.setResult(null);
      }
    }
  }

  @Override
  public String toString() {
    return Waiters.describe(this, locked() ? "locked" : "unlocked", waiters.size());
  }
}
