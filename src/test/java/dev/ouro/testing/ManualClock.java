// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import java.time.Duration;
import java.util.function.LongSupplier;

/** A clock that tests move by hand. */
public final class ManualClock implements LongSupplier {
  private long nowNanos;
  private long nanosPerRead;

  @Override
  public long getAsLong() {
    nowNanos += nanosPerRead;
    return nowNanos;
  }

  /** The time, without reading it. */
  public long now() {
    return nowNanos;
  }

  public void advance(Duration duration) {
    advanceNanos(duration.toNanos());
  }

  public void advanceNanos(long nanos) {
    nowNanos += nanos;
  }

  /** From now on, every read moves the clock so far before it answers. */
  public void tick(long nanos) {
    nanosPerRead = nanos;
  }
}
