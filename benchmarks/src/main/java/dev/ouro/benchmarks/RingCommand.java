// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks;

import dev.ouro.benchmarks.harness.Commands;
import dev.ouro.benchmarks.harness.Placement;
import dev.ouro.benchmarks.harness.Programs;
import dev.ouro.benchmarks.harness.Progress;
import dev.ouro.benchmarks.report.Figures;
import dev.ouro.benchmarks.report.Goal;
import dev.ouro.benchmarks.report.Statistics;
import dev.ouro.benchmarks.report.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** NOPs through the ring, in batches of 32, against raw C. */
@Command(
    name = "ring",
    mixinStandardHelpOptions = true,
    description = "NOPs in batches of 32 through dev.ouro.uring, against raw io_uring in C.")
final class RingCommand implements Callable<Integer> {
  private static final int ROUNDS = 5;
  private static final Goal GOAL = Goal.atLeast(0.95);

  @Mixin private BenchmarkOptions options;

  @Override
  public Integer call() throws Exception {
    List<String> c = options.programs().nativeCommand("ring_nop");
    List<String> java = Programs.javaCommand(List.of(), "dev.ouro.benchmarks.ring.RingNop");
    List<Double> ofC = new ArrayList<>();
    List<Double> ofJava = new ArrayList<>();
    Progress progress = Progress.onStderr();
    int rounds = options.rounds(ROUNDS);
    for (int round = 1; round <= rounds; round++) {
      progress.show("ring: round %d of %d".formatted(round, rounds));
      ofC.add(nanosPerOperation(c));
      ofJava.add(nanosPerOperation(java));
    }
    progress.clear();
    double ratio = Statistics.medianRatio(ofC, ofJava);
    System.out.println("NOPs in batches of 32");
    System.out.print(
        new Table()
            .text("")
            .figure("ns per NOP")
            .figure("of C")
            .figure("goal")
            .text("")
            .row("  C", Figures.decimal(Statistics.median(ofC)), Figures.decimal(1), "", "")
            .row(
                "  dev.ouro.uring",
                Figures.decimal(Statistics.median(ofJava)),
                Figures.decimal(ratio),
                GOAL.text(),
                GOAL.verdict(ratio))
            .render());
    return 0;
  }

  private static double nanosPerOperation(List<String> command)
      throws IOException, InterruptedException {
    return Commands.jsonOf(Placement.oneCore().bind(command)).number("nanos_per_operation");
  }
}
