// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.Arena;
import java.net.SocketAddress;

/**
 * A socket, {@code socket(2)}: what is set up once, and thrown about as {@link LinuxException} when
 * it fails. What moves bytes is in {@link SocketCalls}.
 *
 * <p>A socket made here is non-blocking and close-on-exec, and belongs to whoever made it until it
 * is handed to a transport or a server, which then closes it. Not synchronised: one thread at a
 * time.
 */
public final class Socket implements AutoCloseable {
  private static final int INT_SIZE = 4;
  private static final int TYPE_FLAGS =
      SocketConstants.SOCK_NONBLOCK | SocketConstants.SOCK_CLOEXEC;

  private final Fd fd;
  private final int family;
  private final int type;
  private final int protocol;

  private Socket(Fd fd, int family, int type, int protocol) {
    this.fd = fd;
    this.family = family;
    this.type = type;
    this.protocol = protocol;
  }

  /**
   * {@code socket(2)} with SOCK_NONBLOCK and SOCK_CLOEXEC.
   *
   * @param family {@code AF_INET}, {@code AF_INET6}, {@code AF_UNIX} …
   * @param type {@code SOCK_STREAM}, {@code SOCK_DGRAM} …
   * @param protocol 0 for the type's own
   * @throws LinuxException EMFILE, ENFILE: no descriptor is free; EAFNOSUPPORT, EPROTONOSUPPORT;
   *     ENOBUFS, ENOMEM
   */
  public static Socket open(int family, int type, int protocol) throws LinuxException {
    long number = Syscall.call(Nr.SOCKET, family, type | TYPE_FLAGS, protocol);
    Fd fd = new Fd((int) LinuxException.check("socket", number));
    return new Socket(fd, family, type & ~TYPE_FLAGS, protocol);
  }

  /**
   * A socket that is open already; asks the kernel what it is. Takes ownership of {@code fd},
   * except when it throws.
   *
   * @throws LinuxException ENOTSOCK: not a socket; EBADF
   */
  public static Socket of(Fd fd) throws LinuxException {
    int family = getsockopt(fd, SocketConstants.SOL_SOCKET, SocketConstants.SO_DOMAIN);
    int type = getsockopt(fd, SocketConstants.SOL_SOCKET, SocketConstants.SO_TYPE);
    int protocol = getsockopt(fd, SocketConstants.SOL_SOCKET, SocketConstants.SO_PROTOCOL);
    return new Socket(fd, family, type, protocol);
  }

  /** The socket of a connection that {@code listener} accepted. Takes ownership of {@code fd}. */
  public static Socket accepted(Fd fd, Socket listener) {
    return new Socket(fd, listener.family, listener.type, listener.protocol);
  }

  /**
   * {@code socketpair(2)}: two connected Unix stream sockets.
   *
   * @throws LinuxException EMFILE, ENFILE
   */
  public static Socket[] pair() throws LinuxException {
    return pair(SocketConstants.SOCK_STREAM);
  }

