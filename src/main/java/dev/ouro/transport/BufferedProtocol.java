// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import java.nio.ByteBuffer;

/**
 * A protocol of a byte stream that says where the bytes shall go: asyncio's {@code
 * BufferedProtocol}. Its methods are called in this order:
 *
 * <pre>
 * connectionMade { getBuffer bufferUpdated } eofReceived? connectionLost
 * </pre>
 *
 * <p>What {@link #getBuffer}, {@link #bufferUpdated} or {@link #eofReceived} throws ends the
 * connection: it goes to the loop's exception handler and to {@link #connectionLost}.
 */
public interface BufferedProtocol extends BaseProtocol {
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
   * Where received bytes shall go: between the buffer's position and its limit. The buffer is the
   * transport's until {@link #bufferUpdated} is called, with its position behind the bytes.
   *
   * @param sizeHint about how many bytes it should take; −1: any number
   * @return heap or direct, not read-only, with at least one byte remaining: else the connection
   *     ends
   */
  ByteBuffer getBuffer(int sizeHint);

  /** The last buffer of {@link #getBuffer} got {@code sizeBytes} bytes more, at least one. */
  void bufferUpdated(int sizeBytes);

  /** As {@link Protocol#eofReceived}. */
  default boolean eofReceived() {
    return false;
  }
}
