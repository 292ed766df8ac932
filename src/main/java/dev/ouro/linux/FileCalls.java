// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

/**
 * The calls that move the bytes of pipes, terminals and devices, on raw numbers: nothing is
 * allocated, and the answer is a result ≥ 0 or −errno. EINTR is retried. From any thread.
 */
public final class FileCalls {
  private FileCalls() {}

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
