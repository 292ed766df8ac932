// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import java.net.SocketAddress;
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

  @Override
  public String toString() {
    return "<TransportSocket fd=" + fileno() + " family=" + family() + " type=" + type() + ">";
  }
}
