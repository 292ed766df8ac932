// SPDX-License-Identifier: Apache-2.0
package dev.ouro.streams;

/**
 * What a stream server runs for each connection, as a task: asyncio's {@code client_connected_cb}.
 */
@FunctionalInterface
public interface ClientConnected {
  /**
   * Serves one client. Whoever is done with it closes {@code writer}.
   *
   * @throws Exception goes to the loop's exception handler, and ends the connection
   */
  void connected(StreamReader reader, StreamWriter writer) throws Exception;
}
