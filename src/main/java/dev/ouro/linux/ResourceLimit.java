// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.Arena;

/**
 * A limit of this process, {@code prlimit(2)}.
 *
 * @param soft what is in force; −1 for no limit
 * @param hard up to where an unprivileged process may raise it; −1 for no limit
 */
public record ResourceLimit(long soft, long hard) {
  /** One more than the highest descriptor. */
  public static final int RLIMIT_NOFILE = 7;

  /** Bytes that may be locked in memory: what rings and registered buffers are charged to. */
  public static final int RLIMIT_MEMLOCK = 8;

  /**
   * The limit of {@code resource}, {@code RLIMIT_*}.
   *
   * @throws LinuxException EINVAL: no such resource
   */
  public static ResourceLimit of(int resource) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long old = arena.allocate(2 * Long.BYTES, Long.BYTES).address();
      LinuxException.check("prlimit", Syscall.call(Nr.PRLIMIT64, 0, resource, 0, old));
      return new ResourceLimit(NativeMemory.getLong(old), NativeMemory.getLong(old + Long.BYTES));
    }
  }

  /**
   * Sets the limit of {@code resource} to this.
   *
   * @throws LinuxException EPERM: over the hard limit, without CAP_SYS_RESOURCE; EINVAL
   */
  public void set(int resource) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long value = arena.allocate(2 * Long.BYTES, Long.BYTES).address();
      NativeMemory.putLong(value, soft);
      NativeMemory.putLong(value + Long.BYTES, hard);
      LinuxException.check("prlimit", Syscall.call(Nr.PRLIMIT64, 0, resource, value, 0));
    }
  }
}
