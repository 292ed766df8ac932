// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import java.net.SocketAddress;
import java.util.Objects;

/**
 * A connected socket and its two addresses, asked for while there is somebody to ask.
 *
 * @param socket owns the descriptor
 * @param sockname this end's address
 * @param peername the other end's; null when it has gone and accept did not tell
 */
record StreamEnds(Socket socket, SocketAddress sockname, SocketAddress peername) {
  /** The ends of a connection that was made or given. */
  static StreamEnds of(Socket socket) throws LinuxException {
    if (isInternet(socket)) {
      socket.setsockopt(SocketConstants.IPPROTO_TCP, SocketConstants.TCP_NODELAY, 1);
    }
    SocketAddress peername = null;
    try {
      peername = socket.getpeername();
    } catch (LinuxException e) {
      if (e.errno() != Errno.ENOTCONN) {
        throw e;
      }
    }
    return new StreamEnds(socket, socket.getsockname(), peername);
  }

  /** The ends of a connection that {@code accept4(2)} answered, with the peer that it named. */
  static StreamEnds accepted(Socket socket, SocketAddress peername) throws LinuxException {
    return new StreamEnds(socket, socket.getsockname(), peername);
  }

  /** {@link BaseTransport#getExtraInfo(String, Object)}; the answers outlive the connection. */
  Object extraInfo(String name, Object defaultValue) {
    return switch (Objects.requireNonNull(name, "name")) {
      case "socket" -> new TransportSocket(socket);
      case "sockname" -> sockname;
      case "peername" -> peername;
      default -> defaultValue;
    };
  }

  /** Whether the socket is one of TCP over IPv4 or IPv6. */
  static boolean isInternet(Socket socket) {
    return socket.type() == SocketConstants.SOCK_STREAM
        && (socket.family() == SocketConstants.AF_INET
            || socket.family() == SocketConstants.AF_INET6);
  }
}
