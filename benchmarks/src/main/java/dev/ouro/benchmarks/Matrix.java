// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks;

import dev.ouro.benchmarks.harness.Pace;
import dev.ouro.benchmarks.harness.Programs;
import dev.ouro.benchmarks.harness.Progress;
import dev.ouro.benchmarks.harness.Scenario;
import java.io.IOException;
import java.util.List;

/**
 * Scenarios that are measured one after the other, each with its table.
 *
 * @param scenarios which, each with its goal
 * @param report how their tables look
 */
record Matrix(List<GoalScenario> scenarios, EchoReport report) {
  private static final int SYSTEM_CALL_MILLIS = 200;

  /** Measures those whose heading contains {@code only}, and prints their tables. */
  void run(Programs programs, Pace pace, String only) throws IOException, InterruptedException {
    Progress progress = Progress.onStderr();
    System.out.println(Machine.text());
    for (GoalScenario each : scenarios) {
      Scenario scenario = each.scenario();
      if (scenario.text().contains(only)) {
        progress.show(scenario.text());
        Scenario.Outcome outcome = scenario.run(programs, pace, SYSTEM_CALL_MILLIS, progress);
        System.out.println();
        System.out.print(report.table(each, outcome));
      }
    }
    System.out.println();
    System.out.println(report.summary());
  }

  /** Prints the headings. */
  void list() {
    scenarios.forEach(each -> System.out.println(each.scenario().text()));
  }
}
