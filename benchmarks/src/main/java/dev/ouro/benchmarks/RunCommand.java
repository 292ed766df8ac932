// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks;

import dev.ouro.benchmarks.harness.Contender;
import dev.ouro.benchmarks.harness.Pace;
import dev.ouro.benchmarks.harness.Placement;
import dev.ouro.benchmarks.harness.Programs;
import dev.ouro.benchmarks.harness.Programs.Engine;
import dev.ouro.benchmarks.harness.Programs.ProtocolKind;
import dev.ouro.benchmarks.harness.Progress;
import dev.ouro.benchmarks.harness.RefusedException;
import dev.ouro.benchmarks.harness.Scenario;
import dev.ouro.benchmarks.harness.ServerProcess;
import dev.ouro.benchmarks.harness.Workload;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What {@code make run} shows: a first look, in about 20 seconds. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = "A first look: echo servers on Ouro, on the JDK and in C, in about 20 seconds.")
final class RunCommand implements Callable<Integer> {
  private static final Pace PACE = new Pace(3, 100, 350, 500);
  private static final int SYSTEM_CALL_MILLIS = 100;
  private static final int UPPER_BUFFER_BYTES = 4096;
  private static final List<Workload> WORKLOADS =
      List.of(Workload.pingPong(64), Workload.many(64, 1, 64));

  @Mixin private BenchmarkOptions options;

  @Override
  public Integer call() throws Exception {
    Programs programs = options.programs();
    List<Contender> contenders =
        List.of(
            programs.ouro(Engine.IO_URING, ProtocolKind.STREAMING),
            programs.ouro(Engine.EPOLL, ProtocolKind.STREAMING),
            programs.nio(),
            programs.uringReference(UPPER_BUFFER_BYTES),
            programs.epollReference());
    Progress progress = Progress.onStderr();
    EchoTable table = new EchoTable();
    for (Workload workload : WORKLOADS) {
      Scenario scenario = new Scenario(workload, Placement.coreEach(), contenders);
      progress.show(scenario.text());
      table.add(scenario, scenario.run(programs, options.pace(PACE), SYSTEM_CALL_MILLIS, progress));
    }
    progress.clear();
    System.out.println(Machine.text());
    System.out.println("Left to choose, Ouro takes " + choice(programs));
    System.out.println();
    System.out.print(table.render());
    return 0;
  }

  private static String choice(Programs programs) throws IOException, InterruptedException {
    try (ServerProcess server = ServerProcess.startAnywhere(programs.ouro())) {
      return server.engine();
    } catch (RefusedException e) {
      return "nothing: " + e.getMessage();
    }
  }
}
