// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks;

import dev.ouro.benchmarks.harness.AotCache;
import dev.ouro.benchmarks.harness.Contender;
import dev.ouro.benchmarks.harness.Jars;
import dev.ouro.benchmarks.harness.Placement;
import dev.ouro.benchmarks.harness.Programs;
import dev.ouro.benchmarks.harness.Programs.Engine;
import dev.ouro.benchmarks.harness.Progress;
import dev.ouro.benchmarks.harness.RefusedException;
import dev.ouro.benchmarks.harness.ServerProcess;
import dev.ouro.benchmarks.report.Figures;
import dev.ouro.benchmarks.report.Goal;
import dev.ouro.benchmarks.report.Statistics;
import dev.ouro.benchmarks.report.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** From the start of a JVM to its listening socket. */
@Command(
    name = "startup",
    mixinStandardHelpOptions = true,
    description = "From the start of a JVM to its listening socket, against a plain NIO server.")
final class StartupCommand implements Callable<Integer> {
  private static final int ROUNDS = 15;
  private static final Goal PLAIN = Goal.atMost(1.9);
  private static final Goal WITH_CACHE = Goal.atMost(1.15);

  @Mixin private BenchmarkOptions options;

  private final Progress progress = Progress.onStderr();

  @Override
  public Integer call() throws Exception {
    Path directory = Files.createTempDirectory("ouro-startup-");
    String classPath = Jars.classPathOfJars(directory);
    Contender nio = server("JDK NIO", "NioEcho", classPath, List.of());
    List<Contender> contenders = new ArrayList<>();
    contenders.add(nio);
    for (Engine engine : Engine.values()) {
      contenders.add(ouro(engine, classPath));
    }
    for (Contender plain : List.copyOf(contenders)) {
      progress.show(plain.name() + ": making its AOT cache");
      try {
        contenders.add(AotCache.of(plain, directory));
      } catch (RefusedException e) {
        progress.show(e.getMessage());
      }
    }
    Map<Contender, List<Double>> nanos = measure(contenders);
    print(nio, nanos);
    return 0;
  }

  private static Contender ouro(Engine engine, String classPath) {
    return server(
        "Ouro " + engine.text(),
        "OuroEcho",
        classPath,
        List.of("-Ddev.ouro.engine=" + engine.text()));
  }

  private static Contender server(
      String name, String mainClass, String classPath, List<String> javaOptions) {
    return new Contender(
        name,
        Contender.Runtime.JVM,
        Programs.javaCommand(classPath, javaOptions, "dev.ouro.benchmarks.server." + mainClass),
        "");
  }

  private Map<Contender, List<Double>> measure(List<Contender> contenders)
      throws IOException, InterruptedException {
    Map<Contender, List<Double>> nanos = new LinkedHashMap<>();
    int rounds = options.rounds(ROUNDS);
    for (int round = 0; round <= rounds; round++) {
      progress.show("startup: round %d of %d".formatted(round, rounds));
      for (Contender contender : contenders) {
        double taken = nanosToListening(contender);
        // Round 0 brings the files into the page cache.
        if (round > 0 && !Double.isNaN(taken)) {
          nanos.computeIfAbsent(contender, key -> new ArrayList<>()).add(taken);
        }
      }
    }
    progress.clear();
    return nanos;
  }

  private double nanosToListening(Contender contender) throws IOException, InterruptedException {
    long start = System.nanoTime();
    try (ServerProcess _ = ServerProcess.startAnywhere(contender)) {
      return System.nanoTime() - start;
    } catch (RefusedException e) {
      progress.show(e.getMessage());
      return Double.NaN;
    }
  }

  private static void print(Contender nio, Map<Contender, List<Double>> nanos) {
    Table table =
        new Table()
            .text("JVM start to listening")
            .figure("ms")
            .figure("of NIO")
            .figure("goal")
            .text("");
    nanos.forEach((contender, values) -> {
      double ratio = Statistics.medianRatio(values, nanos.get(nio));
      boolean ours = contender.name().startsWith("Ouro");
      Goal goal = AotCache.isUsedBy(contender) ? WITH_CACHE : PLAIN;
      table.row(
          "  " + contender.name(),
          Figures.millis(Statistics.median(values)),
          Figures.decimal(ratio),
          ours ? goal.text() : "",
          ours ? goal.verdict(ratio) : "");
    });
    System.out.print(table.render());
    System.out.println("NIO without a cache is the reference of all; " + Placement.coreCount());
  }
}
