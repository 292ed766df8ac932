// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.Arena;

/**
 * The calls that move the bytes of pipes, terminals and devices, on raw numbers: nothing is
 * allocated, and the answer is a result ≥ 0 or −errno. EINTR is retried. From any thread.
 */
public final class FileCalls {
  /** For {@link #access}: is it there? */
  public static final int F_OK = 0;

  private static final int AT_FDCWD = -100;

  private FileCalls() {}

  /**
   * {@code faccessat2(2)}: 0 if {@code path}, without a NUL, can be reached and allows {@code
   * mode}; else −errno, ENOENT, ENOTDIR, EACCES …
   */
  public static int access(byte[] path, int mode) {
    try (Arena arena = Arena.ofConfined()) {
      long name = arena.allocate(path.length + 1L).address();
      NativeMemory.copyFrom(path, 0, name, path.length);
      return (int) Syscall.call(Nr.FACCESSAT2, AT_FDCWD, name, mode, 0);
    }
  }

  /** {@code read(2)}: how many bytes arrived at {@code address}, 0 at the end. */
  public static int read(int fd, long address, long sizeBytes) {
    return (int) Syscall.retrying(Nr.READ, fd, address, sizeBytes, 0, 0, 0);
  }

  /**
   * {@code write(2)}: how many bytes the kernel took. A pipe without a reader answers {@code
   * -EPIPE}; the SIGPIPE that comes with it does nothing, for the JVM has a handler that ignores
   * it.
   */
  public static int write(int fd, long address, long sizeBytes) {
    return (int) Syscall.retrying(Nr.WRITE, fd, address, sizeBytes, 0, 0, 0);
  }
}
