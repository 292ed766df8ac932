// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.harness;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The C load client: one process for each turn, the same program for all servers. */
public final class LoadClient {
  private static final Duration CONNECT_TIME = Duration.ofSeconds(30);

  private final Programs programs;

  public LoadClient(Programs programs) {
    this.programs = programs;
  }

  /** Runs one turn against a server, and takes the server's own counters over its measured part. */
  public Measurement measure(
      ServerProcess server, Workload workload, Placement placement, int warmUpMillis, int millis)
      throws IOException, InterruptedException {
    try (Child client = start(server, workload, placement, warmUpMillis, millis)) {
      awaitMeasuring(client);
      ServerStats before = server.stats();
      JsonLine result = new JsonLine(client.nextLine(patience(warmUpMillis + millis)));
      ServerStats change = server.stats().since(before);
      return Measurement.of(workload, result, change);
    }
  }

  /** Lets a server run hot, unmeasured. */
  public void warmUp(ServerProcess server, Workload workload, Placement placement, int millis)
      throws IOException, InterruptedException {
    measure(server, workload, placement, 0, millis);
  }

  /**
   * The system calls that a server makes for a round trip, counted from outside, in a turn of its
   * own. {@code NaN} where this machine lets nobody count.
   */
  public double systemCallsPerRoundTrip(
      ServerProcess server, Workload workload, Placement placement, int millis)
      throws IOException, InterruptedException {
    String pid = Long.toString(server.pid());
    try (Child counter = Child.start("syscount", programs.nativeCommand("syscount", pid))) {
      counter.nextLine(CONNECT_TIME);
      ServerStats before = server.stats();
      warmUp(server, workload, placement, millis);
      ServerStats change = server.stats().since(before);
      counter.endInput();
      JsonLine counted = new JsonLine(counter.nextLine(CONNECT_TIME));
      return counted.number("system_calls") * workload.sizeBytes() / change.echoedBytes();
    } catch (RefusedException e) {
      return Double.NaN;
    }
  }

  /** Connects and holds the connections until the returned handle is closed. */
  public AutoCloseable holdIdle(ServerProcess server, int connections, int sources)
      throws IOException, InterruptedException {
    Child client =
        Child.start(
            "echo_client",
            programs.nativeCommand(
                "echo_client",
                "--port",
                Integer.toString(server.port()),
                "--connections",
                Integer.toString(connections),
                "--sources",
                Integer.toString(sources),
                "--idle"));
    try {
      client.nextLine(CONNECT_TIME);
      return client;
    } catch (RuntimeException | InterruptedException e) {
      client.close();
      throw e;
    }
  }

  private Child start(
      ServerProcess server, Workload workload, Placement placement, int warmUpMillis, int millis)
      throws IOException {
    String program = workload.client().isUdp() ? "udp_client" : "echo_client";
    List<String> command =
        new ArrayList<>(
            programs.nativeCommand(
                program,
                "--port",
                Integer.toString(server.port()),
                "--connections",
                Integer.toString(workload.connections()),
                "--depth",
                Integer.toString(workload.depth()),
                "--size",
                Integer.toString(workload.sizeBytes()),
                "--spin-us",
                Integer.toString(workload.spinMicros()),
                "--warm-up",
                Integer.toString(warmUpMillis),
                "--measure",
                Integer.toString(millis),
                "--cpu",
                Integer.toString(placement.clientCpu())));
    if (workload.client().blocks()) {
      command.add("--blocking");
    }
    if (!workload.client().isUdp()) {
      // What a server does when they close is no part of a round trip.
      command.add("--hold");
    }
    return Child.start(program, command);
  }

  private static void awaitMeasuring(Child client) throws InterruptedException {
    for (String line = ""; !line.equals("measuring"); ) {
      line = client.nextLine(CONNECT_TIME);
    }
  }

  private static Duration patience(int millis) {
    return Duration.ofMillis(millis).plusSeconds(30);
  }
}
