// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.Arena;
import java.util.BitSet;

/** On which processors the calling thread may run, {@code sched_setaffinity(2)}. */
public final class Affinity {
  private static final int MASK_BYTES = 1024 / Byte.SIZE;

  private Affinity() {}

  /**
   * {@code sched_getaffinity(2)} of the calling thread: the processors' numbers.
   *
   * @throws LinuxException as the call says
   */
  public static BitSet get() throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long mask = arena.allocate(MASK_BYTES, Long.BYTES).address();
      long bytes = Syscall.call(Nr.SCHED_GETAFFINITY, 0, MASK_BYTES, mask);
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
   * @throws IllegalArgumentException no processor, or one over 1,023
   */
  public static void set(BitSet processors) throws LinuxException {
    if (processors.isEmpty() || processors.length() > MASK_BYTES * Byte.SIZE) {
      throw new IllegalArgumentException("processors: none, or over 1023: " + processors);
    }
    try (Arena arena = Arena.ofConfined()) {
      long mask = arena.allocate(MASK_BYTES, Long.BYTES).address();
      byte[] bits = processors.toByteArray();
      NativeMemory.copyFrom(bits, 0, mask, bits.length);
      LinuxException.check(
          "sched_setaffinity", Syscall.call(Nr.SCHED_SETAFFINITY, 0, MASK_BYTES, mask));
    }
  }
}
