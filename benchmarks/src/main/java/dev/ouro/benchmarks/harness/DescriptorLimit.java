// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** How many descriptors a process may have: {@code RLIMIT_NOFILE}. */
public final class DescriptorLimit {
  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final String NAME = "Max open files";

  private DescriptorLimit() {}

  /**
   * Sees to it that processes started from now on may open that many. They raise their soft limit
   * up to the hard one themselves.
   *
   * @return what was changed, to be said; nothing if the limit was high enough
   * @throws RefusedException if it is too low and may not be raised
   */
  public static Optional<String> ensure(int descriptors) throws IOException, InterruptedException {
    long hard = hardLimit();
    if (hard >= descriptors) {
      return Optional.empty();
    }
    String limit = descriptors + ":" + descriptors;
    String self = Long.toString(ProcessHandle.current().pid());
    int status =
        new ProcessBuilder("prlimit", "--pid", self, "--nofile=" + limit)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
    if (status != 0) {
      throw new RefusedException(
          "benchmarks",
          "%d descriptors are needed, %d allowed, and only root may raise that"
              .formatted(descriptors, hard));
    }
    return Optional.of("RLIMIT_NOFILE raised from %d to %d".formatted(hard, descriptors));
  }

  private static long hardLimit() throws IOException {
    return Files.readAllLines(LIMITS).stream()
        .filter(line -> line.startsWith(NAME))
        .map(line -> line.substring(NAME.length()).strip().split("\\s+")[1])
        .mapToLong(hard -> hard.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(hard))
        .findFirst()
        .orElseThrow();
  }
}
