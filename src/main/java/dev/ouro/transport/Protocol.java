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
  /** {@link #connectionMade(Transport)}: overridden by who wants a pipe's transport itself. */
  @Override
  default void connectionMade(BaseTransport transport) {
    connectionMade(OneWayTransport.of(transport));
  }

  /**
   * {@link BaseProtocol#connectionMade}. Of a pipe it gets a view of the transport, whose methods
   * of the other direction throw an {@link UnsupportedOperationException}.
   */
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
