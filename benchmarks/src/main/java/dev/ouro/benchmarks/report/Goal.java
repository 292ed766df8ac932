// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.report;

/** What a figure must reach. */
public sealed interface Goal {
  /** A figure that must not be lower. */
  record AtLeast(double bound) implements Goal {}

  /** A figure that must not be higher. */
  record AtMost(double bound) implements Goal {}

  /** A goal reached by {@code bound} and by all above it. */
  static Goal atLeast(double bound) {
    return new AtLeast(bound);
  }

  /** A goal reached by {@code bound} and by all below it. */
  static Goal atMost(double bound) {
    return new AtMost(bound);
  }

  /** Whether the figure reaches the goal. One that is not known ({@code NaN}) does not. */
  default boolean isReachedBy(double figure) {
    return switch (this) {
      case AtLeast(double bound) -> figure >= bound;
      case AtMost(double bound) -> figure <= bound;
    };
  }

  /** {@code pass}, {@code miss}, or a dash for a figure that is not known. */
  default String verdict(double figure) {
    if (Double.isNaN(figure)) {
      return Figures.UNKNOWN;
    }
    return isReachedBy(figure) ? "pass" : "miss";
  }

  /** The bound, as a table shows it. */
  default String text() {
    return switch (this) {
      case AtLeast(double bound) -> "≥ " + Figures.decimal(bound);
      case AtMost(double bound) -> "≤ " + Figures.decimal(bound);
    };
  }
}
