// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks;

import dev.ouro.benchmarks.harness.Commands;
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

/** Child processes from start to end, against the JDK's. */
@Command(
    name = "spawn",
    mixinStandardHelpOptions = true,
    description = "/bin/true from start to the news of its end, against java.lang.ProcessBuilder.")
final class SpawnCommand implements Callable<Integer> {
  private static final int ROUNDS = 5;
  private static final Goal GOAL = Goal.atMost(0.5);

  @Mixin private BenchmarkOptions options;

  @Override
  public Integer call() throws Exception {
    Table table =
        new Table()
            .text("/bin/true, start to end")
            .figure("µs")
            .figure("of the JDK")
            .figure("goal")
            .text("");
    measure(table, "standard descriptors on /dev/null", "null");
    measure(table, "three pipes", "pipes");
    System.out.print(table.render());
    return 0;
  }

  private void measure(Table table, String title, String stdio)
      throws IOException, InterruptedException {
    List<Double> ofJdk = new ArrayList<>();
    List<Double> ofRing = new ArrayList<>();
    List<Double> ofEpoll = new ArrayList<>();
    Progress progress = Progress.onStderr();
    int rounds = options.rounds(ROUNDS);
    for (int round = 1; round <= rounds; round++) {
      progress.show("spawn, %s: round %d of %d".formatted(title, round, rounds));
      ofJdk.add(nanosPerChild(List.of(), "jdk", stdio));
      ofRing.add(nanosPerChild(List.of("-Ddev.ouro.engine=io_uring"), "ouro", stdio));
      ofEpoll.add(nanosPerChild(List.of("-Ddev.ouro.engine=epoll"), "ouro", stdio));
    }
    progress.clear();
    table.line(title);
    table.row("  ProcessBuilder", micros(ofJdk), Figures.decimal(1), "", "");
    addRow(table, "  Ouro io_uring", ofRing, ofJdk);
    addRow(table, "  Ouro epoll", ofEpoll, ofJdk);
  }

  private static void addRow(Table table, String name, List<Double> nanos, List<Double> reference) {
    double ratio = Statistics.medianRatio(nanos, reference);
    table.row(name, micros(nanos), Figures.decimal(ratio), GOAL.text(), GOAL.verdict(ratio));
  }

  private static String micros(List<Double> nanos) {
    return Figures.micros(Statistics.median(nanos));
  }

  private static double nanosPerChild(List<String> options, String who, String stdio)
      throws IOException, InterruptedException {
    List<String> command =
        Programs.javaCommand(options, "dev.ouro.benchmarks.spawn.SpawnExit", who, stdio);
    return Commands.jsonOf(command).number("nanos_per_child");
  }
}
