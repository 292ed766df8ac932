// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;

/** Debug mode's eye on callbacks that keep the loop busy for too long. */
final class SlowCallbacks {
  private static final double NANOS_PER_SECOND = 1e9;

  private Duration threshold = Duration.ofMillis(100);
  private long thresholdNanos = threshold.toNanos();
  private long logged;

  /** The system property {@code dev.ouro.debug}, or else the variable {@code OURO_DEBUG}. */
  static boolean debugByDefault() {
    String property = System.getProperty("dev.ouro.debug");
    if (property != null) {
      return !property.equalsIgnoreCase("false");
    }
    String variable = System.getenv("OURO_DEBUG");
    return variable != null && !variable.isEmpty();
  }

  Duration threshold() {
    return threshold;
  }

  void setThreshold(Duration duration) {
    Objects.requireNonNull(duration, "duration");
    if (duration.isNegative()) {
      throw new IllegalArgumentException("duration: " + duration + " is negative");
    }
    threshold = duration;
    thresholdNanos = Durations.nanos(duration);
  }

  /** Runs {@code body}, which is {@code what}; logs it unless something inside was logged. */
  void time(CallbackLoop loop, Object what, Runnable body) {
    long loggedBefore = logged;
    long start = loop.time();
    body.run();
    long nanos = loop.time() - start;
    if (nanos >= thresholdNanos && logged == loggedBefore) {
      logged++;
      System.getLogger("dev.ouro")
          .log(
              System.Logger.Level.WARNING,
              String.format(
                  Locale.ROOT, "Executing %s took %.3f seconds", what, nanos / NANOS_PER_SECOND));
    }
  }
}
