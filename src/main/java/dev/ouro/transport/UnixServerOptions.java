// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Socket;
import dev.ouro.linux.UnixAddress;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Where and how a Unix server listens: the keyword arguments of asyncio's {@code
 * create_unix_server}. Immutable: every {@code with…} answers a changed copy.
 */
public final class UnixServerOptions extends TlsOptions<UnixServerOptions> {
  private static final UnixServerOptions DEFAULT = new UnixServerOptions();

  private UnixAddress path;
  private Socket sock;
  private int backlog = 100;
  private boolean cleanupSocket = true;
  private boolean startServing = true;

  private UnixServerOptions() {
    super(null);
  }

  private UnixServerOptions(UnixServerOptions other) {
    this(other, other.tls);
  }

  private UnixServerOptions(UnixServerOptions other, TlsArguments tls) {
    super(tls);
    path = other.path;
    sock = other.sock;
    backlog = other.backlog;
    cleanupSocket = other.cleanupSocket;
    startServing = other.startServing;
  }

  /**
   * Listens on {@code path}; with a leading NUL, on an abstract name.
   *
   * @throws IllegalArgumentException as {@link UnixAddress#of(byte[])}
   */
  public static UnixServerOptions of(String path) {
    return DEFAULT.withPath(UnixAddress.of(Objects.requireNonNull(path, "path")));
  }

  /** {@link #of(String)} for a path of the file system. */
  public static UnixServerOptions of(Path path) {
    return DEFAULT.withPath(UnixAddress.of(Objects.requireNonNull(path, "path")));
  }

  /** {@link #of(String)} for a path that is any bytes. */
  public static UnixServerOptions of(byte[] path) {
    return DEFAULT.withPath(UnixAddress.of(Objects.requireNonNull(path, "path")));
  }

  /** Listens on a Unix stream socket that is bound already. The server owns it then. */
  public static UnixServerOptions of(Socket sock) {
    return DEFAULT.withSock(Objects.requireNonNull(sock, "sock"));
  }

  /** With this address; an unnamed one is bound to an abstract name that the kernel picks. */
  public UnixServerOptions withPath(UnixAddress path) {
    UnixServerOptions copy = new UnixServerOptions(this);
    copy.path = path;
    return copy;
  }

  /** With a socket that is bound already, instead of a path. */
  public UnixServerOptions withSock(Socket sock) {
    UnixServerOptions copy = new UnixServerOptions(this);
    copy.sock = sock;
    return copy;
  }

  /** With this many connections waiting to be accepted, {@code listen(2)}; 100 by default. */
  public UnixServerOptions withBacklog(int backlog) {
    UnixServerOptions copy = new UnixServerOptions(this);
    copy.backlog = Arguments.backlog(backlog);
    return copy;
  }

  /** Removing the socket's file when the server closes, if it is still the same (default). */
  public UnixServerOptions withCleanupSocket(boolean cleanupSocket) {
    UnixServerOptions copy = new UnixServerOptions(this);
    copy.cleanupSocket = cleanupSocket;
    return copy;
  }

  /** Accepting at once (default), or only after {@link Server#startServing}. */
  public UnixServerOptions withStartServing(boolean startServing) {
    UnixServerOptions copy = new UnixServerOptions(this);
    copy.startServing = startServing;
    return copy;
  }

  @Override
  UnixServerOptions withTls(TlsArguments changed) {
    return new UnixServerOptions(this, changed);
  }

  /** Where to listen, or null. */
  public UnixAddress path() {
    return path;
  }

  /** The socket that is bound already, or null. */
  public Socket sock() {
    return sock;
  }

  /** How many connections may wait to be accepted. */
  public int backlog() {
    return backlog;
  }

  /** Whether to remove the socket's file when the server closes. */
  public boolean cleanupSocket() {
    return cleanupSocket;
  }

  /** Whether to accept at once. */
  public boolean startServing() {
    return startServing;
  }

  /** Refuses what contradicts itself. */
  void check() {
    if (path != null && sock != null) {
      throw new IllegalArgumentException("path and sock can not be specified at the same time");
    }
    if (path == null && sock == null) {
      throw new IllegalArgumentException("path was not specified, and no sock specified");
    }
    if (sock != null) {
      Arguments.unixStream(sock);
    }
  }
}
