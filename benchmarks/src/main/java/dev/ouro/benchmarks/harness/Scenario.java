// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.harness;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Servers measured against each other under one workload. They all live throughout, idle but for
 * their turn; each round gives every one of them a turn, so that a slow moment of the machine meets
 * all.
 *
 * @param workload what the client does
 * @param placement where
 * @param contenders who is measured
 */
public record Scenario(Workload workload, Placement placement, List<Contender> contenders) {
  public Scenario {
    contenders = List.copyOf(contenders);
  }

  /** As a heading says it. */
  public String text() {
    return workload.text() + "; " + placement.text();
  }

  /** What came of it: the results of those that ran, the reasons of those that could not. */
  public record Outcome(Map<Contender, Results> results, Map<Contender, String> refusals) {}

  /**
   * Runs it.
   *
   * @param systemCallMillis for how long the system calls of each are counted; 0 for not at all
   */
  public Outcome run(Programs programs, Pace pace, int systemCallMillis, Progress progress)
      throws IOException, InterruptedException {
    LoadClient client = new LoadClient(programs);
    Outcome outcome = new Outcome(new LinkedHashMap<>(), new LinkedHashMap<>());
    List<ServerProcess> servers = new ArrayList<>();
    try {
      startAll(servers, outcome, progress);
      for (ServerProcess server : servers) {
        if (server.contender().isJvm()) {
          progress.show(server.contender().name() + ": warming up");
          client.warmUp(server, workload, placement, pace.firstWarmUpMillis());
        }
      }
      for (int round = 1; round <= pace.rounds(); round++) {
        for (ServerProcess server : servers) {
          progress.show(
              "%s: round %d of %d".formatted(server.contender().name(), round, pace.rounds()));
          Measurement measurement =
              client.measure(
                  server, workload, placement, pace.warmUpMillis(), pace.measureMillis());
          outcome.results().get(server.contender()).add(measurement);
        }
      }
      if (systemCallMillis > 0) {
        countSystemCalls(client, servers, outcome, systemCallMillis, progress);
      }
    } finally {
      servers.forEach(ServerProcess::close);
      progress.clear();
    }
    return outcome;
  }

  private void startAll(List<ServerProcess> servers, Outcome outcome, Progress progress)
      throws IOException, InterruptedException {
    for (Contender contender : contenders) {
      progress.show(contender.name() + ": starting");
      try {
        ServerProcess server = ServerProcess.start(contender, placement);
        servers.add(server);
        outcome.results().put(contender, new Results(contender, server.engine()));
      } catch (RefusedException e) {
        outcome.refusals().put(contender, e.getMessage());
      }
    }
  }

  private void countSystemCalls(
      LoadClient client,
      List<ServerProcess> servers,
      Outcome outcome,
      int millis,
      Progress progress)
      throws IOException, InterruptedException {
    for (ServerProcess server : servers) {
      progress.show(server.contender().name() + ": counting system calls");
      double calls = client.systemCallsPerRoundTrip(server, workload, placement, millis);
      outcome.results().get(server.contender()).systemCallsPerRoundTrip(calls);
    }
  }
}
