// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks;

import dev.ouro.benchmarks.harness.Measurement;
import dev.ouro.benchmarks.harness.Results;
import dev.ouro.benchmarks.harness.Scenario;
import dev.ouro.benchmarks.report.Goal;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A scenario, and what Ouro must reach in it.
 *
 * @param scenario what is measured
 * @param reference against which of the C programs
 * @param goal of the ratio; empty where there is none, and the scenario is there to compare with
 */
record GoalScenario(Scenario scenario, Reference reference, Optional<Goal> goal) {
  /** Which C program a server is held against. */
  enum Reference {
    /** The one on the same engine. */
    SAME_ENGINE,
    /** The one that blocks in recv. */
    BLOCKING,
    /** The faster of those on epoll and on io_uring. */
    BETTER_OF_C
  }

  /** The results that a server's are held against, if that reference could run. */
  Optional<Results> referenceFor(Results server, Scenario.Outcome outcome) {
    Stream<Results> references =
        outcome.results().values().stream().filter(results -> !results.contender().isJvm());
    return switch (reference) {
      case SAME_ENGINE -> {
        String engine = server.contender().name().contains("io_uring") ? "C io_uring" : "C epoll";
        yield references.filter(results -> isNamed(results, engine)).findFirst();
      }
      case BLOCKING -> references.filter(results -> isNamed(results, "C blocking")).findFirst();
      case BETTER_OF_C ->
          references
              .filter(results -> !isNamed(results, "C blocking"))
              .max(
                  Comparator.comparingDouble(
                      results -> results.median(Measurement::roundTripsPerSecond)));
    };
  }

  private static boolean isNamed(Results results, String name) {
    return results.contender().name().equals(name);
  }
}
