// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;

/**
 * Where to connect by TCP: the keyword arguments of asyncio's {@code create_connection}. Immutable:
 * every {@code with…} answers a changed copy. Combinations that contradict each other are told by
 * {@code createConnection}.
 */
public final class ConnectionOptions extends ClientTlsOptions<ConnectionOptions> {
  private static final ConnectionOptions DEFAULT = new ConnectionOptions();

  private String host;
  private Integer port;
  private int family = SocketConstants.AF_UNSPEC;
  private int proto;
  private int flags;
  private Socket sock;
  private InetSocketAddress localAddr;
  private Duration happyEyeballsDelay;
  private Integer interleave;
  private boolean allErrors;

  private ConnectionOptions() {
    super(null);
  }

  private ConnectionOptions(ConnectionOptions other) {
    this(other, other.tls);
  }

  private ConnectionOptions(ConnectionOptions other, TlsArguments tls) {
    super(tls);
    host = other.host;
    port = other.port;
    family = other.family;
    proto = other.proto;
    flags = other.flags;
    sock = other.sock;
    localAddr = other.localAddr;
    happyEyeballsDelay = other.happyEyeballsDelay;
    interleave = other.interleave;
    allErrors = other.allErrors;
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
    ConnectionOptions copy = new ConnectionOptions(this);
    copy.host = host;
    return copy;
  }

  /** With this port. */
  public ConnectionOptions withPort(int port) {
    ConnectionOptions copy = new ConnectionOptions(this);
    copy.port = Arguments.port(port);
    return copy;
  }

  /** With one address family, {@code AF_INET} or {@code AF_INET6}; AF_UNSPEC (default): either. */
  public ConnectionOptions withFamily(int family) {
    ConnectionOptions copy = new ConnectionOptions(this);
    copy.family = Arguments.family(family);
    return copy;
  }

  /** With this protocol, {@code IPPROTO_*}, for {@code getaddrinfo(3)}; 0 (default): any. */
  public ConnectionOptions withProto(int proto) {
    ConnectionOptions copy = new ConnectionOptions(this);
    copy.proto = proto;
    return copy;
  }

  /** With these flags of {@code getaddrinfo(3)}; 0 by default. */
  public ConnectionOptions withFlags(int flags) {
    ConnectionOptions copy = new ConnectionOptions(this);
    copy.flags = flags;
    return copy;
  }

  /** With a socket that is connected already, instead of host and port. */
  public ConnectionOptions withSock(Socket sock) {
    ConnectionOptions copy = new ConnectionOptions(this);
    copy.sock = sock;
    return copy;
  }

  /**
   * With this end bound to a local address: the first of {@code host}, a name or a number, that has
   * the family of the address to connect to and can be bound.
   *
   * @param host null or empty: this machine
   * @param port 0: any that is free
   */
  public ConnectionOptions withLocalAddr(String host, int port) {
    return withLocalAddr(Arguments.unresolved(host, port));
  }

  /** {@link #withLocalAddr(String, int)} of an address; null (default): the kernel picks one. */
  public ConnectionOptions withLocalAddr(InetSocketAddress localAddr) {
    ConnectionOptions copy = new ConnectionOptions(this);
    copy.localAddr = localAddr;
    return copy;
  }

  /**
   * With attempts that overlap ("happy eyeballs", RFC 8305): the next address is tried once this
   * much time has passed since the last attempt began, or when that one has failed. The first that
   * succeeds wins. The RFC recommends 250 ms.
   *
   * @param happyEyeballsDelay null (default): an address is tried when the one before it has failed
   * @throws IllegalArgumentException it is negative
   */
  public ConnectionOptions withHappyEyeballsDelay(Duration happyEyeballsDelay) {
    ConnectionOptions copy = new ConnectionOptions(this);
    copy.happyEyeballsDelay =
        happyEyeballsDelay == null
            ? null
            : Arguments.notNegative("happyEyeballsDelay", happyEyeballsDelay);
    return copy;
  }

  /**
   * With the host's addresses reordered so that families alternate, after this many of the first
   * one's: the "First Address Family Count" of RFC 8305. 0: in {@code getaddrinfo}'s order. By
   * default 0, and 1 with {@link #withHappyEyeballsDelay}.
   *
   * @throws IllegalArgumentException it is negative
   */
  public ConnectionOptions withInterleave(int interleave) {
    if (interleave < 0) {
      throw new IllegalArgumentException("interleave: " + interleave + " is negative");
    }
    ConnectionOptions copy = new ConnectionOptions(this);
    copy.interleave = interleave;
    return copy;
  }

  /**
   * With an {@link dev.ouro.loop.ExceptionGroup} of all that was tried as the answer when nothing
   * accepts, even if that is one exception; by default with a single exception.
   */
  public ConnectionOptions withAllErrors(boolean allErrors) {
    ConnectionOptions copy = new ConnectionOptions(this);
    copy.allErrors = allErrors;
    return copy;
  }

  @Override
  ConnectionOptions withTls(TlsArguments changed) {
    return new ConnectionOptions(this, changed);
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

  /** What to bind this end to, possibly unresolved, or null. */
  public InetSocketAddress localAddr() {
    return localAddr;
  }

  /** How long an attempt is waited for before the next one begins; null: until it has failed. */
  public Duration happyEyeballsDelay() {
    return happyEyeballsDelay;
  }

  /** After how many addresses of the first family the families alternate; 0: no reordering. */
  public int interleave() {
    if (interleave != null) {
      return interleave;
    }
    return happyEyeballsDelay == null ? 0 : 1;
  }

  /** Whether a failure is told as a group of all. */
  public boolean allErrors() {
    return allErrors;
  }

  /** Refuses what contradicts itself. */
  void check() {
    boolean byName = host != null || port != null;
    if (byName && sock != null) {
      throw new IllegalArgumentException(
          "host/port and sock can not be specified at the same time");
    }
    if (!byName && sock == null) {
      throw new IllegalArgumentException("host and port was not specified and no sock specified");
    }
    if (sock != null) {
      checkForSock();
    }
  }

  /** Refuses what only makes sense for a host. */
  private void checkForSock() {
    Arguments.stream(sock);
    Arguments.notWithSock("family", family != SocketConstants.AF_UNSPEC);
    Arguments.notWithSock("proto", proto != 0);
    Arguments.notWithSock("flags", flags != 0);
    Arguments.notWithSock("localAddr", localAddr != null);
    Arguments.notWithSock("happyEyeballsDelay", happyEyeballsDelay != null);
    Arguments.notWithSock("interleave", interleave != null);
  }
}
