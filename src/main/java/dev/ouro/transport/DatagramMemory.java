// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.MessageArray;
import dev.ouro.linux.SockAddrCache;

/**
 * What the datagram endpoints of a loop share when they send: it is in use only during the call
 * that sends.
 */
final class DatagramMemory implements AutoCloseable {
  /** How many messages leave in one call. */
  static final int MESSAGES = 64;

  // A message may lie in two chunks, and the longest of a Unix socket in many.
  private static final int IOVECS = 256;

  private final MessageArray messages;
  private final int[] datagrams = new int[MESSAGES];
  private final SockAddrCache addresses = new SockAddrCache();

  private DatagramMemory(MessageArray messages) {
    this.messages = messages;
  }

  static DatagramMemory allocate() throws LinuxException {
    return new DatagramMemory(MessageArray.allocate(MESSAGES, IOVECS));
  }

  MessageArray messages() {
    return messages;
  }

  /** Notes how many datagrams message {@code i} consists of. */
  void datagrams(int i, int count) {
    datagrams[i] = count;
  }

  /** How many datagrams message {@code i} consists of. */
  int datagrams(int i) {
    return datagrams[i];
  }

  /** The bytes of the last peers' addresses. */
  SockAddrCache addresses() {
    return addresses;
  }

  @Override
  public void close() {
    messages.close();
  }
}
