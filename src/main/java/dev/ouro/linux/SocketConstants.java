// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

/** The numbers of {@code socket(7)}, {@code ip(7)}, {@code ipv6(7)} and {@code tcp(7)}, by name. */
public final class SocketConstants {
  /** Address family. */
  public static final int AF_UNSPEC = 0;

  /** Address family. */
  public static final int AF_UNIX = 1;

  /** Address family. */
  public static final int AF_INET = 2;

  /** Address family. */
  public static final int AF_INET6 = 10;

  /** Socket type or type flag. */
  public static final int SOCK_STREAM = 1;

  /** Socket type or type flag. */
  public static final int SOCK_DGRAM = 2;

  /** Socket type or type flag. */
  public static final int SOCK_RAW = 3;

  /** Socket type or type flag. */
  public static final int SOCK_SEQPACKET = 5;

  /** Socket type or type flag. */
  public static final int SOCK_NONBLOCK = 2048;

  /** Socket type or type flag. */
  public static final int SOCK_CLOEXEC = 524288;

  /** Option level. */
  public static final int SOL_SOCKET = 1;

  /** {@code SOL_SOCKET} option. */
  public static final int SO_REUSEADDR = 2;

  /** {@code SOL_SOCKET} option. */
  public static final int SO_REUSEPORT = 15;

  /** {@code SOL_SOCKET} option. */
  public static final int SO_KEEPALIVE = 9;

  /** {@code SOL_SOCKET} option. */
  public static final int SO_ERROR = 4;

  /** {@code SOL_SOCKET} option. */
  public static final int SO_TYPE = 3;

  /** {@code SOL_SOCKET} option. */
  public static final int SO_DOMAIN = 39;

  /** {@code SOL_SOCKET} option. */
  public static final int SO_PROTOCOL = 38;

  /** {@code SOL_SOCKET} option. */
  public static final int SO_SNDBUF = 7;

  /** {@code SOL_SOCKET} option. */
  public static final int SO_RCVBUF = 8;

  /** {@code SOL_SOCKET} option. */
  public static final int SO_ACCEPTCONN = 30;

  /** {@code SOL_SOCKET} option. */
  public static final int SO_LINGER = 13;

  /** {@code SOL_SOCKET} option. */
  public static final int SO_BROADCAST = 6;

  /** {@code SOL_SOCKET} option. */
  public static final int SO_INCOMING_CPU = 49;

  /** Protocol, and option level. */
  public static final int IPPROTO_TCP = 6;

  /** Protocol, and option level. */
  public static final int IPPROTO_UDP = 17;

  /** Protocol, and option level. */
  public static final int IPPROTO_IP = 0;

  /** Protocol, and option level. */
  public static final int IPPROTO_IPV6 = 41;

  /** {@code IPPROTO_TCP} option. */
  public static final int TCP_NODELAY = 1;

  /** {@code IPPROTO_TCP} option. */
  public static final int TCP_QUICKACK = 12;

  /** {@code IPPROTO_TCP} option. */
  public static final int TCP_USER_TIMEOUT = 18;

  /** {@code IPPROTO_TCP} option. */
  public static final int TCP_DEFER_ACCEPT = 9;

  /** {@code IPPROTO_UDP} option and control message: the size that a send is cut into. */
  public static final int UDP_SEGMENT = 103;

  /** {@code IPPROTO_UDP} option and control message: the size that a receive was joined from. */
  public static final int UDP_GRO = 104;

  /** {@code IPPROTO_IPV6} option. */
  public static final int IPV6_V6ONLY = 26;

  /** Flag of {@code send(2)} and {@code recv(2)}. */
  public static final int MSG_PEEK = 2;

  /** Flag of {@code send(2)} and {@code recv(2)}. */
  public static final int MSG_DONTWAIT = 64;

  /** Flag of {@code send(2)} and {@code recv(2)}. */
  public static final int MSG_WAITALL = 256;

  /** Flag of {@code send(2)} and {@code recv(2)}. */
  public static final int MSG_NOSIGNAL = 16384;

  /** Flag of {@code send(2)} and {@code recv(2)}. */
  public static final int MSG_MORE = 32768;

  /** Flag of {@code send(2)} and {@code recv(2)}. */
  public static final int MSG_TRUNC = 32;

  /** Control data were cut off: for what was passed along there was no room. */
  public static final int MSG_CTRUNC = 8;

  /** Direction of {@code shutdown(2)}. */
  public static final int SHUT_RD = 0;

  /** Direction of {@code shutdown(2)}. */
  public static final int SHUT_WR = 1;

  /** Direction of {@code shutdown(2)}. */
  public static final int SHUT_RDWR = 2;

  /** The largest backlog that {@code listen(2)} takes by default. */
  public static final int SOMAXCONN = 4096;

  private SocketConstants() {}
}
