// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

/**
 * What all transports have in common: asyncio's {@code BaseTransport}.
 *
 * <p>Made by the loop's {@code create…} methods, never by a program. Only the loop's thread may
 * call.
 */
public interface BaseTransport {
  /**
   * What is known about the transport beyond its methods, also after it closed.
   *
   * @param name for sockets: {@code socket} (a {@link TransportSocket}), {@code sockname} and
   *     {@code peername} (a {@link java.net.SocketAddress}); for TLS as well {@code sslcontext} (a
   *     {@link javax.net.ssl.SSLContext}), {@code ssl_object} (a {@link javax.net.ssl.SSLEngine},
   *     to be asked and not to be used), {@code peercert} (the peer's {@link
   *     java.security.cert.X509Certificate}, null for none), {@code cipher} (an {@link SslCipher})
   *     and {@code compression} (null)
   * @return null for an unknown name
   */
  default Object getExtraInfo(String name) {
    return getExtraInfo(name, null);
  }

  /** {@link #getExtraInfo(String)}, with {@code defaultValue} for an unknown name. */
  Object getExtraInfo(String name, Object defaultValue);

  /** Whether the transport is closing or closed: true from {@link #close} on. */
  boolean isClosing();

  /**
   * Closes the transport: receives no more, sends what is buffered, then calls {@link
   * BaseProtocol#connectionLost} with null. Returns at once. A second call does nothing.
   */
  void close();

  /**
   * Gives the transport another protocol, which hears of everything from now on; its {@code
   * connectionMade} is not called.
   *
   * @throws IllegalArgumentException the transport cannot serve this kind of protocol
   */
  void setProtocol(BaseProtocol protocol);

  /** The protocol that the transport calls. */
  BaseProtocol getProtocol();
}
