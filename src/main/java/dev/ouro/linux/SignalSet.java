// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.util.Objects;

/**
 * A set of signals, {@code sigset_t}. Immutable.
 *
 * @param bits bit {@code n − 1} for signal {@code n}, as the kernel has it
 */
public record SignalSet(long bits) {
  /** No signal. */
  public static final SignalSet EMPTY = new SignalSet(0);

  /** Every signal but the two that libc keeps for its threads, {@code sigfillset(3)}. */
  public static final SignalSet ALL = new SignalSet(~(1L << 31 | 1L << 32));

  /** {@code sizeof(sigset_t)} in libc, which has room to spare. */
  static final int SIZE = 128;

  /** These signals. */
  public static SignalSet of(Signal... signals) {
    SignalSet set = EMPTY;
    for (Signal signal : Objects.requireNonNull(signals, "signals")) {
      set = set.with(signal);
    }
    return set;
  }

  /** The same and {@code signal}. */
  public SignalSet with(Signal signal) {
    return new SignalSet(bits | bit(signal));
  }

  /** The same but {@code signal}. */
  public SignalSet without(Signal signal) {
    return new SignalSet(bits & ~bit(signal));
  }

  /** Whether {@code signal} is one of them. */
  public boolean contains(Signal signal) {
    return (bits & bit(signal)) != 0;
  }

  /** Whether it has none. */
  public boolean isEmpty() {
    return bits == 0;
  }

  private static long bit(Signal signal) {
    return 1L << (signal.number() - 1);
  }

  /** Writes {@link #SIZE} bytes, as libc reads them. */
  void write(long address) {
    NativeMemory.zero(address, SIZE);
    NativeMemory.putLong(address, bits);
  }
}
