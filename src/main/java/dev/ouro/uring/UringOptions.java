// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import java.time.Duration;
import java.util.Objects;

/**
 * How to set up a ring.
 *
 * @param entries the submission queue's entries; rounded up to a power of two, lowered to what the
 *     kernel allows
 * @param cqEntries the completion queue's entries, at least {@code entries}; 0 for four times as
 *     many
 * @param setupFlags {@code IORING_SETUP_*} exactly, or {@link #LADDER}
 * @param startDisabled whether {@link Uring#enable} is called later, on the thread that is to own
 *     the ring
 * @param sqpoll whether a kernel thread takes the entries ({@link Setup#IORING_SETUP_SQPOLL})
 * @param sqpollIdle after what time without work that thread sleeps
 * @param sqpollCpu the CPU which that thread is bound to, or −1
 * @param attachWorkersOf the ring whose worker threads to share, or null
 * @param closeTimeout how long {@link Uring#close} waits for operations to end
 */
public record UringOptions(
    int entries,
    int cqEntries,
    int setupFlags,
    boolean startDisabled,
    boolean sqpoll,
    Duration sqpollIdle,
    int sqpollCpu,
    Uring attachWorkersOf,
    Duration closeTimeout) {
  /** For {@link #setupFlags}: the best flags that the kernel takes, found by trial. */
  public static final int LADDER = -1;

  private static final int REFUSED =
      Setup.IORING_SETUP_SQE_MIXED
          | Setup.IORING_SETUP_NO_MMAP
          | Setup.IORING_SETUP_REGISTERED_FD_ONLY
          | Setup.IORING_SETUP_SQ_REWIND;

  /**
   * Checks every component.
   *
   * @throws IllegalArgumentException for a number out of range, or setup flags that this library
   *     does not handle: submission entries of mixed size, memory of the application's own, rings
   *     without a descriptor, rewound queues
   */
  public UringOptions {
    Objects.requireNonNull(sqpollIdle, "sqpollIdle");
    Objects.requireNonNull(closeTimeout, "closeTimeout");
    require(entries > 0, "entries", entries);
    require(cqEntries == 0 || cqEntries >= entries, "cqEntries", cqEntries);
    require(sqpollCpu >= -1, "sqpollCpu", sqpollCpu);
    require(setupFlags == LADDER || (setupFlags & REFUSED) == 0, "setupFlags", setupFlags);
    if (sqpollIdle.isNegative()) {
      throw new IllegalArgumentException("sqpollIdle: " + sqpollIdle);
    }
    if (closeTimeout.isNegative()) {
      throw new IllegalArgumentException("closeTimeout: " + closeTimeout);
    }
  }

  /** {@code duration}, or as long as there is where it is longer: 292 years. */
  static long nanos(Duration duration) {
    Duration longest = Duration.ofNanos(Long.MAX_VALUE);
    return duration.compareTo(longest) < 0 ? duration.toNanos() : Long.MAX_VALUE;
  }

  private static void require(boolean holds, String name, int value) {
    if (!holds) {
      throw new IllegalArgumentException(name + ": " + value);
    }
  }

  /** {@code entries} in the submission queue, everything else as is best on this kernel. */
  public static UringOptions entries(int entries) {
    return new UringOptions(
        entries, 0, LADDER, false, false, Duration.ofSeconds(1), -1, null, Duration.ofSeconds(1));
  }

  /** With {@code cqEntries} in the completion queue. */
  public UringOptions withCqEntries(int cqEntries) {
    return new UringOptions(
        entries,
        cqEntries,
        setupFlags,
        startDisabled,
        sqpoll,
        sqpollIdle,
        sqpollCpu,
        attachWorkersOf,
        closeTimeout);
  }

  /** With exactly these {@code IORING_SETUP_*} flags: nothing is added, nothing tried. */
  public UringOptions withSetupFlags(int setupFlags) {
    return new UringOptions(
        entries,
        cqEntries,
        setupFlags,
        startDisabled,
        sqpoll,
        sqpollIdle,
        sqpollCpu,
        attachWorkersOf,
        closeTimeout);
  }

  /** Disabled until {@link Uring#enable}. */
  public UringOptions withStartDisabled(boolean startDisabled) {
    return new UringOptions(
        entries,
        cqEntries,
        setupFlags,
        startDisabled,
        sqpoll,
        sqpollIdle,
        sqpollCpu,
        attachWorkersOf,
        closeTimeout);
  }

  /**
   * With a kernel thread that takes the entries, and sleeps after {@code idle} without work.
   *
   * @param cpu the CPU it is bound to, or −1
   */
  public UringOptions withSqpoll(Duration idle, int cpu) {
    return new UringOptions(
        entries,
        cqEntries,
        setupFlags,
        startDisabled,
        true,
        idle,
        cpu,
        attachWorkersOf,
        closeTimeout);
  }

  /** Sharing the worker threads of {@code ring}. */
  public UringOptions withAttachWorkersOf(Uring ring) {
    return new UringOptions(
        entries,
        cqEntries,
        setupFlags,
        startDisabled,
        sqpoll,
        sqpollIdle,
        sqpollCpu,
        ring,
        closeTimeout);
  }

  /** Waiting at most {@code closeTimeout} for operations to end when the ring is closed. */
  public UringOptions withCloseTimeout(Duration closeTimeout) {
    return new UringOptions(
        entries,
        cqEntries,
        setupFlags,
        startDisabled,
        sqpoll,
        sqpollIdle,
        sqpollCpu,
        attachWorkersOf,
        closeTimeout);
  }
}
