// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.time.Duration;
import java.util.Objects;

/**
 * How a loop waits when nothing is ready: asleep in the kernel, or looking at its queues without a
 * system call for as long as that pays.
 *
 * <p>Being woken costs tens of microseconds, which is more than a round trip over loopback takes;
 * looking costs a processor. {@link #adaptive()} is the default. With a single processor (affinity
 * mask or control group) no strategy spins: the other side could not run meanwhile.
 */
public final class WaitStrategy {
  private static final long ADAPTIVE_SPIN_NANOS = 50_000;
  private static final WaitStrategy BLOCKING = new WaitStrategy("blocking", 0, false);
  private static final WaitStrategy SPINNING = new WaitStrategy("spinning", Long.MAX_VALUE, false);
  private static final WaitStrategy ADAPTIVE =
      new WaitStrategy("adaptive", ADAPTIVE_SPIN_NANOS, true);

  private final String name;
  private final long spinNanos;
  private final boolean adapts;

  private WaitStrategy(String name, long spinNanos, boolean adapts) {
    this.name = name;
    this.spinNanos = spinNanos;
    this.adapts = adapts;
  }

  /** {@link #adaptive(Duration)} with 50 µs. */
  public static WaitStrategy adaptive() {
    return ADAPTIVE;
  }

  /**
   * Spins for {@code spin}, then blocks; spins only while recent waits were short, so that a quiet
   * loop costs no processor time.
   *
   * @throws IllegalArgumentException {@code spin} is not positive, or longer than a second
   */
  public static WaitStrategy adaptive(Duration spin) {
    Objects.requireNonNull(spin, "spin");
    if (!spin.isPositive() || spin.compareTo(Duration.ofSeconds(1)) > 0) {
      throw new IllegalArgumentException("spin: " + spin + " is not in ]0 s, 1 s]");
    }
    return new WaitStrategy("adaptive", spin.toNanos(), true);
  }

  /** Always blocks: one system call per turn that waits. */
  public static WaitStrategy blocking() {
    return BLOCKING;
  }

  /** Never blocks: the loop keeps a processor busy. */
  public static WaitStrategy spinning() {
    return SPINNING;
  }

  /** The longest time to spin in one wait; 0: never, {@link Long#MAX_VALUE}: without limit. */
  long spinNanos() {
    return spinNanos;
  }

  /** Whether to spin only while that pays. */
  boolean adapts() {
    return adapts;
  }

  @Override
  public String toString() {
    return adapts ? name + " (" + spinNanos / 1000 + " µs)" : name;
  }
}
