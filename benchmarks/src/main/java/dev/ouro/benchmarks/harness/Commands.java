// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.harness;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Programs that run, print one line of JSON, and end. */
public final class Commands {
  private static final Duration RUN_TIME = Duration.ofMinutes(5);

  private Commands() {}

  /**
   * Runs a program to its line.
   *
   * @throws RefusedException if it ends without one, with its own reason
   */
  public static JsonLine jsonOf(List<String> command) throws IOException, InterruptedException {
    try (Child child = Child.start(command.getLast(), command)) {
      return new JsonLine(child.nextLine(RUN_TIME));
    }
  }
}
