// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import dev.ouro.linux.NativeMemory;

/**
 * The completion queue's indices and entries.
 *
 * <p>The kernel fills entries up to its tail; {@code head} counts those that were read. {@link
 * #publish} gives the read ones back to the kernel. Both are unsigned and wrap. One thread only.
 */
final class CompletionQueue {
  /** Fillers, and those that take two places: only in a queue of mixed entries. */
  private static final int MIXED = CqeFlag.IORING_CQE_F_SKIP | CqeFlag.IORING_CQE_F_32;

  private final long headAddress;
  private final long tailAddress;
  private final long overflowAddress;
  private final long flagsAddress;
  private final long cqesAddress;
  private final int entries;
  private final int mask;
  private final int shift;
  private final int secondPlace;

  private int head;
  private int published;
  private boolean abandoned;

  /** Over a mapped queue of {@code entries}, a power of two. */
  CompletionQueue(
      long headAddress,
      long tailAddress,
      long overflowAddress,
      long flagsAddress,
      long cqesAddress,
      int entries,
      int entrySizeBytes) {
    this.headAddress = headAddress;
    this.tailAddress = tailAddress;
    this.overflowAddress = overflowAddress;
    this.flagsAddress = flagsAddress;
    this.cqesAddress = cqesAddress;
    this.entries = entries;
    this.mask = entries - 1;
    this.shift = Integer.numberOfTrailingZeros(entrySizeBytes);
    this.secondPlace = entrySizeBytes == Layout.CQE_SIZE ? 1 : 0;
    this.head = NativeMemory.getInt(headAddress);
    this.published = head;
  }

  /** How many entries can be read. */
  int ready() {
    // Pairs with the kernel's release of the tail: the entries before it are filled.
    return NativeMemory.getIntAcquire(tailAddress) - head;
  }

  long address(int index) {
    return cqesAddress + ((long) ((head + index) & mask) << shift);
  }

  void advance(int count) {
    head += count;
  }

  /** The entries' memory goes; what was not read is somewhere else now, or nowhere. */
  void abandon() {
    abandoned = true;
  }

  /** Gives the entries that were read back to the kernel. */
  void publish() {
    if (published != head && !abandoned) {
      published = head;
      // Pairs with the kernel's acquire of the head: the entries before it may be overwritten.
      NativeMemory.putIntRelease(headAddress, head);
    }
  }

  /**
   * Hands over at most {@code max} entries. Each counts as read before the handler sees it, so that
   * a handler that throws, or that reads on by itself, sees none twice. One that closes or resizes
   * the ring has read the last one here.
   */
  int drain(CompletionHandler handler, int max) {
    int end = head + Math.min(ready(), max);
    int count = 0;
    try {
      while (end - head > 0 && !abandoned) {
        long cqe = NativeMemory.address(address(0));
        head++;
        long userData = NativeMemory.getLong(cqe);
        long word = NativeMemory.getLong(cqe + Layout.CQE_RESULT);
        int flags = (int) (word >>> 32);
        if ((flags & MIXED) != 0) {
          if ((flags & CqeFlag.IORING_CQE_F_SKIP) != 0) {
            continue;
          }
          head += secondPlace;
        }
        count++;
        handler.completed(userData, (int) word, flags);
      }
    } finally {
      publish();
    }
    return count;
  }

  /** Tells the kernel whether to leave the registered eventfd alone. */
  void disableEventFd(boolean disabled) {
    int flags = NativeMemory.getInt(flagsAddress);
    int disable = Enter.IORING_CQ_EVENTFD_DISABLED;
    NativeMemory.putIntRelease(flagsAddress, disabled ? flags | disable : flags & ~disable);
  }

  int entries() {
    return entries;
  }

  /** How many completions were lost; stays 0 where the kernel has IORING_FEAT_NODROP. */
  int overflow() {
    return NativeMemory.getIntAcquire(overflowAddress);
  }
}
