// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import java.nio.ByteBuffer;

/**
 * A protocol of a byte stream: asyncio's {@code Protocol}. Its methods are called in this order:
 *
 * <pre>
 * connectionMade dataReceived* eofReceived? connectionLost
 * </pre>
 *
 * <p>What {@link #dataReceived} or {@link #eofReceived} throws ends the connection: it goes to the
 * loop's exception handler and to {@link #connectionLost}.
 */
public interface Protocol extends BaseProtocol {
  /** {@link #connectionMade(Transport)} for a transport in both directions. */
  @Override
  default void connectionMade(BaseTransport transport) {
    if (transport instanceof Transport both) {
      connectionMade(both);
    }
  }

  /** {@link BaseProtocol#connectionMade} of a connection in both directions. */
  default void connectionMade(Transport transport) {}

  /**
   * Bytes arrived: all that remain in {@code data}, at least one.
   *
   * @param data a view, valid until this returns: what shall last longer must be copied. It may be
   *     passed to {@code write}
   */
  default void dataReceived(ByteBuffer data) {}

  /**
   * The peer sends no more.
   *
   * @return false to close the transport, once what is buffered was sent; true to leave it open for
   *     writing
   */
  default boolean eofReceived() {
    return false;
  }
}
