// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks;

import dev.ouro.benchmarks.GoalScenario.Reference;
import dev.ouro.benchmarks.harness.Contender;
import dev.ouro.benchmarks.harness.Pace;
import dev.ouro.benchmarks.harness.Placement;
import dev.ouro.benchmarks.harness.Programs;
import dev.ouro.benchmarks.harness.Programs.Engine;
import dev.ouro.benchmarks.harness.Programs.ProtocolKind;
import dev.ouro.benchmarks.harness.Scenario;
import dev.ouro.benchmarks.harness.Workload;
import dev.ouro.benchmarks.report.Goal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The matrix of echo servers, with what each must reach. */
@Command(
    name = "echo",
    mixinStandardHelpOptions = true,
    description = "Echo servers in all shapes of load, each with what it must reach.")
final class EchoCommand implements Callable<Integer> {
  private static final Pace PACE = new Pace(5, 200, 800, 3000);
  private static final int SMALL_BUFFER_BYTES = 4 * 1024;
  private static final int LARGE_BUFFER_BYTES = 64 * 1024;
  private static final int CLIENT_SPIN_MICROS = 50;
  private static final Optional<Goal> LEVEL_WITH_C = Optional.of(Goal.atLeast(0.97));
  private static final Optional<Goal> FASTER_THAN_BLOCKING = Optional.of(Goal.atLeast(2.5));
  private static final Optional<Goal> NEAR_THE_BETTER_C = Optional.of(Goal.atLeast(0.9));

  @Mixin private BenchmarkOptions options;

  @Option(
      names = "--only",
      paramLabel = "TEXT",
      description = "Only the scenarios whose heading contains the text.",
      defaultValue = "")
  private String only;

  @Option(names = "--list", description = "List the scenarios, and measure nothing.")
  private boolean list;

  @Override
  public Integer call() throws Exception {
    Programs programs = options.programs();
    Matrix matrix = new Matrix(scenarios(programs), new EchoReport("rt"));
    if (list) {
      matrix.list();
    } else {
      matrix.run(programs, options.pace(PACE), only);
    }
    return 0;
  }

  private static List<GoalScenario> scenarios(Programs programs) {
    Workload pingPong = Workload.pingPong(64);
    Workload polling = pingPong.withSpinMicros(CLIENT_SPIN_MICROS);
    Placement one = Placement.oneCore();
    Placement two = Placement.coreEach();
    return List.of(
        scenario(programs, pingPong, one, Reference.SAME_ENGINE, LEVEL_WITH_C),
        // Half of the way is the client's own wake-up here, which no server can shorten.
        scenario(programs, pingPong, two, Reference.BLOCKING, Optional.empty()),
        scenario(programs, polling, two, Reference.BLOCKING, FASTER_THAN_BLOCKING),
        scenario(programs, Workload.many(64, 1, 64), two, Reference.BETTER_OF_C, NEAR_THE_BETTER_C),
        scenario(
            programs, Workload.many(64, 16, 64), two, Reference.BETTER_OF_C, NEAR_THE_BETTER_C),
        scenario(
            programs, Workload.many(1000, 1, 64), two, Reference.BETTER_OF_C, NEAR_THE_BETTER_C),
        scenario(
            programs,
            Workload.many(8, 1, 64 * 1024),
            two,
            Reference.BETTER_OF_C,
            NEAR_THE_BETTER_C));
  }

  private static GoalScenario scenario(
      Programs programs,
      Workload workload,
      Placement placement,
      Reference reference,
      Optional<Goal> goal) {
    List<Contender> contenders = contenders(programs, workload);
    return new GoalScenario(new Scenario(workload, placement, contenders), reference, goal);
  }

  private static List<Contender> contenders(Programs programs, Workload workload) {
    int bufferBytes =
        workload.sizeBytes() > SMALL_BUFFER_BYTES ? LARGE_BUFFER_BYTES : SMALL_BUFFER_BYTES;
    List<Contender> contenders = new ArrayList<>();
    for (ProtocolKind protocol : List.of(ProtocolKind.STREAMING, ProtocolKind.BUFFERED)) {
      for (Engine engine : Engine.values()) {
        contenders.add(programs.ouro(engine, protocol));
      }
    }
    contenders.add(programs.nio());
    contenders.add(programs.uringReference(bufferBytes));
    contenders.add(programs.epollReference());
    if (workload.connections() == 1) {
      contenders.add(programs.blockingReference());
    }
    if (workload.spinMicros() > 0) {
      contenders.add(programs.pollingReference());
    }
    return contenders;
  }
}