  /**
   * {@code socketpair(2)}: two connected Unix sockets of {@code type}, {@code SOCK_*}.
   *
   * @throws LinuxException EMFILE, ENFILE; EPROTOTYPE, EINVAL: no such type
   */
  public static Socket[] pair(int type) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long pair = arena.allocate(2 * INT_SIZE, INT_SIZE).address();
      long result =
          Syscall.call(Nr.SOCKETPAIR, SocketConstants.AF_UNIX, type | TYPE_FLAGS, 0, pair);
      LinuxException.check("socketpair", result);
      return new Socket[] {
        new Socket(new Fd(NativeMemory.getInt(pair)), SocketConstants.AF_UNIX, type, 0),
        new Socket(new Fd(NativeMemory.getInt(pair + INT_SIZE)), SocketConstants.AF_UNIX, type, 0)
      };
    }
  }

  /** The descriptor; this socket still owns it. */
  public Fd fd() {
    return fd;
  }

  /** The address family, {@code AF_*}. */
  public int family() {
    return family;
  }

  /** The type, {@code SOCK_*}, without flags. */
  public int type() {
    return type;
  }

  /** The protocol, {@code IPPROTO_*}, or 0. */
  public int protocol() {
    return protocol;
  }

  /**
   * {@code bind(2)}.
   *
   * @throws LinuxException EADDRINUSE, EADDRNOTAVAIL, EACCES, EINVAL …, with the address
   * @throws IllegalArgumentException as {@link SockAddr#write}
   */
  public void bind(SocketAddress address) throws LinuxException {
    withAddress("bind", Nr.BIND, address);
  }

  /**
   * {@code connect(2)}: 0, or −EINPROGRESS when it goes on; then writability tells the end, and
   * {@code SO_ERROR} how it was.
   *
   * @throws LinuxException any other errno, with the address
   */
  public int connect(SocketAddress address) throws LinuxException {
    try {
      withAddress("connect", Nr.CONNECT, address);
      return 0;
    } catch (LinuxException e) {
      if (e.errno() == Errno.EINPROGRESS) {
        return -Errno.EINPROGRESS;
      }
      throw e;
    }
  }

  private void withAddress(String call, int nr, SocketAddress address) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long to = arena.allocate(SockAddr.SIZE_BYTES, Long.BYTES).address();
      int length = SockAddr.write(address, to);
      long result = Syscall.retrying(nr, fd.number(), to, length, 0, 0, 0);
      if (result < 0) {
        throw LinuxException.of(call, result, address.toString());
      }
    }
  }

  /**
   * {@code listen(2)}.
   *
   * @throws LinuxException EADDRINUSE, EOPNOTSUPP …
   */
  public void listen(int backlog) throws LinuxException {
    LinuxException.check("listen", Syscall.call(Nr.LISTEN, fd.number(), backlog));
  }

  /**
   * {@code shutdown(2)}.
   *
   * @param how {@code SHUT_RD}, {@code SHUT_WR} or {@code SHUT_RDWR}
   * @throws LinuxException ENOTCONN …
   */
  public void shutdown(int how) throws LinuxException {
    LinuxException.check("shutdown", SocketCalls.shutdown(fd.number(), how));
  }

  /**
   * {@code getsockname(2)}: this end's address.
   *
   * @throws LinuxException EBADF, ENOTSOCK
   */
  public SocketAddress getsockname() throws LinuxException {
    return askName("getsockname", Nr.GETSOCKNAME);
  }

  /**
   * {@code getpeername(2)}: the other end's address.
   *
   * @throws LinuxException ENOTCONN
   */
  public SocketAddress getpeername() throws LinuxException {
    return askName("getpeername", Nr.GETPEERNAME);
  }

  private SocketAddress askName(String call, int nr) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long name = arena.allocate(SockAddr.SIZE_BYTES + Long.BYTES, Long.BYTES).address();
      long length = name + SockAddr.SIZE_BYTES;
      NativeMemory.putInt(length, SockAddr.SIZE_BYTES);
      LinuxException.check(call, Syscall.call(nr, fd.number(), name, length));
      return SockAddr.read(name, NativeMemory.getInt(length));
    }
  }

  /**
   * {@code setsockopt(2)} of an {@code int}.
   *
   * @throws LinuxException ENOPROTOOPT: no such option here; EINVAL; EPERM
   */
  public void setsockopt(int level, int option, int value) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long at = arena.allocate(INT_SIZE, INT_SIZE).address();
      NativeMemory.putInt(at, value);
      LinuxException.check(
          "setsockopt", Syscall.call(Nr.SETSOCKOPT, fd.number(), level, option, at, INT_SIZE, 0));
    }
  }

  /**
   * {@code getsockopt(2)} of an {@code int}.
   *
   * @throws LinuxException ENOPROTOOPT: no such option here
   */
  public int getsockopt(int level, int option) throws LinuxException {
    return getsockopt(fd, level, option);
  }

  private static int getsockopt(Fd fd, int level, int option) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long at = arena.allocate(2 * INT_SIZE, INT_SIZE).address();
      NativeMemory.putInt(at + INT_SIZE, INT_SIZE);
      long result = Syscall.call(Nr.GETSOCKOPT, fd.number(), level, option, at, at + INT_SIZE, 0);
      LinuxException.check("getsockopt", result);
      return NativeMemory.getInt(at);
    }
  }

  /**
   * Whether {@code O_NONBLOCK} is clear, {@code fcntl(2)} with {@code F_GETFL}.
   *
   * @throws LinuxException EBADF
   */
  public boolean isBlocking() throws LinuxException {
    return !fd.isNonBlocking();
  }

  /**
   * Sets or clears {@code O_NONBLOCK}, {@code fcntl(2)} with {@code F_SETFL}.
   *
   * @throws LinuxException EBADF
   */
  public void setBlocking(boolean blocking) throws LinuxException {
    fd.nonBlocking(!blocking);
  }

  /** {@code close(2)}; a second call does nothing. */
  @Override
  public void close() {
    fd.close();
  }

  @Override
  public String toString() {
    return "Socket[" + fd + ", family=" + family + ", type=" + type + "]";
  }
}
