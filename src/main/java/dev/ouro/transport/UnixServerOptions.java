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
public final class UnixServerOptions {
  private static final UnixServerOptions DEFAULT =
      new UnixServerOptions(null, null, 100, true, true);

  private final UnixAddress path;
  private final Socket sock;
  private final int backlog;
  private final boolean cleanupSocket;
  private final boolean startServing;

  private UnixServerOptions(
      UnixAddress path, Socket sock, int backlog, boolean cleanupSocket, boolean startServing) {
    this.path = path;
    this.sock = sock;
    this.backlog = backlog;
    this.cleanupSocket = cleanupSocket;
    this.startServing = startServing;
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
    return new UnixServerOptions(path, sock, backlog, cleanupSocket, startServing);
  }

  /** With a socket that is bound already, instead of a path. */
  public UnixServerOptions withSock(Socket sock) {
    return new UnixServerOptions(path, sock, backlog, cleanupSocket, startServing);
  }

  /** With this many connections waiting to be accepted, {@code listen(2)}; 100 by default. */
  public UnixServerOptions withBacklog(int backlog) {
    int checked = Arguments.backlog(backlog);
    return new UnixServerOptions(path, sock, checked, cleanupSocket, startServing);
  }

  /** Removing the socket's file when the server closes, if it is still the same (default). */
  public UnixServerOptions withCleanupSocket(boolean cleanupSocket) {
    return new UnixServerOptions(path, sock, backlog, cleanupSocket, startServing);
  }

  /** Accepting at once (default), or only after {@link Server#startServing}. */
  public UnixServerOptions withStartServing(boolean startServing) {
    return new UnixServerOptions(path, sock, backlog, cleanupSocket, startServing);
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
}
