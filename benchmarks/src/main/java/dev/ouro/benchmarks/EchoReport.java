// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks;

import dev.ouro.benchmarks.harness.Contender;
import dev.ouro.benchmarks.harness.Measurement;
import dev.ouro.benchmarks.harness.Results;
import dev.ouro.benchmarks.harness.Scenario;
import dev.ouro.benchmarks.report.Figures;
import dev.ouro.benchmarks.report.Goal;
import dev.ouro.benchmarks.report.Table;

/** The tables of the matrix, and how many goals were reached in all of them. */
final class EchoReport {
  /** Less than a byte in a hundred round trips is the odd callback of the JVM, not the loop. */
  private static final double NOTHING = 0.01;

  private static final Goal NO_GARBAGE = Goal.atMost(0);

  private final String unit;
  private int goals;
  private int reached;

  /** Tables that say {@code unit} for what a round trip is, where there is little room. */
  EchoReport(String unit) {
    this.unit = unit;
  }

  /** The table of one scenario. Goals are Ouro's; the others are there to compare with. */
  String table(GoalScenario scenario, Scenario.Outcome outcome) {
    Table table =
        new Table()
            .text(scenario.scenario().text())
            .figure("round trips/s")
            .figure("of C")
            .figure("goal")
            .text("")
            .figure("bytes/" + unit)
            .text("")
            .figure("p50 µs")
            .figure("p99 µs")
            .figure("p99.9 µs")
            .figure("syscalls/" + unit)
            .figure("server busy")
            .figure("client busy");
    for (Contender contender : scenario.scenario().contenders()) {
      Results results = outcome.results().get(contender);
      if (results == null) {
        table.line("  " + outcome.refusals().get(contender));
      } else {
        addRow(table, scenario, outcome, results);
      }
    }
    return table.render();
  }

  private void addRow(
      Table table, GoalScenario scenario, Scenario.Outcome outcome, Results results) {
    boolean ours = results.contender().name().startsWith("Ouro");
    double ratio = scenario.referenceFor(results, outcome).map(results::ratioTo).orElse(Double.NaN);
    double bytes = results.median(Measurement::allocatedBytesPerRoundTrip);
    double garbage = bytes < NOTHING ? 0 : bytes;
    table.row(
        "  " + results.contender().name(),
        Figures.whole(results.median(Measurement::roundTripsPerSecond)),
        Figures.decimal(ratio),
        ours ? scenario.goal().map(Goal::text).orElse("") : "",
        ours ? scenario.goal().map(goal -> judge(goal, ratio)).orElse("") : "",
        Figures.decimal(garbage),
        ours ? judge(NO_GARBAGE, garbage) : "",
        Figures.micros(results.median(Measurement::p50Nanos)),
        Figures.micros(results.median(Measurement::p99Nanos)),
        Figures.micros(results.median(Measurement::p999Nanos)),
        Figures.decimal(results.systemCallsPerRoundTrip()),
        Figures.percent(results.median(Measurement::serverBusy)),
        Figures.percent(results.median(Measurement::clientBusy)));
  }

  private String judge(Goal goal, double figure) {
    goals++;
    reached += goal.isReachedBy(figure) ? 1 : 0;
    return goal.verdict(figure);
  }

  String summary() {
    return "%d of %d goals reached".formatted(reached, goals);
  }
}
