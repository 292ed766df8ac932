// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

/**
 * What one task at a time waits for, again and again, without a new future for each time: for
 * authors of what tasks wait for, such as streams. Waiting and waking allocate nothing.
 *
 * <p>Threads: as {@link Future}.
 */
public final class Wakeup extends Future<Void> {
  private boolean awaited;

  /** Makes one that nobody waits for. */
  public Wakeup(CallbackLoop loop) {
    super(loop);
  }

  /** Whether a task waits. */
  public boolean isAwaited() {
    return awaited;
  }

  /**
   * Suspends the calling task until {@link #wake}.
   *
   * @throws java.util.concurrent.CancellationException the task was cancelled
   * @throws IllegalStateException another task waits already, or the caller is none
   */
  public void waitForIt() {
    if (awaited) {
      throw new IllegalStateException("another task waits already");
    }
    reset();
    awaited = true;
    try {
      await();
    } finally {
      awaited = false;
    }
  }

  /** Lets the task go on that waits; does nothing when none does, or it goes on already. */
  public void wake() {
    if (awaited) {
      offerResult(null);
    }
  }

  @Override
  String kind() {
    return "Future";
  }
}
