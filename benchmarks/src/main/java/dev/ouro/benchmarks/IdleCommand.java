// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks;

import dev.ouro.benchmarks.harness.Contender;
import dev.ouro.benchmarks.harness.DescriptorLimit;
import dev.ouro.benchmarks.harness.LoadClient;
import dev.ouro.benchmarks.harness.Placement;
import dev.ouro.benchmarks.harness.Programs;
import dev.ouro.benchmarks.harness.Programs.Engine;
import dev.ouro.benchmarks.harness.Programs.ProtocolKind;
import dev.ouro.benchmarks.harness.Progress;
import dev.ouro.benchmarks.harness.RefusedException;
import dev.ouro.benchmarks.harness.ServerProcess;
import dev.ouro.benchmarks.report.Figures;
import dev.ouro.benchmarks.report.Table;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What connections cost that do nothing. */
@Command(
    name = "idle",
    mixinStandardHelpOptions = true,
    description = "The memory of many idle connections on one loop.")
final class IdleCommand implements Callable<Integer> {
  /** Beyond the connections: what a JVM and its server have open. */
  private static final int SPARE_DESCRIPTORS = 200;

  /** So many connections from one address leave ports to spare. */
  private static final int CONNECTIONS_PER_SOURCE = 20_000;

  private static final int TRIAL_CONNECTIONS = 100;
  private static final int BUFFER_BYTES = 4096;

  @Mixin private BenchmarkOptions options;

  @Option(
      names = "--connections",
      paramLabel = "N",
      description = "How many; default: ${DEFAULT-VALUE}.",
      defaultValue = "10000")
  private int connections;

  @Override
  public Integer call() throws Exception {
    Programs programs = options.programs();
    DescriptorLimit.ensure(connections + SPARE_DESCRIPTORS).ifPresent(System.out::println);
    List<Contender> contenders =
        List.of(
            programs.ouro(Engine.IO_URING, ProtocolKind.STREAMING),
            programs.ouro(Engine.EPOLL, ProtocolKind.STREAMING),
            programs.nio(),
            programs.uringReference(BUFFER_BYTES),
            programs.epollReference());
    Progress progress = Progress.onStderr();
    Table table =
        new Table()
            .text("%,d idle connections, each used once before".formatted(connections))
            .figure("heap bytes each")
            .figure("RSS bytes each")
            .figure("RSS KiB before")
            .figure("RSS KiB with them");
    for (Contender contender : contenders) {
      progress.show(contender.name() + ": connecting");
      try {
        addRow(table, programs, contender);
      } catch (RefusedException e) {
        table.line("  " + e.getMessage());
      }
    }
    progress.clear();
    System.out.print(table.render());
    System.out.println("RSS is the process's; what the kernel keeps for sockets is not in it.");
    return 0;
  }

  private void addRow(Table table, Programs programs, Contender contender) throws Exception {
    LoadClient client = new LoadClient(programs);
    int sources = 1 + connections / CONNECTIONS_PER_SOURCE;
    try (ServerProcess server = ServerProcess.start(contender, Placement.coreEach())) {
      // What the first connections bring into being is not theirs.
      client.holdIdle(server, TRIAL_CONNECTIONS, sources).close();
      double heapBefore = server.statsAfterCollection().heapUsedBytes();
      double rssBefore = server.residentBytes();
      try (AutoCloseable _ = client.holdIdle(server, connections, sources)) {
        double heap = server.statsAfterCollection().heapUsedBytes();
        double rss = server.residentBytes();
        table.row(
            "  " + contender.name(),
            Figures.whole((heap - heapBefore) / connections),
            Figures.whole((rss - rssBefore) / connections),
            Figures.whole(rssBefore / 1024),
            Figures.whole(rss / 1024));
      }
    }
  }
}
