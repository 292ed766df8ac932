// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks;

import dev.ouro.benchmarks.harness.Pace;
import dev.ouro.benchmarks.harness.Programs;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What all commands take. */
final class BenchmarkOptions {
  @Option(
      names = "--native",
      paramLabel = "DIR",
      description = "Where the C programs are; default: ${DEFAULT-VALUE}.",
      defaultValue = "native/bench/out")
  Path nativeDirectory;

  @Option(names = "--rounds", paramLabel = "N", description = "Rounds, of which the median counts.")
  Integer rounds;

  @Option(names = "--measure", paramLabel = "MS", description = "Milliseconds of each turn.")
  Integer measureMillis;

  Programs programs() {
    return new Programs(nativeDirectory);
  }

  /** The pace given, where the command line does not say otherwise. */
  Pace pace(Pace preset) {
    return new Pace(
        rounds == null ? preset.rounds() : rounds,
        preset.warmUpMillis(),
        measureMillis == null ? preset.measureMillis() : measureMillis,
        preset.firstWarmUpMillis());
  }

  int rounds(int preset) {
    return rounds == null ? preset : rounds;
  }
}
