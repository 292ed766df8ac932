// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks;

import dev.ouro.benchmarks.harness.Commands;
import dev.ouro.benchmarks.harness.Contender;
import dev.ouro.benchmarks.harness.JsonLine;
import dev.ouro.benchmarks.harness.Measurement;
import dev.ouro.benchmarks.harness.Pace;
import dev.ouro.benchmarks.harness.Placement;
import dev.ouro.benchmarks.harness.Programs;
import dev.ouro.benchmarks.harness.Programs.Engine;
import dev.ouro.benchmarks.harness.Programs.ProtocolKind;
import dev.ouro.benchmarks.harness.Progress;
import dev.ouro.benchmarks.harness.Results;
import dev.ouro.benchmarks.harness.Scenario;
import dev.ouro.benchmarks.harness.Workload;
import dev.ouro.benchmarks.report.Figures;
import dev.ouro.benchmarks.report.Goal;
import dev.ouro.benchmarks.report.Table;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What tasks cost: against callbacks, against plain virtual threads, and in memory. */
@Command(
    name = "tasks",
    mixinStandardHelpOptions = true,
    description = "Tasks and streams against callbacks and plain virtual threads.")
final class TasksCommand implements Callable<Integer> {
  // A task's frames are compiled later than a callback's, by a compiler that shares the one core.
  private static final Pace PACE = new Pace(5, 200, 500, 8000);
  private static final Goal ECHO = Goal.atLeast(0.9);
  private static final Goal RESUME = Goal.atMost(1.3);
  private static final Goal BYTES_PER_AWAIT = Goal.atMost(0.01);
  private static final Goal BYTES_PER_TASK = Goal.atMost(1024);
  private static final List<String> OPEN = List.of("--add-opens=java.base/java.lang=ALL-UNNAMED");

  @Mixin private BenchmarkOptions options;

  private final Table table = new Table().text("").figure("figure").figure("goal").text("");

  @Override
  public Integer call() throws Exception {
    Programs programs = options.programs();
    Progress progress = Progress.onStderr();
    System.out.println(Machine.text());
    progress.show("await and resume");
    resume();
    progress.show("sleeping tasks");
    memory();
    for (Engine engine : Engine.values()) {
      echo(programs, engine, Workload.pingPong(64), Placement.oneCore(), progress);
      echo(programs, engine, Workload.many(64, 1, 64), Placement.coreEach(), progress);
    }
    progress.clear();
    System.out.print(table.render());
    return 0;
  }

  private void resume() throws IOException, InterruptedException {
    JsonLine line =
        Commands.jsonOf(
            Placement.oneCore()
                .bind(Programs.javaCommand(OPEN, "dev.ouro.benchmarks.tasks.AwaitResume")));
    double ratio = line.number("await_resume_nanos") / line.number("park_unpark_nanos");
    table.row("park and unpark, ns", Figures.decimal(line.number("park_unpark_nanos")), "", "");
    table.row("await and resume, ns", Figures.decimal(line.number("await_resume_nanos")), "", "");
    row("await and resume, of park and unpark", ratio, RESUME);
    row("bytes allocated per await", line.number("bytes_per_await"), BYTES_PER_AWAIT);
  }

  private void memory() throws IOException, InterruptedException {
    JsonLine line =
        Commands.jsonOf(Programs.javaCommand(OPEN, "dev.ouro.benchmarks.tasks.SleepingTasks"));
    row("bytes of heap per sleeping task", line.number("bytes_per_task"), BYTES_PER_TASK);
  }

  private void echo(
      Programs programs, Engine engine, Workload workload, Placement placement, Progress progress)
      throws IOException, InterruptedException {
    Contender callbacks = programs.ouro(engine, ProtocolKind.STREAMING);
    Contender tasks = programs.ouro(engine, ProtocolKind.TASKS);
    Scenario scenario = new Scenario(workload, placement, List.of(callbacks, tasks));
    Scenario.Outcome outcome = scenario.run(programs, options.pace(PACE), 0, progress);
    Results ofCallbacks = outcome.results().get(callbacks);
    Results ofTasks = outcome.results().get(tasks);
    if (ofCallbacks == null || ofTasks == null) {
      return; // the engine is refused here
    }
    double ratio =
        ofTasks.median(Measurement::roundTripsPerSecond)
            / ofCallbacks.median(Measurement::roundTripsPerSecond);
    row(
        "echo through streams, of callbacks: " + engine.text() + ", " + scenario.text(),
        ratio,
        ECHO);
  }

  private void row(String name, double figure, Goal goal) {
    table.row(name, Figures.decimal(figure), goal.text(), goal.verdict(figure));
  }
}
