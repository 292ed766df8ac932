// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.time.Duration;
import java.util.Objects;

/** A task that lets time pass: the future and its timer's callback in one. */
public final class Sleep extends Future<Void> implements Runnable {
  private Sleep(CallbackLoop loop) {
    super(loop);
  }

  /**
   * Suspends the calling task for {@code delay}; for zero or less, for one turn of the loop.
   *
   * @throws java.util.concurrent.CancellationException the task was cancelled
   * @throws IllegalStateException the caller is not a task
   */
  public static void sleep(Duration delay) {
    Objects.requireNonNull(delay, "delay");
    Task<?> task = Task.current();
    if (task == null) {
      throw new IllegalStateException("sleep() was called outside of a task");
    }
    if (delay.isNegative() || delay.isZero()) {
      task.yieldOnce();
      return;
    }
    CallbackLoop loop = task.getLoop();
    Sleep sleep = new Sleep(loop);
    TimerHandle timer = loop.callLater(delay, sleep);
    try {
      task.await(sleep);
      sleep.result();
    } finally {
      timer.cancel();
    }
  }

  /** The time has come. */
  @Override
  public void run() {
    offerResult(null);
  }

  @Override
  String kind() {
    return "Future";
  }
}
