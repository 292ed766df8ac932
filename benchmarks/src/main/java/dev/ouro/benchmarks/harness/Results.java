// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.harness;

import dev.ouro.benchmarks.report.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The turns of one server in one scenario. */
public final class Results {
  private final Contender contender;
  private final String engine;
  private final List<Measurement> rounds = new ArrayList<>();
  private double systemCallsPerRoundTrip = Double.NaN;

  Results(Contender contender, String engine) {
    this.contender = contender;
    this.engine = engine;
  }

  void add(Measurement measurement) {
    rounds.add(measurement);
  }

  void systemCallsPerRoundTrip(double calls) {
    systemCallsPerRoundTrip = calls;
  }

  public Contender contender() {
    return contender;
  }

  /** What it ran on, and why. */
  public String engine() {
    return engine;
  }

  /** Counted from outside; {@code NaN} if it was not counted. */
  public double systemCallsPerRoundTrip() {
    return systemCallsPerRoundTrip;
  }

  /** The median of the rounds. */
  public double median(ToDoubleFunction<Measurement> figure) {
    return Statistics.median(rounds.stream().mapToDouble(figure).toArray());
  }

  /** The median of the rounds' ratios of round trips per second. */
  public double ratioTo(Results reference) {
    return Statistics.medianRatio(rates(), reference.rates());
  }

  private List<Double> rates() {
    return rounds.stream().map(Measurement::roundTripsPerSecond).toList();
  }
}
