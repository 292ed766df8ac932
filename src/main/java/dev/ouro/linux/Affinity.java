// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.Arena;
import java.util.BitSet;

/** On which processors the calling thread may run, {@code sched_setaffinity(2)}. */
public final class Affinity {
  /** Enough for most kernels, which say EINVAL to less than they are built for. */
  private static final int MASK_BYTES = 1024 / Byte.SIZE;

  /** More than any kernel is built for. */
  private static final int MAX_MASK_BYTES = 64 * MASK_BYTES;

  private Affinity() {}

  /**
   * {@code sched_getaffinity(2)} of the calling thread: the processors' numbers.
   *
   * @throws LinuxException as the call says
   */
  public static BitSet get() throws LinuxException {
    return get(MASK_BYTES);
  }

  /** {@link #get()} with so large a mask, or what the kernel needs. */
  static BitSet get(int maskBytes) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long mask = arena.allocate(maskBytes, Long.BYTES).address();
      long bytes = Syscall.call(Nr.SCHED_GETAFFINITY, 0, maskBytes, mask);
      if (bytes == -Errno.EINVAL && maskBytes < MAX_MASK_BYTES) {
        return get(Math.max(Long.BYTES, 2 * maskBytes));
      }
      LinuxException.check("sched_getaffinity", bytes);
      byte[] bits = new byte[(int) bytes];
      NativeMemory.copyTo(mask, bits, 0, bits.length);
      return BitSet.valueOf(bits);
    }
  }

  /**
   * {@code sched_setaffinity(2)} of the calling thread.
   *
   * @throws LinuxException EINVAL: none of the processors is there
   * @throws IllegalArgumentException no processor, or one over 65,535
   */
  public static void set(BitSet processors) throws LinuxException {
    if (processors.isEmpty() || processors.length() > MAX_MASK_BYTES * Byte.SIZE) {
      throw new IllegalArgumentException("processors: none, or over 65535: " + processors);
    }
    try (Arena arena = Arena.ofConfined()) {
      byte[] bits = processors.toByteArray();
      int words = (bits.length + Long.BYTES - 1) / Long.BYTES;
      long maskBytes = (long) words * Long.BYTES; // what it leaves out is zero
      long mask = arena.allocate(maskBytes, Long.BYTES).address();
      NativeMemory.copyFrom(bits, 0, mask, bits.length);
      LinuxException.check(
          "sched_setaffinity", Syscall.call(Nr.SCHED_SETAFFINITY, 0, maskBytes, mask));
    }
  }
}
