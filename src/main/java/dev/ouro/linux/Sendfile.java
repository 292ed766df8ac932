// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

/** {@code sendfile(2)}: from a file to a socket inside the kernel. */
public final class Sendfile {
  /** The most bytes that one call moves, whatever it is asked for. */
  public static final long MAX_COUNT_BYTES = 0x7ffff000L;

  private Sendfile() {}

  /**
   * Sends up to {@code countBytes} bytes of {@code in}, from {@code offset} on, to {@code out}.
   * Neither file's position moves. EINTR is retried.
   *
   * @param offset where eight bytes hold the position to read from; the kernel moves it by what it
   *     sent
   * @return how many bytes were sent, 0 at the file's end; or −errno: EAGAIN when {@code out} is
   *     full, EINVAL when {@code in} is a file that cannot be sent so
   */
  public static long sendfile(int out, int in, long offset, long countBytes) {
    long count = Math.min(countBytes, MAX_COUNT_BYTES);
    return Syscall.retrying(Nr.SENDFILE, out, in, offset, count, 0, 0);
  }
}
