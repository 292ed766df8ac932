// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.report;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The few statistics that a noisy machine allows: medians, and medians of ratios. */
public final class Statistics {
  private Statistics() {}

  /**
   * The middle value, or the mean of the two in the middle.
   *
   * @throws IllegalArgumentException if there is no value
   */
  public static double median(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("median of no values");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** The median of a list. */
  public static double median(List<Double> values) {
    return median(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /**
   * The median of the ratios of values that were measured in the same round, one right after the
   * other: what slows the whole machine down for a while falls out.
   *
   * @throws IllegalArgumentException if there are not as many values as references
   */
  public static double medianRatio(List<Double> values, List<Double> references) {
    if (values.size() != references.size()) {
      throw new IllegalArgumentException(
          values.size() + " values against " + references.size() + " references");
    }
    return median(
        IntStream.range(0, values.size())
            .mapToDouble(i -> values.get(i) / references.get(i))
            .toArray());
  }
}
