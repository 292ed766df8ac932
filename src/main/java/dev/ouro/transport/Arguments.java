// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Objects;

/** Checks of arguments that several options share. */
final class Arguments {
  private static final int MAX_PORT = 65535;

  private Arguments() {}

  static int port(int port) {
    if (port < 0 || port > MAX_PORT) {
      throw new IllegalArgumentException("port: " + port + " is not in 0..65535");
    }
    return port;
  }

  /** An address to be looked up; null or empty for no host. */
  static InetSocketAddress unresolved(String host, int port) {
    return InetSocketAddress.createUnresolved(host == null ? "" : host, port(port));
  }

  static int family(int family) {
    if (family != SocketConstants.AF_UNSPEC
        && family != SocketConstants.AF_INET
        && family != SocketConstants.AF_INET6) {
      throw new IllegalArgumentException("family: neither AF_UNSPEC, AF_INET nor AF_INET6");
    }
    return family;
  }

  static int datagramFamily(int family) {
    return family == SocketConstants.AF_UNIX ? family : family(family);
  }

  /** Of a type whose messages are received one by one, from anybody. */
  static Socket datagram(Socket sock) {
    if (sock.type() != SocketConstants.SOCK_DGRAM && sock.type() != SocketConstants.SOCK_RAW) {
      throw new IllegalArgumentException("sock: A datagram socket was expected, got " + sock);
    }
    return sock;
  }

  static int backlog(int backlog) {
    if (backlog < 0) {
      throw new IllegalArgumentException("backlog: " + backlog + " is negative");
    }
    return backlog;
  }

  static Duration notNegative(String name, Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException(name + ": " + duration + " is negative");
    }
    return duration;
  }

  static void notWithSock(String name, boolean given) {
    if (given) {
      throw new IllegalArgumentException(name + " and sock can not be specified at the same time");
    }
  }

  /** {@code data}, all of which is there: what is wrong with it is found before it is sent. */
  static Collection<ByteBuffer> buffers(Iterable<ByteBuffer> data) {
    Collection<ByteBuffer> all;
    if (data instanceof Collection<ByteBuffer> collection) {
      all = collection;
    } else {
      all = new ArrayList<>();
      Objects.requireNonNull(data, "data").forEach(all::add);
    }
    for (ByteBuffer buffer : all) {
      Objects.requireNonNull(buffer, "data");
    }
    return all;
  }

  static BaseProtocol streamProtocol(BaseProtocol protocol) {
    Objects.requireNonNull(protocol, "protocol");
    if (!(protocol instanceof Protocol) && !(protocol instanceof BufferedProtocol)) {
      throw new IllegalArgumentException(
          "protocol: neither Protocol nor BufferedProtocol: " + protocol.getClass().getName());
    }
    return protocol;
  }

  static Socket stream(Socket sock) {
    if (sock.type() != SocketConstants.SOCK_STREAM) {
      throw new IllegalArgumentException("sock: A Stream Socket was expected, got " + sock);
    }
    return sock;
  }

  static Socket unixStream(Socket sock) {
    if (sock.family() != SocketConstants.AF_UNIX || sock.type() != SocketConstants.SOCK_STREAM) {
      throw new IllegalArgumentException(
          "sock: A UNIX Domain Stream Socket was expected, got " + sock);
    }
    return sock;
  }
}
