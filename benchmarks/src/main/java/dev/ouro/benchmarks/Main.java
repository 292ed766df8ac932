// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks;

import dev.ouro.benchmarks.harness.RefusedException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The benchmark program. */
@Command(
    name = "benchmarks",
    mixinStandardHelpOptions = true,
    description = "Measures Ouro against C, the JDK and Netty, on this machine.",
    subcommands = {
      RunCommand.class,
      EchoCommand.class,
      UdpCommand.class,
      TasksCommand.class,
      RingCommand.class,
      StartupCommand.class,
      IdleCommand.class,
      SpawnCommand.class,
      TlsCommand.class,
      AllCommand.class,
      JmhCommand.class
    })
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new Main()).setExecutionExceptionHandler(Main::explain).execute(arguments));
  }

  private static int explain(Exception failure, CommandLine command, CommandLine.ParseResult parsed)
      throws Exception {
    if (failure instanceof RefusedException) {
      command.getErr().println(failure.getMessage());
      return 1;
    }
    throw failure;
  }
}
