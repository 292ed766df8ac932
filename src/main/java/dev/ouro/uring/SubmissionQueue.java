// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import dev.ouro.linux.NativeMemory;
import java.lang.invoke.VarHandle;

/**
 * The submission queue's indices: which entry is free, what the kernel may see, what it has taken.
 *
 * <p>{@code tail} counts the entries that are ready; {@link #publish} shows it to the kernel, which
 * moves its head past what it took. Both are unsigned and wrap. An entry between the kernel's head
 * and the tail is the kernel's; the one at the tail is the next to be filled. One thread only.
 */
final class SubmissionQueue {
  private final long headAddress;
  private final long tailAddress;
  private final long flagsAddress;
  private final long droppedAddress;
  private final long sqesAddress;
  private final int entries;
  private final int mask;
  private final int shift;

  private int tail;
  private int cachedHead;

  /**
   * Over a mapped queue.
   *
   * @param entries a power of two, or 0 for the queue of a closed ring, which is always full
   */
  SubmissionQueue(
      long headAddress,
      long tailAddress,
      long flagsAddress,
      long droppedAddress,
      long sqesAddress,
      int entries,
      int entrySizeBytes) {
    this.headAddress = headAddress;
    this.tailAddress = tailAddress;
    this.flagsAddress = flagsAddress;
    this.droppedAddress = droppedAddress;
    this.sqesAddress = sqesAddress;
    this.entries = entries;
    this.mask = entries - 1;
    this.shift = Integer.numberOfTrailingZeros(entrySizeBytes);
    this.tail = NativeMemory.getInt(tailAddress);
    this.cachedHead = NativeMemory.getIntAcquire(headAddress);
  }

  /** Whether the entry at the tail is free. */
  boolean hasRoom() {
    return tail - cachedHead < entries || tail - refreshHead() < entries;
  }

  private int refreshHead() {
    // Pairs with the kernel's release of the head: the entries before it may be overwritten.
    cachedHead = NativeMemory.getIntAcquire(headAddress);
    return cachedHead;
  }

  /** The address of the entry at the tail. */
  long tailEntry() {
    return sqesAddress + ((long) (tail & mask) << shift);
  }

  /** The position in the queue of the entry at {@code address}. */
  int indexOf(long address) {
    return (int) ((address - sqesAddress) >> shift);
  }

  /** The entry at the tail is filled: the next one becomes the tail. */
  void commit() {
    tail++;
  }

  /** Shows the kernel what is ready: the number of entries that it has not taken yet. */
  int publish() {
    // Pairs with the kernel's acquire of the tail: the entries before it are filled.
    NativeMemory.putIntRelease(tailAddress, tail);
    return tail - refreshHead();
  }

  /** The number of entries that are ready, and that the kernel has not taken yet. */
  int pending() {
    return tail - refreshHead();
  }

  /** Takes back what is ready; only while no kernel thread reads the queue. */
  void discard() {
    tail = refreshHead();
    NativeMemory.putIntRelease(tailAddress, tail);
  }

  int entries() {
    return entries;
  }

  /** The flags word: {@code IORING_SQ_*}. */
  int flags() {
    return NativeMemory.getIntAcquire(flagsAddress);
  }

  /**
   * The flags word, for the question whether the kernel thread of SQPOLL sleeps. The full fence
   * orders the store of the tail before it; its other side is the thread, which sets the flag and
   * then looks at the tail again.
   */
  int flagsAfterFence() {
    VarHandle.fullFence();
    return NativeMemory.getIntAcquire(flagsAddress);
  }

  /** How many entries the kernel has refused because their index was out of range. */
  int dropped() {
    return NativeMemory.getIntAcquire(droppedAddress);
  }
}
