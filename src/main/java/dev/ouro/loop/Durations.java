// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.math.BigDecimal;
import java.time.Duration;

/** Arithmetic on nanoseconds that ends at the ends of the scale instead of wrapping around. */
final class Durations {
  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);
  private static final Duration SHORTEST = Duration.ofNanos(Long.MIN_VALUE);

  private Durations() {}

  static long nanos(Duration duration) {
    if (duration.compareTo(LONGEST) >= 0) {
      return Long.MAX_VALUE;
    }
    return duration.compareTo(SHORTEST) <= 0 ? Long.MIN_VALUE : duration.toNanos();
  }

  /** {@code nowNanos} + {@code delay}. */
  static long after(long nowNanos, Duration delay) {
    long delayNanos = nanos(delay);
    long sum = nowNanos + delayNanos;
    boolean overflowed = ((nowNanos ^ sum) & (delayNanos ^ sum)) < 0;
    if (overflowed) {
      return delayNanos < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
    return sum;
  }

  /** {@code a} − {@code b}. */
  static long subtract(long a, long b) {
    long difference = a - b;
    boolean overflowed = ((a ^ b) & (a ^ difference)) < 0;
    if (overflowed) {
      return a < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
    return difference;
  }

  /** In seconds, without needless digits: {@code 1}, {@code 0.25}. */
  static String seconds(Duration duration) {
    return BigDecimal.valueOf(duration.getSeconds())
        .add(BigDecimal.valueOf(duration.getNano(), 9))
        .stripTrailingZeros()
        .toPlainString();
  }
}
