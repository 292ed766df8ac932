// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Socket;
import dev.ouro.linux.UnixAddress;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Where to connect by a Unix socket: the keyword arguments of asyncio's {@code
 * create_unix_connection}. Immutable: every {@code with…} answers a changed copy.
 */
public final class UnixConnectionOptions extends ClientTlsOptions<UnixConnectionOptions> {
  private UnixAddress path;
  private Socket sock;

  private UnixConnectionOptions() {
    super(null);
  }

  private UnixConnectionOptions(UnixConnectionOptions other) {
    this(other, other.tls);
  }

  private UnixConnectionOptions(UnixConnectionOptions other, TlsArguments tls) {
    super(tls);
    path = other.path;
    sock = other.sock;
  }

  /**
   * Connects to {@code path}; with a leading NUL, to an abstract name.
   *
   * @throws IllegalArgumentException as {@link UnixAddress#of(byte[])}
   */
  public static UnixConnectionOptions of(String path) {
    return new UnixConnectionOptions()
        .withPath(UnixAddress.of(Objects.requireNonNull(path, "path")));
  }

  /** {@link #of(String)} for a path of the file system. */
  public static UnixConnectionOptions of(Path path) {
    return new UnixConnectionOptions()
        .withPath(UnixAddress.of(Objects.requireNonNull(path, "path")));
  }

  /** {@link #of(String)} for a path that is any bytes. */
  public static UnixConnectionOptions of(byte[] path) {
    return new UnixConnectionOptions()
        .withPath(UnixAddress.of(Objects.requireNonNull(path, "path")));
  }

  /** Makes a transport of a Unix stream socket that is connected already. */
  public static UnixConnectionOptions of(Socket sock) {
    return new UnixConnectionOptions().withSock(Objects.requireNonNull(sock, "sock"));
  }

  /** With this address; null: none. */
  public UnixConnectionOptions withPath(UnixAddress path) {
    UnixConnectionOptions copy = new UnixConnectionOptions(this);
    copy.path = path;
    return copy;
  }

  /** With a socket that is connected already, instead of a path. The transport owns it then. */
  public UnixConnectionOptions withSock(Socket sock) {
    UnixConnectionOptions copy = new UnixConnectionOptions(this);
    copy.sock = sock;
    return copy;
  }

  @Override
  UnixConnectionOptions withTls(TlsArguments changed) {
    return new UnixConnectionOptions(this, changed);
  }

  /** The server's address, or null. */
  public UnixAddress path() {
    return path;
  }

  /** The socket that is connected already, or null. */
  public Socket sock() {
    return sock;
  }

  /** Refuses what contradicts itself. */
  void check() {
    if (path != null && sock != null) {
      throw new IllegalArgumentException("path and sock can not be specified at the same time");
    }
    if (path == null && sock == null) {
      throw new IllegalArgumentException("no path and sock were specified");
    }
    if (sock != null) {
      Arguments.unixStream(sock);
    }
  }
}
