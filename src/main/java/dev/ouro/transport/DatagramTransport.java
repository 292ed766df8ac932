// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * An endpoint that sends and receives datagrams: asyncio's {@code DatagramTransport}. It has no end
 * but {@link #close} and {@link #abort}.
 *
 * <p>No method waits. Datagrams leave in order, those of one turn of the loop in one system call
 * where the kernel takes them; what it does not take is buffered without limit, and {@link
 * BaseProtocol#pauseWriting} tells the protocol when that gets too much.
 *
 * {@snippet :
 * final class Echo implements DatagramProtocol {
 *   private DatagramTransport transport;
 *
 *   @Override
 *   public void connectionMade(DatagramTransport transport) {
 *     this.transport = transport;
 *   }
 *
 *   @Override
 *   public void datagramReceived(ByteBuffer data, SocketAddress address) {
 *     transport.sendto(data, address);
 *   }
 * }
 * }
 */
public interface DatagramTransport extends BaseTransport {
  /** {@link #sendto(ByteBuffer, SocketAddress)} to the remote address of the endpoint. */
  default void sendto(ByteBuffer data) {
    sendto(data, null);
  }

  /**
   * Sends all that remains in {@code data} as one datagram, which is consumed when this returns:
   * its position is its limit, and its memory is the caller's again. Nothing remaining: an empty
   * datagram. After the end, or {@link #close} unless datagrams still wait for room then: drops it,
   * from the fifth time on with a warning in the log.
   *
   * @param address where to; null where the endpoint has a remote address. A host name is refused:
   *     to ask the resolver would stop the loop, or change the order of datagrams. Resolve it
   *     before, with {@code getaddrinfo}
   * @throws IllegalArgumentException {@code address} is null and there is no remote address; or
   *     there is one, and it is another; or it is not resolved, or of a family that the socket has
   *     not (one of IPv6 takes addresses of IPv4, and the kernel says whether it may)
   * @throws IllegalStateException the loop runs on another thread
   */
  void sendto(ByteBuffer data, SocketAddress address);

  /** {@link #sendto(ByteBuffer)} of all of {@code data}. */
  default void sendto(byte[] data) {
    sendto(data, null);
  }

  /** {@link #sendto(ByteBuffer, SocketAddress)} of all of {@code data}. */
  default void sendto(byte[] data, SocketAddress address) {
    sendto(ByteBuffer.wrap(Objects.requireNonNull(data, "data")), address);
  }

  /**
   * Closes at once: datagrams that the kernel has not taken are lost, none arrive any more; {@link
   * BaseProtocol#connectionLost} is called with null, soon, not from here.
   */
  void abort();

  /** Sets both limits back to their defaults: 64 KiB, and a quarter of it. */
  default void setWriteBufferLimits() {
    setWriteBufferLimits(null, null);
  }

  /** Sets the high limit, and the low one to a quarter of it. */
  default void setWriteBufferLimits(int highBytes) {
    setWriteBufferLimits(highBytes, null);
  }

  /**
   * As {@link WriteTransport#setWriteBufferLimits(Integer, Integer)}.
   *
   * @param highBytes null for four times {@code lowBytes}, or 64 KiB when that is null too
   * @param lowBytes null for a quarter of {@code highBytes}
   * @throws IllegalArgumentException unless 0 ≤ low ≤ high
   */
  void setWriteBufferLimits(Integer highBytes, Integer lowBytes);

  /** The limits that hold now. */
  WriteBufferLimits getWriteBufferLimits();

  /** How many bytes the kernel has not taken yet: of the datagrams, and 8 more for each. */
  long getWriteBufferSize();
}
