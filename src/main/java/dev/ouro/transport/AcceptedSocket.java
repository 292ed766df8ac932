// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Socket;
import java.net.SocketAddress;

/**
 * A connection that was accepted: the pair of asyncio's {@code sock_accept}.
 *
 * @param conn the connection's socket, non-blocking and close-on-exec; the receiver's to close
 * @param address the peer's address, as {@code accept4(2)} gave it
 */
public record AcceptedSocket(Socket conn, SocketAddress address) implements AutoCloseable {
  /** Closes {@link #conn}. */
  @Override
  public void close() {
    conn.close();
  }
}
