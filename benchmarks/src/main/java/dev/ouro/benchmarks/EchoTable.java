// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks;

import dev.ouro.benchmarks.harness.Contender;
import dev.ouro.benchmarks.harness.Measurement;
import dev.ouro.benchmarks.harness.Results;
import dev.ouro.benchmarks.harness.Scenario;
import dev.ouro.benchmarks.report.Figures;
import dev.ouro.benchmarks.report.Table;
import java.util.Comparator;
import java.util.Optional;

/** The table of echo servers: a group of rows for each scenario. */
final class EchoTable {
  private final Table table =
      new Table()
          .text("")
          .figure("round trips/s")
          .figure("of C")
          .figure("p50 µs")
          .figure("p99 µs")
          .figure("p99.9 µs")
          .figure("bytes/rt")
          .figure("syscalls/rt")
          .text("engine, and why");

  /** Adds a group. The ratio is that to the fastest C reference of the group. */
  void add(Scenario scenario, Scenario.Outcome outcome) {
    Optional<Results> reference =
        outcome.results().values().stream()
            .filter(results -> !results.contender().isJvm())
            .max(Comparator.comparingDouble(EchoTable::rate));
    table.line("").line(scenario.text());
    for (Contender contender : scenario.contenders()) {
      Results results = outcome.results().get(contender);
      if (results == null) {
        table.line("  " + outcome.refusals().get(contender));
      } else {
        double ratio = reference.map(results::ratioTo).orElse(Double.NaN);
        addRow(results, ratio);
      }
    }
  }

  private void addRow(Results results, double ratio) {
    table.row(
        "  " + results.contender().name(),
        Figures.whole(rate(results)),
        Figures.decimal(ratio),
        Figures.micros(results.median(Measurement::p50Nanos)),
        Figures.micros(results.median(Measurement::p99Nanos)),
        Figures.micros(results.median(Measurement::p999Nanos)),
        Figures.decimal(results.median(Measurement::allocatedBytesPerRoundTrip)),
        Figures.decimal(results.systemCallsPerRoundTrip()),
        results.engine());
  }

  private static double rate(Results results) {
    return results.median(Measurement::roundTripsPerSecond);
  }

  String render() {
    return table.render();
  }
}
