// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks;

import dev.ouro.benchmarks.GoalScenario.Reference;
import dev.ouro.benchmarks.harness.Contender;
import dev.ouro.benchmarks.harness.Pace;
import dev.ouro.benchmarks.harness.Placement;
import dev.ouro.benchmarks.harness.Programs;
import dev.ouro.benchmarks.harness.Programs.Engine;
import dev.ouro.benchmarks.harness.Scenario;
import dev.ouro.benchmarks.harness.Workload;
import dev.ouro.benchmarks.report.Goal;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** UDP echo servers, with what each must reach. */
@Command(
    name = "udp",
    mixinStandardHelpOptions = true,
    description = "UDP echo against recvmmsg and sendmmsg in C, each with what it must reach.")
final class UdpCommand implements Callable<Integer> {
  private static final Pace PACE = new Pace(5, 200, 600, 5000);
  private static final int CLIENT_SPIN_MICROS = 50;
  private static final Optional<Goal> LEVEL_WITH_C = Optional.of(Goal.atLeast(0.95));

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
    Matrix matrix = new Matrix(scenarios(programs), new EchoReport("datagram"));
    if (list) {
      matrix.list();
    } else {
      matrix.run(programs, options.pace(PACE), only);
    }
    return 0;
  }

  private static List<GoalScenario> scenarios(Programs programs) {
    Workload pingPong = Workload.datagramPingPong(64);
    Placement two = Placement.coreEach();
    return List.of(
        scenario(programs, pingPong, Placement.oneCore()),
        scenario(programs, pingPong.withSpinMicros(CLIENT_SPIN_MICROS), two),
        scenario(programs, Workload.datagrams(1, 64, 64), two),
        // No more than that under way: the loopback device drops what exceeds 1,000.
        scenario(programs, Workload.datagrams(64, 8, 64), two),
        scenario(programs, Workload.datagrams(16, 16, 1400), two));
  }

  private static GoalScenario scenario(Programs programs, Workload workload, Placement placement) {
    List<Contender> contenders =
        List.of(
            programs.ouroUdp(Engine.IO_URING),
            programs.ouroUdp(Engine.EPOLL),
            programs.nioUdp(),
            programs.udpReference());
    return new GoalScenario(
        new Scenario(workload, placement, contenders), Reference.BETTER_OF_C, LEVEL_WITH_C);
  }
}
