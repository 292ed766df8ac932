// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.Objects;

/**
 * A callback that was scheduled for a time: asyncio's {@code TimerHandle}, returned by {@link
 * CallbackLoop#callLater} and {@link CallbackLoop#callAt}.
 *
 * <p>Handles are ordered by {@link #when} alone; two are equal when they are for the same time,
 * call an equal callback, and are both cancelled or both not. Threads: as {@link Handle}.
 */
public final class TimerHandle extends Handle implements Comparable<TimerHandle> {
  private final long whenNanos;

  /** The order of being scheduled, which decides between timers for the same time. */
  long sequence;

  /** The heap that holds this, or null. */
  TimerHeap heap;

  /**
   * For authors of loops.
   *
   * @param whenNanos when to run, on the scale of {@link CallbackLoop#time}
   * @param callback what to run
   * @param loop whose exception handler hears of what {@code callback} throws
   * @param context where to run it; null: in a copy of the calling thread's current context
   */
  public TimerHandle(long whenNanos, Runnable callback, CallbackLoop loop, Context context) {
    super(callback, loop, context);
    this.whenNanos = whenNanos;
  }

  TimerHandle(
      long whenNanos, Runnable callback, CallbackLoop loop, Context context, ThreadState caller) {
    super(callback, loop, context, caller);
    this.whenNanos = whenNanos;
  }

  /** When the callback runs, or ran, or would have, in nanoseconds of {@link CallbackLoop#time}. */
  public long when() {
    return whenNanos;
  }

  @Override
  public void cancel() {
    regainControl();
    boolean before = cancelled();
    super.cancel();
    if (heap != null && !before && cancelled()) {
      heap.cancelled();
    }
  }

  @Override
  public int compareTo(TimerHandle other) {
    return Long.compare(whenNanos, other.whenNanos);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TimerHandle timer
        && whenNanos == timer.whenNanos
        && cancelled() == timer.cancelled()
        && Objects.equals(callback(), timer.callback());
  }

  @Override
  public int hashCode() {
    return Long.hashCode(whenNanos);
  }

  @Override
  String details() {
    return " when=" + whenNanos;
  }
}
