// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.function.LongSupplier;

/** The system's monotonic clock, in nanoseconds since this process first made a loop. */
final class MonotonicClock implements LongSupplier {
  private static final long ORIGIN = System.nanoTime();

  @Override
  public long getAsLong() {
    return System.nanoTime() - ORIGIN;
  }
}
