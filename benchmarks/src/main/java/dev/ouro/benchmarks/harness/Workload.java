// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.harness;

/**
 * What the client does.
 *
 * @param connections how many
 * @param depth messages under way on each
 * @param sizeBytes of a message
 * @param client how the client waits
 * @param spinMicros for how long the client polls before it blocks
 */
public record Workload(
    int connections, int depth, int sizeBytes, ClientKind client, int spinMicros) {
  /** How the client waits. */
  public enum ClientKind {
    /** One connection, blocking calls. */
    BLOCKING,
    /** Edge-triggered epoll. */
    EPOLL,
    /** One socket of UDP, blocking calls. */
    UDP_BLOCKING,
    /** Sockets of UDP, edge-triggered epoll. */
    UDP_EPOLL;

    boolean isUdp() {
      return this == UDP_BLOCKING || this == UDP_EPOLL;
    }

    boolean blocks() {
      return this == BLOCKING || this == UDP_BLOCKING;
    }
  }

  /** One message to and fro on one connection; a client that blocks in recv. */
  public static Workload pingPong(int sizeBytes) {
    return new Workload(1, 1, sizeBytes, ClientKind.BLOCKING, 0);
  }

  /** Many connections, served by epoll in the client. */
  public static Workload many(int connections, int depth, int sizeBytes) {
    return new Workload(connections, depth, sizeBytes, ClientKind.EPOLL, 0);
  }

  /** One datagram to and fro; a client that blocks in recvmmsg. */
  public static Workload datagramPingPong(int sizeBytes) {
    return new Workload(1, 1, sizeBytes, ClientKind.UDP_BLOCKING, 0);
  }

  /** Many sockets of UDP, served by epoll in the client. */
  public static Workload datagrams(int sockets, int depth, int sizeBytes) {
    return new Workload(sockets, depth, sizeBytes, ClientKind.UDP_EPOLL, 0);
  }

  /** The same, by a client that polls for that long before it blocks. */
  public Workload withSpinMicros(int micros) {
    return new Workload(connections, depth, sizeBytes, client, micros);
  }

  /** As a heading says it. */
  public String text() {
    String size = sizeBytes % 1024 == 0 ? sizeBytes / 1024 + " KiB" : sizeBytes + " bytes";
    String what = client.isUdp() ? "socket" : "connection";
    String many = connections == 1 ? "1 " + what : "%,d %ss".formatted(connections, what);
    String spin = spinMicros == 0 ? "" : ", client polls for " + spinMicros + " µs";
    return many + " × " + depth + " of " + size + spin;
  }
}
