// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.NativeMemory;
import dev.ouro.linux.Nr;
import dev.ouro.linux.SockAddr;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import dev.ouro.linux.Syscall;
import dev.ouro.linux.UnixAddress;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/** A path that fills {@code sun_path}, as peers may have that are not Ouro's. */
public final class LongestUnixPath {
  private LongestUnixPath() {}

  /** Binds {@code socket} to such a path in {@code folder}: the path. */
  public static byte[] bind(Socket socket, Path folder) throws LinuxException {
    String start = folder.resolve("p").toString();
    byte[] path =
        (start + "p".repeat(UnixAddress.MAX_LENGTH_BYTES - start.getBytes(UTF_8).length))
            .getBytes(UTF_8);
    try (Arena arena = Arena.ofConfined()) {
      long address = arena.allocate(SockAddr.SIZE_BYTES).address();
      NativeMemory.putShort(address, (short) SocketConstants.AF_UNIX);
      NativeMemory.copyFrom(path, 0, address + 2, path.length);
      LinuxException.check(
          "bind", Syscall.call(Nr.BIND, socket.fd().number(), address, 2L + path.length));
    }
    return path;
  }
}
