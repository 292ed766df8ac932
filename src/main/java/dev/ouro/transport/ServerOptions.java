// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.AddressInfo;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import java.util.List;
import java.util.Objects;

/**
 * Where and how a TCP server listens: the keyword arguments of asyncio's {@code create_server}.
 *
 * <p>Immutable: every {@code with…} answers a changed copy. Combinations that contradict each other
 * are told by {@code createServer}.
 */
public final class ServerOptions extends TlsOptions<ServerOptions> {
  private static final ServerOptions DEFAULT = new ServerOptions();

  private List<String> hosts;
  private Integer port;
  private int family = SocketConstants.AF_UNSPEC;
  private int flags = AddressInfo.AI_PASSIVE;
  private Socket sock;
  private int backlog = 100;
  private boolean reuseAddress = true;
  private boolean reusePort;
  private boolean keepAlive;
  private boolean startServing = true;

  private ServerOptions() {
    super(null);
  }

  private ServerOptions(ServerOptions other) {
    this(other, other.tls);
  }

  private ServerOptions(ServerOptions other, TlsArguments tls) {
    super(tls);
    hosts = other.hosts;
    port = other.port;
    family = other.family;
    flags = other.flags;
    sock = other.sock;
    backlog = other.backlog;
    reuseAddress = other.reuseAddress;
    reusePort = other.reusePort;
    keepAlive = other.keepAlive;
    startServing = other.startServing;
  }

  /** Listens on {@code host} (null or empty: on all interfaces) and {@code port} (0: any). */
  public static ServerOptions of(String host, int port) {
    return DEFAULT.withHost(host).withPort(port);
  }

  /** Listens on each of {@code hosts}, each once, and {@code port} (0: any, each its own). */
  public static ServerOptions of(List<String> hosts, int port) {
    return DEFAULT.withHosts(hosts).withPort(port);
  }

  /** Listens on a stream socket that is bound already. The server owns it then. */
  public static ServerOptions of(Socket sock) {
    return DEFAULT.withSock(Objects.requireNonNull(sock, "sock"));
  }

  /** With one host; null or empty: all interfaces. */
  public ServerOptions withHost(String host) {
    return withHosts(host == null ? null : List.of(host));
  }

  /** With these hosts; null: all interfaces. */
  public ServerOptions withHosts(List<String> hosts) {
    if (hosts != null && hosts.isEmpty()) {
      throw new IllegalArgumentException("hosts: empty; null means all interfaces");
    }
    ServerOptions copy = new ServerOptions(this);
    copy.hosts = hosts == null ? null : List.copyOf(hosts);
    return copy;
  }

  /** With this port; 0: a free one, for each interface its own. */
  public ServerOptions withPort(int port) {
    ServerOptions copy = new ServerOptions(this);
    copy.port = Arguments.port(port);
    return copy;
  }

  /** With one address family, {@code AF_INET} or {@code AF_INET6}; AF_UNSPEC (default): both. */
  public ServerOptions withFamily(int family) {
    ServerOptions copy = new ServerOptions(this);
    copy.family = Arguments.family(family);
    return copy;
  }

  /** With these flags of {@code getaddrinfo(3)}; {@code AI_PASSIVE} by default. */
  public ServerOptions withFlags(int flags) {
    ServerOptions copy = new ServerOptions(this);
    copy.flags = flags;
    return copy;
  }

  /** With a stream socket that is bound already, instead of hosts and port. */
  public ServerOptions withSock(Socket sock) {
    ServerOptions copy = new ServerOptions(this);
    copy.sock = sock;
    return copy;
  }

  /** With this many connections waiting to be accepted, {@code listen(2)}; 100 by default. */
  public ServerOptions withBacklog(int backlog) {
    ServerOptions copy = new ServerOptions(this);
    copy.backlog = Arguments.backlog(backlog);
    return copy;
  }

  /** With or without {@code SO_REUSEADDR}; with it by default. */
  public ServerOptions withReuseAddress(boolean reuseAddress) {
    ServerOptions copy = new ServerOptions(this);
    copy.reuseAddress = reuseAddress;
    return copy;
  }

  /** With or without {@code SO_REUSEPORT}; without it by default. */
  public ServerOptions withReusePort(boolean reusePort) {
    ServerOptions copy = new ServerOptions(this);
    copy.reusePort = reusePort;
    return copy;
  }

  /** With or without {@code SO_KEEPALIVE} on the connections; without it by default. */
  public ServerOptions withKeepAlive(boolean keepAlive) {
    ServerOptions copy = new ServerOptions(this);
    copy.keepAlive = keepAlive;
    return copy;
  }

  /** Accepting at once (default), or only after {@link Server#startServing}. */
  public ServerOptions withStartServing(boolean startServing) {
    ServerOptions copy = new ServerOptions(this);
    copy.startServing = startServing;
    return copy;
  }

  @Override
  ServerOptions withTls(TlsArguments changed) {
    return new ServerOptions(this, changed);
  }

  /** The hosts; null: all interfaces. */
  public List<String> hosts() {
    return hosts;
  }

  /** The port; null: none was given. */
  public Integer port() {
    return port;
  }

  /** The address family, {@code AF_*}. */
  public int family() {
    return family;
  }

  /** The flags of {@code getaddrinfo(3)}. */
  public int flags() {
    return flags;
  }

  /** The socket that is bound already, or null. */
  public Socket sock() {
    return sock;
  }

  /** How many connections may wait to be accepted. */
  public int backlog() {
    return backlog;
  }

  /** Whether to set {@code SO_REUSEADDR}. */
  public boolean reuseAddress() {
    return reuseAddress;
  }

  /** Whether to set {@code SO_REUSEPORT}. */
  public boolean reusePort() {
    return reusePort;
  }

  /** Whether to set {@code SO_KEEPALIVE}. */
  public boolean keepAlive() {
    return keepAlive;
  }

  /** Whether to accept at once. */
  public boolean startServing() {
    return startServing;
  }

  /** Refuses what contradicts itself. */
  void check() {
    boolean byName = hosts != null || port != null;
    if (byName && sock != null) {
      throw new IllegalArgumentException(
          "host/port and sock can not be specified at the same time");
    }
    if (!byName && sock == null) {
      throw new IllegalArgumentException("Neither host/port nor sock were specified");
    }
    if (sock != null) {
      Arguments.stream(sock);
    }
  }
}
