// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Hands over to JMH. */
@Command(
    name = "jmh",
    description = "The micro-benchmarks: all that follows goes to JMH (-h lists its options).")
final class JmhCommand implements Callable<Integer> {
  @Unmatched private final List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    org.openjdk.jmh.Main.main(arguments.toArray(String[]::new));
    return 0;
  }
}
