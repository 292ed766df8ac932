// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * On which processors server and client run.
 *
 * @param serverCpu where the server's loop runs
 * @param clientCpu where the client runs
 */
public record Placement(int serverCpu, int clientCpu) {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String ALLOWED = "Cpus_allowed_list:";

  /** Both on one processor. */
  public static Placement oneCore() {
    int cpu = allowedCpus().getFirst();
    return new Placement(cpu, cpu);
  }

  /** On a processor each, if there are two. */
  public static Placement coreEach() {
    List<Integer> cpus = allowedCpus();
    return new Placement(cpus.get(0), cpus.get(cpus.size() > 1 ? 1 : 0));
  }

  public boolean shared() {
    return serverCpu == clientCpu;
  }

  /** As a heading says it. */
  public String text() {
    return shared()
        ? "server and client on CPU " + serverCpu
        : "server on CPU " + serverCpu + ", client on CPU " + clientCpu;
  }

  /** A command that runs a program on the server's processor alone. */
  public List<String> bind(List<String> command) {
    List<String> bound = new ArrayList<>();
    bound.addAll(List.of("taskset", "--cpu-list", Integer.toString(serverCpu)));
    bound.addAll(command);
    return bound;
  }

  /** How many processors there are, as a remark says it. */
  public static String coreCount() {
    return "allowed CPUs: " + allowedCpus().size();
  }

  private static List<Integer> allowedCpus() {
    try {
      return Files.readAllLines(STATUS).stream()
          .filter(line -> line.startsWith(ALLOWED))
          .map(line -> parseList(line.substring(ALLOWED.length()).strip()))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Parses the kernel's lists, as {@code 0-2,5}. */
  static List<Integer> parseList(String text) {
    List<Integer> cpus = new ArrayList<>();
    for (String range : text.split(",")) {
      String[] ends = range.split("-");
      int last = Integer.parseInt(ends[ends.length - 1]);
      for (int cpu = Integer.parseInt(ends[0]); cpu <= last; cpu++) {
        cpus.add(cpu);
      }
    }
    return cpus;
  }
}
