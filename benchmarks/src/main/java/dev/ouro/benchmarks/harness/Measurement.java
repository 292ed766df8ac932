// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.harness;

/**
 * One turn of one server. What was not counted is {@code NaN}.
 *
 * @param roundTripsPerSecond messages echoed, as the client saw it
 * @param p50Nanos the latency that half of the messages did not exceed
 * @param p99Nanos the latency that 99 % did not exceed
 * @param p999Nanos the latency that 99.9 % did not exceed
 * @param allocatedBytesPerRoundTrip on the Java heap, by the loop's thread
 * @param serverCpuNanosPerRoundTrip used by the whole process
 * @param serverBusy the share of one processor that the server used
 * @param clientBusy the share of one processor that the client used
 */
public record Measurement(
    double roundTripsPerSecond,
    double p50Nanos,
    double p99Nanos,
    double p999Nanos,
    double allocatedBytesPerRoundTrip,
    double serverCpuNanosPerRoundTrip,
    double serverBusy,
    double clientBusy) {
  static Measurement of(Workload workload, JsonLine client, ServerStats server) {
    double rate = client.number("round_trips_per_second");
    double roundTrips = server.echoedBytes() / workload.sizeBytes();
    double cpuNanosPerRoundTrip = server.cpuNanos() / roundTrips;
    return new Measurement(
        rate,
        client.number("p50"),
        client.number("p99"),
        client.number("p99_9"),
        server.allocatedBytes() / roundTrips,
        cpuNanosPerRoundTrip,
        cpuNanosPerRoundTrip * rate / 1e9,
        client.number("cpu_nanos") / (client.number("seconds") * 1e9));
  }
}
