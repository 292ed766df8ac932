// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks;

import dev.ouro.benchmarks.harness.Contender;
import dev.ouro.benchmarks.harness.Pace;
import dev.ouro.benchmarks.harness.Placement;
import dev.ouro.benchmarks.harness.Programs;
import dev.ouro.benchmarks.harness.Programs.Engine;
import dev.ouro.benchmarks.harness.Progress;
import dev.ouro.benchmarks.harness.RefusedException;
import dev.ouro.benchmarks.harness.ServerProcess;
import dev.ouro.benchmarks.harness.TlsSink;
import dev.ouro.benchmarks.report.Figures;
import dev.ouro.benchmarks.report.Goal;
import dev.ouro.benchmarks.report.Statistics;
import dev.ouro.benchmarks.report.Table;
import dev.ouro.benchmarks.server.TlsIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** How fast a server sends by TLS. */
@Command(
    name = "tls",
    mixinStandardHelpOptions = true,
    description = "How fast a server sends by TLS, against Netty, both on the JDK's engine.")
final class TlsCommand implements Callable<Integer> {
  private static final Pace PACE = new Pace(7, 150, 700, 8000);
  private static final Goal LEVEL_WITH_NETTY = Goal.atLeast(0.95);

  @Mixin private BenchmarkOptions options;

  private final Progress progress = Progress.onStderr();

  @Override
  public Integer call() throws Exception {
    Path store = Files.createTempDirectory("ouro-tls-").resolve("store.p12");
    TlsIdentity.make(store);
    SSLContext trusting = new TlsIdentity(store).context();
    Contender netty = server("Netty", "NettyTls", store, List.of());
    List<Contender> contenders = new ArrayList<>();
    contenders.add(netty);
    for (Engine engine : Engine.values()) {
      contenders.add(
          server(
              "Ouro " + engine.text(),
              "OuroTls",
              store,
              List.of("-Ddev.ouro.engine=" + engine.text())));
    }
    System.out.println(Machine.text());
    print(netty, measure(contenders, trusting, options.pace(PACE)));
    return 0;
  }

  private static Contender server(
      String name, String mainClass, Path store, List<String> javaOptions) {
    return new Contender(
        name,
        Contender.Runtime.JVM,
        Programs.javaCommand(
            javaOptions, "dev.ouro.benchmarks.server." + mainClass, store.toString()),
        "");
  }

  private Map<Contender, List<Double>> measure(
      List<Contender> contenders, SSLContext trusting, Pace pace)
      throws IOException, InterruptedException {
    Map<Contender, List<Double>> rates = new LinkedHashMap<>();
    List<ServerProcess> servers = new ArrayList<>();
    try {
      for (Contender contender : contenders) {
        try {
          servers.add(ServerProcess.start(contender, Placement.coreEach()));
          rates.put(contender, new ArrayList<>());
        } catch (RefusedException e) {
          progress.show(e.getMessage());
        }
      }
      for (ServerProcess server : servers) {
        progress.show(server.contender().name() + ": warming up");
        rate(server, trusting, pace.firstWarmUpMillis(), 1);
      }
      for (int round = 1; round <= pace.rounds(); round++) {
        for (ServerProcess server : servers) {
          progress.show(
              "%s: round %d of %d".formatted(server.contender().name(), round, pace.rounds()));
          rates
              .get(server.contender())
              .add(rate(server, trusting, pace.warmUpMillis(), pace.measureMillis()));
        }
      }
    } finally {
      servers.forEach(ServerProcess::close);
      progress.clear();
    }
    return rates;
  }

  private static double rate(
      ServerProcess server, SSLContext trusting, int warmUpMillis, int millis) throws IOException {
    try (TlsSink sink = new TlsSink(trusting, server.port())) {
      sink.bytesPerSecond(warmUpMillis);
      return sink.bytesPerSecond(millis);
    }
  }

  private static void print(Contender netty, Map<Contender, List<Double>> rates) {
    Table table =
        new Table()
            .text("Sending by TLS: 1 connection × writes of 64 KiB, " + TlsIdentity.CIPHER_SUITE)
            .figure("MB/s")
            .figure("of Netty")
            .figure("goal")
            .text("");
    rates.forEach((contender, values) -> {
      double ratio =
          rates.containsKey(netty) ? Statistics.medianRatio(values, rates.get(netty)) : Double.NaN;
      boolean ours = contender.name().startsWith("Ouro");
      table.row(
          "  " + contender.name(),
          Figures.whole(Statistics.median(values) / 1e6),
          Figures.decimal(ratio),
          ours ? LEVEL_WITH_NETTY.text() : "",
          ours ? LEVEL_WITH_NETTY.verdict(ratio) : "");
    });
    System.out.print(table.render());
  }
}
