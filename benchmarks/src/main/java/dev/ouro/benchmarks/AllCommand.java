// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Every benchmark of the program, with its presets. */
@Command(
    name = "all",
    mixinStandardHelpOptions = true,
    description = "echo, udp, ring, startup, idle, spawn and tls, one after the other.")
final class AllCommand implements Callable<Integer> {
  private static final List<String> COMMANDS =
      List.of("echo", "udp", "ring", "startup", "idle", "spawn", "tls");

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() {
    int status = 0;
    for (String command : COMMANDS) {
      status = Math.max(status, spec.root().commandLine().execute(command));
      System.out.println();
    }
    return status;
  }
}
