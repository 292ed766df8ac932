// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import java.util.Objects;

/**
 * Where to connect by TCP: the keyword arguments of asyncio's {@code create_connection}. Immutable:
 * every {@code with…} answers a changed copy.
 */
public final class ConnectionOptions {
  private static final ConnectionOptions DEFAULT =
      new ConnectionOptions(null, null, SocketConstants.AF_UNSPEC, 0, 0, null);

  private final String host;
  private final Integer port;
  private final int family;
  private final int proto;
  private final int flags;
  private final Socket sock;

  private ConnectionOptions(
      String host, Integer port, int family, int proto, int flags, Socket sock) {
    this.host = host;
    this.port = port;
    this.family = family;
    this.proto = proto;
    this.flags = flags;
    this.sock = sock;
  }

  /** Connects to {@code host}, a name or a number; null: this machine. */
  public static ConnectionOptions of(String host, int port) {
    return DEFAULT.withHost(host).withPort(port);
  }

  /** Makes a transport of a stream socket that is connected already. The transport owns it then. */
  public static ConnectionOptions of(Socket sock) {
    return DEFAULT.withSock(Objects.requireNonNull(sock, "sock"));
  }

  /** With this host, a name or a number; null: this machine. */
  public ConnectionOptions withHost(String host) {
    return new ConnectionOptions(host, port, family, proto, flags, sock);
  }

  /** With this port. */
  public ConnectionOptions withPort(int port) {
    return new ConnectionOptions(host, Arguments.port(port), family, proto, flags, sock);
  }

  /** With one address family, {@code AF_INET} or {@code AF_INET6}; AF_UNSPEC (default): either. */
  public ConnectionOptions withFamily(int family) {
    return new ConnectionOptions(host, port, Arguments.family(family), proto, flags, sock);
  }

  /** With this protocol, {@code IPPROTO_*}, for {@code getaddrinfo(3)}; 0 (default): any. */
  public ConnectionOptions withProto(int proto) {
    return new ConnectionOptions(host, port, family, proto, flags, sock);
  }

  /** With these flags of {@code getaddrinfo(3)}; 0 by default. */
  public ConnectionOptions withFlags(int flags) {
    return new ConnectionOptions(host, port, family, proto, flags, sock);
  }

  /** With a socket that is connected already, instead of host and port. */
  public ConnectionOptions withSock(Socket sock) {
    return new ConnectionOptions(host, port, family, proto, flags, sock);
  }

  /** The host, or null. */
  public String host() {
    return host;
  }

  /** The port; null: none was given. */
  public Integer port() {
    return port;
  }

  /** The address family, {@code AF_*}. */
  public int family() {
    return family;
  }

  /** The protocol, {@code IPPROTO_*}. */
  public int proto() {
    return proto;
  }

  /** The flags of {@code getaddrinfo(3)}. */
  public int flags() {
    return flags;
  }

  /** The socket that is connected already, or null. */
  public Socket sock() {
    return sock;
  }
}
