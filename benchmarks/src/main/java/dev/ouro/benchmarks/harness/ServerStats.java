// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.harness;

/**
 * What a server says of itself. What it does not count is {@code NaN}.
 *
 * @param echoedBytes sent back since it began
 * @param systemCalls made since it began, by its own count (the C servers)
 * @param allocatedBytes on the Java heap by the loop's thread since it began
 * @param heapUsedBytes in use on the Java heap, garbage included
 * @param cpuNanos used by the process
 */
public record ServerStats(
    double echoedBytes,
    double systemCalls,
    double allocatedBytes,
    double heapUsedBytes,
    double cpuNanos) {
  static ServerStats parse(JsonLine line) {
    return new ServerStats(
        line.number("echoed_bytes"),
        line.number("system_calls"),
        line.number("allocated_bytes"),
        line.number("heap_used_bytes"),
        line.number("cpu_nanos"));
  }

  /** What has come about since an earlier moment. The heap in use stays what it is now. */
  public ServerStats since(ServerStats earlier) {
    return new ServerStats(
        echoedBytes - earlier.echoedBytes,
        systemCalls - earlier.systemCalls,
        allocatedBytes - earlier.allocatedBytes,
        heapUsedBytes,
        cpuNanos - earlier.cpuNanos);
  }
}
