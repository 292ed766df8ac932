// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import dev.ouro.EventLoop;
import dev.ouro.loop.TimerHandle;
import java.time.Duration;

/**
 * A timer that is set again and again and hardly ever goes off.
 *
 * <p>A busy connection moves its deadline with every request. That must not cost a timer each time:
 * the timer of an earlier deadline stays, and when it goes off it finds that there is time left.
 */
final class Deadline {
  private final EventLoop loop;
  private final Runnable expired;
  private long whenNanos;
  private TimerHandle timer;

  /** Runs {@code expired} on the loop whenever a deadline passes. */
  Deadline(EventLoop loop, Runnable expired) {
    this.loop = loop;
    this.expired = expired;
  }

  /** Sets the deadline so far from now, instead of the one before. */
  void start(Duration timeout) {
    whenNanos = loop.time() + timeout.toNanos();
    if (timer != null && timer.when() - whenNanos > 0) {
      timer.cancel();
      timer = null;
    }
    if (timer == null) {
      timer = loop.callAt(whenNanos, this::check);
    }
  }

  /** Forgets the deadline. */
  void cancel() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  private void check() {
    timer = null;
    if (loop.time() - whenNanos < 0) {
      timer = loop.callAt(whenNanos, this::check);
    } else {
      expired.run();
    }
  }
}
