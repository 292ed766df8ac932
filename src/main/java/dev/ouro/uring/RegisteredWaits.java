// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Mapping;
import dev.ouro.linux.NativeMemory;
import java.util.Objects;

/**
 * Waits that are described in memory which the kernel has mapped for good, {@link
 * Register#IORING_REGISTER_MEM_REGION}: it copies nothing when {@link Uring#submitAndWait(int,
 * RegisteredWaits, int)} names one.
 *
 * {@snippet :
 * Uring ring = Uring.open(UringOptions.entries(64).withStartDisabled(true));
 * RegisteredWaits waits = RegisteredWaits.register(ring, 1);
 * waits.set(0, 1_000_000, 0);
 * ring.enable();
 * ring.submitAndWait(8, waits, 0);
 * }
 *
 * <p>Owns its memory, which {@link #close} gives back; the kernel holds on to its pages until the
 * ring is closed. The ring's thread only.
 */
public final class RegisteredWaits implements AutoCloseable {
  private static final int PAGE = 4096;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final Uring ring;
  private final Mapping memory;
  private final int count;

  private RegisteredWaits(Uring ring, Mapping memory, int count) {
    this.ring = ring;
    this.memory = memory;
    this.count = count;
  }

  /**
   * Room for {@code count} waits; each, until it is {@link #set}, is one without limit.
   *
   * @param ring one that starts disabled, and is not enabled yet
   * @throws LinuxException EINVAL: the ring is enabled, or the kernel is too old; EBUSY: it has
   *     such a region; ENOMEM
   * @throws IllegalArgumentException {@code count} is not from 1 to 65536
   */
  public static RegisteredWaits register(Uring ring, int count) throws LinuxException {
    Objects.requireNonNull(ring, "ring");
    if (count <= 0 || count > 1 << 16) {
      throw new IllegalArgumentException("count: " + count);
    }
    Mapping memory = Mapping.anonymous(((long) count * Layout.REG_WAIT_SIZE + PAGE - 1) & -PAGE);
    try {
      Registration.waitRegion(ring, memory.address(), (memory.sizeBytes() + PAGE - 1) & -PAGE);
    } catch (LinuxException | RuntimeException e) {
      memory.close();
      throw e;
    }
    return new RegisteredWaits(ring, memory, count);
  }

  /**
   * Describes wait {@code index}, for every use from now on.
   *
   * @param timeoutNanos for how long, &gt; 0; negative without limit
   * @param minWaitMicros for how long it insists on as many completions as are waited for; then one
   *     is enough. 0 for the whole time
   * @throws IllegalStateException it is closed
   */
  public void set(int index, long timeoutNanos, int minWaitMicros) {
    if (timeoutNanos == 0) {
      throw new IllegalArgumentException("timeoutNanos: 0");
    } else if (minWaitMicros < 0) {
      throw new IllegalArgumentException("minWaitMicros: " + minWaitMicros);
    }
    long at = memory.address() + offset(index);
    long limit = Math.max(timeoutNanos, 0);
    NativeMemory.putLong(at, limit / NANOS_PER_SECOND);
    NativeMemory.putLong(at + Layout.TIMESPEC_NSEC, limit % NANOS_PER_SECOND);
    NativeMemory.putInt(at + Layout.REG_WAIT_MIN_WAIT_USEC, minWaitMicros);
    NativeMemory.putInt(
        at + Layout.REG_WAIT_FLAGS, timeoutNanos > 0 ? Register.IORING_REG_WAIT_TS : 0);
  }

  /** How many there are. */
  public int count() {
    return count;
  }

  long offset(int index) {
    return (long) Objects.checkIndex(index, count) * Layout.REG_WAIT_SIZE;
  }

  /** What was {@link #set} at {@code index} as time-out, negative for none; checks the ring. */
  long timeoutNanos(Uring user, int index) {
    if (user != ring) {
      throw new IllegalArgumentException("waits: of another ring");
    }
    long at = memory.address() + offset(index);
    if (NativeMemory.getInt(at + Layout.REG_WAIT_FLAGS) == 0) {
      return -1;
    }
    return NativeMemory.getLong(at) * NANOS_PER_SECOND
        + NativeMemory.getLong(at + Layout.TIMESPEC_NSEC);
  }

  int minWaitMicros(int index) {
    return NativeMemory.getInt(memory.address() + offset(index) + Layout.REG_WAIT_MIN_WAIT_USEC);
  }

  /** Gives the memory back; a second call does nothing. */
  @Override
  public void close() {
    memory.close();
  }
}
