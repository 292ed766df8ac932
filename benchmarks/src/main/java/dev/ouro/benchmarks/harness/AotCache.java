// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A server with what the JVM remembers of a training run: {@code -XX:AOTCache}. */
public final class AotCache {
  private static final String SUFFIX = " with AOT cache";
  private static final Duration ASSEMBLY_TIME = Duration.ofMinutes(2);

  private AotCache() {}

  /**
   * The same server, with a cache that is made now by letting it start and listen.
   *
   * @throws RefusedException if the JVM makes no cache
   */
  public static Contender of(Contender server, Path directory)
      throws IOException, InterruptedException {
    Path cache = directory.resolve(server.name().replace(' ', '-') + ".aot");
    Contender training = withOption(server, "-XX:AOTCacheOutput=" + cache);
    try (ServerProcess run = ServerProcess.startAnywhere(training)) {
      run.endWithin(ASSEMBLY_TIME);
    }
    if (!Files.exists(cache)) {
      throw new RefusedException(server.name(), "the JVM made no AOT cache");
    }
    return withOption(server, "-XX:AOTCache=" + cache);
  }

  /** Whether it is one of those. */
  public static boolean isUsedBy(Contender server) {
    return server.name().endsWith(SUFFIX);
  }

  private static Contender withOption(Contender server, String option) {
    List<String> command = new ArrayList<>(server.command());
    command.add(1, option);
    return new Contender(server.name() + SUFFIX, server.runtime(), command, server.note());
  }
}
