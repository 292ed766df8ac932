// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.report;

import java.util.Locale;

/** How figures are written. What is not known is a dash. */
public final class Figures {
  /** Stands for a figure that could not be measured. */
  public static final String UNKNOWN = "–";

  private Figures() {}

  /** A whole number, thousands set apart. */
  public static String whole(double value) {
    return Double.isNaN(value) ? UNKNOWN : String.format(Locale.ROOT, "%,.0f", value);
  }

  /** Nanoseconds, written as microseconds. */
  public static String micros(double nanos) {
    return Double.isNaN(nanos) ? UNKNOWN : String.format(Locale.ROOT, "%,.1f", nanos / 1e3);
  }

  /** Nanoseconds, written as milliseconds. */
  public static String millis(double nanos) {
    return Double.isNaN(nanos) ? UNKNOWN : String.format(Locale.ROOT, "%,.1f", nanos / 1e6);
  }

  /** Two decimals. */
  public static String decimal(double value) {
    return Double.isNaN(value) ? UNKNOWN : String.format(Locale.ROOT, "%.2f", value);
  }

  /** A share of 1, in percent. */
  public static String percent(double share) {
    return Double.isNaN(share) ? UNKNOWN : String.format(Locale.ROOT, "%.0f %%", share * 100);
  }
}
