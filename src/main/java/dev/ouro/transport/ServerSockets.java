// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.AddressInfo;
import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import dev.ouro.linux.UnixAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Opens and binds the sockets of a server: all of them, or none. */
final class ServerSockets {
  private ServerSockets() {}

  /**
   * A bound socket for each address; without those whose family this machine has not.
   *
   * @throws LinuxException of {@code bind}, with the address; every socket is closed then
   */
  static List<Socket> bind(Collection<AddressInfo> addresses, ServerOptions options)
      throws LinuxException {
    List<Socket> sockets = new ArrayList<>();
    try {
      for (AddressInfo info : addresses) {
        Socket socket = open(info);
        if (socket != null) {
          sockets.add(socket);
          if (!bind(socket, info, options)) {
            sockets.removeLast().close();
          }
        }
      }
      if (sockets.isEmpty()) {
        List<String> all = addresses.stream().map(info -> info.address().toString()).toList();
        throw LinuxException.of(
            "bind", Errno.EADDRNOTAVAIL, "could not bind on any address out of " + all);
      }
      return sockets;
    } catch (LinuxException | RuntimeException e) {
      sockets.forEach(Socket::close);
      throw e;
    }
  }

  private static Socket open(AddressInfo info) throws LinuxException {
    try {
      return Socket.open(info.family(), info.type(), info.protocol());
    } catch (LinuxException e) {
      if (e.errno() == Errno.EAFNOSUPPORT || e.errno() == Errno.EPROTONOSUPPORT) {
        return null;
      }
      throw e;
    }
  }

  private static boolean bind(Socket socket, AddressInfo info, ServerOptions options)
      throws LinuxException {
    if (options.reuseAddress()) {
      socket.setsockopt(SocketConstants.SOL_SOCKET, SocketConstants.SO_REUSEADDR, 1);
    }
    if (options.reusePort()) {
      socket.setsockopt(SocketConstants.SOL_SOCKET, SocketConstants.SO_REUSEPORT, 1);
    }
    if (options.keepAlive()) {
      socket.setsockopt(SocketConstants.SOL_SOCKET, SocketConstants.SO_KEEPALIVE, 1);
    }
    if (info.family() == SocketConstants.AF_INET6) {
      socket.setsockopt(SocketConstants.IPPROTO_IPV6, SocketConstants.IPV6_V6ONLY, 1);
    }
    LinuxException failure = bind(socket, info.address());
    if (failure != null && failure.errno() != Errno.EADDRNOTAVAIL) {
      throw failure;
    }
    return failure == null;
  }

  /** Binds {@code socket}; null, or why that cannot be, with asyncio's words. */
  static LinuxException bind(Socket socket, SocketAddress address) {
    try {
      socket.bind(address);
      return null;
    } catch (LinuxException e) {
      return LinuxException.of(
          "bind", e.errno(), "error while attempting to bind on address " + address);
    }
  }

  /**
   * A Unix socket bound to {@code path}, in the place of one that a server left behind.
   *
   * @throws LinuxException EADDRINUSE: another file is there, or an abstract name is taken; any
   *     other errno of {@code bind}
   */
  static Socket bindUnix(UnixAddress path) throws LinuxException {
    Socket socket = Socket.open(SocketConstants.AF_UNIX, SocketConstants.SOCK_STREAM, 0);
    try {
      UnixFile.removeStale(path);
      socket.bind(path);
      return socket;
    } catch (LinuxException e) {
      socket.close();
      throw e.errno() == Errno.EADDRINUSE
          ? LinuxException.of("bind", e.errno(), "Address " + path + " is already in use")
          : e;
    }
  }
}
