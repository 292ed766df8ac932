// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Socket;
import dev.ouro.linux.UnixAddress;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Where to connect by a Unix socket: the keyword arguments of asyncio's {@code
 * create_unix_connection}.
 *
 * @param path the server's address, or null
 * @param sock a Unix stream socket that is connected already, or null; the transport owns it then
 */
public record UnixConnectionOptions(UnixAddress path, Socket sock) {
  /**
   * Connects to {@code path}; with a leading NUL, to an abstract name.
   *
   * @throws IllegalArgumentException as {@link UnixAddress#of(byte[])}
   */
  public static UnixConnectionOptions of(String path) {
    return new UnixConnectionOptions(UnixAddress.of(Objects.requireNonNull(path, "path")), null);
  }

  /** {@link #of(String)} for a path of the file system. */
  public static UnixConnectionOptions of(Path path) {
    return new UnixConnectionOptions(UnixAddress.of(Objects.requireNonNull(path, "path")), null);
  }

  /** {@link #of(String)} for a path that is any bytes. */
  public static UnixConnectionOptions of(byte[] path) {
    return new UnixConnectionOptions(UnixAddress.of(Objects.requireNonNull(path, "path")), null);
  }

  /** Makes a transport of a Unix stream socket that is connected already. */
  public static UnixConnectionOptions of(Socket sock) {
    return new UnixConnectionOptions(null, Objects.requireNonNull(sock, "sock"));
  }
}
