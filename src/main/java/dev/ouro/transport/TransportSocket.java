// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;

/**
 * The socket of a transport or a server, for looking at it and for its options: asyncio's {@code
 * TransportSocket}. It moves no bytes and does not close: that is the owner's.
 *
 * <p>Once the owner has closed the socket, {@link #fileno} is −1 and what asks the kernel throws
 * EBADF.
 */
public final class TransportSocket {
  private final Socket socket;

  TransportSocket(Socket socket) {
    this.socket = Objects.requireNonNull(socket, "socket");
  }

  /** The descriptor's number, −1 once closed. */
  public int fileno() {
    return socket.fd().number();
  }

  /** The address family, {@code AF_*}. */
  public int family() {
    return socket.family();
  }

  /** The type, {@code SOCK_*}. */
  public int type() {
    return socket.type();
  }

  /** The protocol, {@code IPPROTO_*}. */
  public int proto() {
    return socket.protocol();
  }

  /**
   * {@code getsockname(2)}.
   *
   * @throws LinuxException EBADF: closed
   */
  public SocketAddress getsockname() throws LinuxException {
    return socket.getsockname();
  }

  /**
   * {@code getpeername(2)}.
   *
   * @throws LinuxException ENOTCONN; EBADF: closed
   */
  public SocketAddress getpeername() throws LinuxException {
    return socket.getpeername();
  }

  /**
   * {@code getsockopt(2)} of an {@code int}.
   *
   * @throws LinuxException ENOPROTOOPT: no such option here; EBADF: closed
   */
  public int getsockopt(int level, int option) throws LinuxException {
    return socket.getsockopt(level, option);
  }

  /**
   * {@code setsockopt(2)} of an {@code int}.
   *
   * @throws LinuxException ENOPROTOOPT: no such option here; EINVAL; EPERM; EBADF: closed
   */
  public void setsockopt(int level, int option, int value) throws LinuxException {
    socket.setsockopt(level, option, value);
  }

  /**
   * Does nothing for false: the socket's owner never waits on it.
   *
   * @throws IllegalArgumentException for true
   */
  public void setblocking(boolean blocking) {
    if (blocking) {
      throw new IllegalArgumentException("setblocking(): transport sockets cannot be blocking");
    }
  }

  /**
   * Does nothing for null and zero: the socket's owner never waits on it.
   *
   * @throws IllegalArgumentException for any other time
   */
  public void settimeout(Duration timeout) {
    if (timeout != null && !timeout.isZero()) {
      throw new IllegalArgumentException(
          "settimeout(): only 0 timeout is allowed on transport sockets");
    }
  }

  /** How long a call may wait: zero. */
  public Duration gettimeout() {
    return Duration.ZERO;
  }

  /**
   * {@code shutdown(2)}, behind the transport's back.
   *
   * @param how {@code SHUT_RD}, {@code SHUT_WR} or {@code SHUT_RDWR}
   * @throws LinuxException ENOTCONN; EBADF: closed
   */
  public void shutdown(int how) throws LinuxException {
    socket.shutdown(how);
  }

  /** asyncio's form: what socket it is, and while it is open its addresses. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("<TransportSocket fd=").append(fileno());
    text.append(" family=").append(family()).append(" type=").append(type());
    text.append(" proto=").append(proto());
    if (fileno() >= 0) {
      appendAddress(text, " laddr=", socket::getsockname);
      appendAddress(text, " raddr=", socket::getpeername);
    }
    return text.append('>').toString();
  }

  private interface Asked {
    SocketAddress answer() throws LinuxException;
  }

  private static void appendAddress(StringBuilder text, String name, Asked asked) {
    try {
      SocketAddress address = asked.answer();
      if (address != null) {
        text.append(name).append(address);
      }
    } catch (LinuxException none) {
      // not bound or not connected
    }
  }
}
