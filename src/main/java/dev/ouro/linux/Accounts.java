// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * The numbers of users and groups by name, {@code getpwnam_r(3)} and {@code getgrnam_r(3)}: mostly
 * from {@code /etc/passwd} and {@code /etc/group}, but the system may ask a server.
 */
public final class Accounts {
  private static final int PASSWD_SIZE = 48;
  private static final int PASSWD_UID = 16;
  private static final int GROUP_SIZE = 32;
  private static final int GROUP_GID = 16;
  private static final int FIRST_BUFFER_BYTES = 1024;

  private static final MethodHandle GETPWNAM = Syscall.function("getpwnam_r");
  private static final MethodHandle GETGRNAM = Syscall.function("getgrnam_r");

  private Accounts() {}

  /**
   * The number of user {@code name}.
   *
   * @throws IllegalArgumentException there is no such user
   * @throws LinuxException the system cannot tell: EIO, EMFILE …
   */
  public static int uid(String name) throws LinuxException {
    return number("getpwnam_r", "user", GETPWNAM, name, PASSWD_SIZE, PASSWD_UID);
  }

  /**
   * The number of group {@code name}.
   *
   * @throws IllegalArgumentException there is no such group
   * @throws LinuxException the system cannot tell: EIO, EMFILE …
   */
  public static int gid(String name) throws LinuxException {
    return number("getgrnam_r", "group", GETGRNAM, name, GROUP_SIZE, GROUP_GID);
  }

  private static int number(
      String call, String kind, MethodHandle function, String name, int size, int offset)
      throws LinuxException {
    if (name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(kind + ": embedded null byte");
    }
    try (Arena arena = Arena.ofConfined()) {
      long text = arena.allocateFrom(name, StandardCharsets.UTF_8).address();
      long entry = arena.allocate(size, Long.BYTES).address();
      long result = arena.allocate(Long.BYTES, Long.BYTES).address();
      int error = Errno.ERANGE;
      for (long length = FIRST_BUFFER_BYTES; error == Errno.ERANGE; length *= 2) {
        long buffer = arena.allocate(length, Long.BYTES).address();
        error = call(function, text, entry, buffer, length, result);
      }
      if (NativeMemory.getLong(result) != 0) {
        return NativeMemory.getInt(entry + offset);
      }
      if (error == 0 || error == Errno.ENOENT || error == Errno.ESRCH) {
        throw new IllegalArgumentException(kind + ": name not found: " + name);
      }
      throw LinuxException.of(call, error, name);
    }
  }

  private static int call(
      MethodHandle function, long name, long entry, long buffer, long length, long result) {
    try {
      return (int) (long) function.invokeExact(name, entry, buffer, length, result, 0L, 0L);
    } catch (Throwable t) {
      throw Syscall.unreachable(t);
    }
  }
}
