// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.LinuxException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/**
 * A protocol of datagrams: asyncio's {@code DatagramProtocol}. Its methods are called in this
 * order:
 *
 * <pre>
 * connectionMade { datagramReceived | errorReceived } connectionLost
 * </pre>
 *
 * <p>What {@link #datagramReceived} or {@link #errorReceived} throws goes to the loop's exception
 * handler, and the endpoint stays open.
 */
public interface DatagramProtocol extends BaseProtocol {
  /** {@link #connectionMade(DatagramTransport)} for a datagram endpoint. */
  @Override
  default void connectionMade(BaseTransport transport) {
    if (transport instanceof DatagramTransport datagrams) {
      connectionMade(datagrams);
    }
  }

  /** {@link BaseProtocol#connectionMade} of a datagram endpoint. */
  default void connectionMade(DatagramTransport transport) {}

  /**
   * A datagram arrived: all that remains in {@code data}. An empty one is a datagram too, and no
   * end.
   *
   * @param data a view, valid until this returns: what shall last longer must be copied. It may be
   *     passed to {@code sendto}
   * @param address who sent it: an {@link java.net.InetSocketAddress} or {@link
   *     dev.ouro.linux.UnixAddress}, and the same object each time for as long as the loop
   *     remembers it; null for a Unix socket without a name
   */
  default void datagramReceived(ByteBuffer data, SocketAddress address) {}

  /**
   * A send or a receive failed. The endpoint goes on: most such errors are about one datagram, or
   * come from a peer that is not there ({@link dev.ouro.linux.ConnectionRefusedException}, after
   * ICMP said so, on a connected endpoint). Too long a datagram is {@code EMSGSIZE}.
   *
   * <p>Called from the ready queue, or from inside {@code sendto}, {@code close} or {@code abort}.
   */
  default void errorReceived(LinuxException exception) {}
}
