// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import dev.ouro.linux.UnixAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Where a datagram endpoint is and what it talks to: the keyword arguments of asyncio's {@code
 * create_datagram_endpoint}, and two of Linux's.
 *
 * <p>An address is an {@link InetSocketAddress}, whose host is looked up if it is not resolved, or
 * a {@link UnixAddress}. Immutable: every {@code with…} answers a changed copy. Combinations that
 * contradict each other are told by {@code createDatagramEndpoint}.
 */
public final class DatagramOptions {
  private static final DatagramOptions DEFAULT = new DatagramOptions();

  private SocketAddress localAddr;
  private SocketAddress remoteAddr;
  private int family = SocketConstants.AF_UNSPEC;
  private int proto;
  private int flags;
  private boolean reusePort;
  private boolean allowBroadcast;
  private Socket sock;
  private boolean gso;
  private boolean gro;

  private DatagramOptions() {}

  private DatagramOptions(DatagramOptions other) {
    localAddr = other.localAddr;
    remoteAddr = other.remoteAddr;
    family = other.family;
    proto = other.proto;
    flags = other.flags;
    reusePort = other.reusePort;
    allowBroadcast = other.allowBroadcast;
    sock = other.sock;
    gso = other.gso;
    gro = other.gro;
  }

  /** Bound to {@code host}, a name or a number, and {@code port} (0: a free one). */
  public static DatagramOptions local(String host, int port) {
    return DEFAULT.withLocalAddr(host, port);
  }

  /** Bound to {@code address}. */
  public static DatagramOptions local(SocketAddress address) {
    return DEFAULT.withLocalAddr(Objects.requireNonNull(address, "address"));
  }

  /** A Unix socket bound to {@code path}. */
  public static DatagramOptions local(Path path) {
    return local(UnixAddress.of(path));
  }

  /** Connected to {@code host}, a name or a number, and {@code port}. */
  public static DatagramOptions remote(String host, int port) {
    return DEFAULT.withRemoteAddr(host, port);
  }

  /** Connected to {@code address}. */
  public static DatagramOptions remote(SocketAddress address) {
    return DEFAULT.withRemoteAddr(Objects.requireNonNull(address, "address"));
  }

  /** A Unix socket connected to the one at {@code path}. */
  public static DatagramOptions remote(Path path) {
    return remote(UnixAddress.of(path));
  }

  /** Neither bound nor connected; of {@code family}, {@code AF_*}. */
  public static DatagramOptions of(int family) {
    return DEFAULT.withFamily(family);
  }

  /** On a datagram socket that exists already. The transport owns it then. */
  public static DatagramOptions of(Socket sock) {
    return DEFAULT.withSock(Objects.requireNonNull(sock, "sock"));
  }

  /** {@link #withLocalAddr(SocketAddress)}; null or empty host: as {@link #withFlags} says. */
  public DatagramOptions withLocalAddr(String host, int port) {
    return withLocalAddr(Arguments.unresolved(host, port));
  }

  /**
   * With this address to bind to. A socket that was left at a path is removed before; the file is
   * not removed afterwards.
   */
  public DatagramOptions withLocalAddr(SocketAddress localAddr) {
    DatagramOptions copy = new DatagramOptions(this);
    copy.localAddr = address("localAddr", localAddr);
    return copy;
  }

  /** {@link #withRemoteAddr(SocketAddress)}; null or empty host: this machine. */
  public DatagramOptions withRemoteAddr(String host, int port) {
    return withRemoteAddr(Arguments.unresolved(host, port));
  }

  /**
   * With this address to send to, and to no other. The socket is connected to it, and so receives
   * from nobody else and hears of its errors; not with {@link #withAllowBroadcast}.
   */
  public DatagramOptions withRemoteAddr(SocketAddress remoteAddr) {
    DatagramOptions copy = new DatagramOptions(this);
    copy.remoteAddr = address("remoteAddr", remoteAddr);
    return copy;
  }

  private static SocketAddress address(String name, SocketAddress address) {
    if (address != null
        && !(address instanceof InetSocketAddress)
        && !(address instanceof UnixAddress)) {
      throw new IllegalArgumentException(name + ": neither Internet nor Unix: " + address);
    }
    return address;
  }

  /** With one address family, {@code AF_INET}, {@code AF_INET6} or {@code AF_UNIX}. */
  public DatagramOptions withFamily(int family) {
    DatagramOptions copy = new DatagramOptions(this);
    copy.family = Arguments.datagramFamily(family);
    return copy;
  }

  /** With this protocol, {@code IPPROTO_*}; 0 (default): the family's own. */
  public DatagramOptions withProto(int proto) {
    DatagramOptions copy = new DatagramOptions(this);
    copy.proto = proto;
    return copy;
  }

  /**
   * With these flags of {@code getaddrinfo(3)}; 0 by default: then no host is the loopback, with
   * {@code AI_PASSIVE} all interfaces.
   */
  public DatagramOptions withFlags(int flags) {
    DatagramOptions copy = new DatagramOptions(this);
    copy.flags = flags;
    return copy;
  }

  /** With or without {@code SO_REUSEPORT}; without it by default. */
  public DatagramOptions withReusePort(boolean reusePort) {
    DatagramOptions copy = new DatagramOptions(this);
    copy.reusePort = reusePort;
    return copy;
  }

  /** With or without {@code SO_BROADCAST}, to send to broadcast addresses; without by default. */
  public DatagramOptions withAllowBroadcast(boolean allowBroadcast) {
    DatagramOptions copy = new DatagramOptions(this);
    copy.allowBroadcast = allowBroadcast;
    return copy;
  }

  /** With a datagram socket that exists already, instead of all of the above. */
  public DatagramOptions withSock(Socket sock) {
    DatagramOptions copy = new DatagramOptions(this);
    copy.sock = sock;
    return copy;
  }

  /**
   * Handing datagrams of one turn, of one size and to one address, to the kernel as one, which is
   * cut up as late as can be ({@code UDP_SEGMENT}, generic segmentation offload); not by default.
   * What arrives is the same. Where a device cannot, the endpoint goes on without. For UDP.
   */
  public DatagramOptions withGso(boolean gso) {
    DatagramOptions copy = new DatagramOptions(this);
    copy.gso = gso;
    return copy;
  }

  /**
   * Taking datagrams of one size and from one address from the kernel as one, joined as early as
   * can be ({@code UDP_GRO}, generic receive offload); not by default. {@code datagramReceived} is
   * called for each all the same. For UDP.
   */
  public DatagramOptions withGro(boolean gro) {
    DatagramOptions copy = new DatagramOptions(this);
    copy.gro = gro;
    return copy;
  }

  /** Where to bind, or null. */
  public SocketAddress localAddr() {
    return localAddr;
  }

  /** Where to send, or null. */
  public SocketAddress remoteAddr() {
    return remoteAddr;
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

  /** Whether to set {@code SO_REUSEPORT}. */
  public boolean reusePort() {
    return reusePort;
  }

  /** Whether to set {@code SO_BROADCAST}. */
  public boolean allowBroadcast() {
    return allowBroadcast;
  }

  /** The socket that exists already, or null. */
  public Socket sock() {
    return sock;
  }

  /** Whether to send by {@code UDP_SEGMENT}. */
  public boolean gso() {
    return gso;
  }

  /** Whether to receive by {@code UDP_GRO}. */
  public boolean gro() {
    return gro;
  }
}
