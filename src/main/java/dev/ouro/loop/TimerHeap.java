// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.Arrays;

/**
 * The timers of a loop: a binary heap by time, then by order of being scheduled.
 *
 * <p>A cancelled timer stays until it comes to the head, or until more than half of more than a
 * hundred timers are cancelled: then all of these are taken out at once, as asyncio does.
 */
final class TimerHeap {
  private static final int COMPACT_FROM = 100;

  private TimerHandle[] heap = new TimerHandle[16];
  private int size;
  private int cancelled;
  private long sequence;

  int size() {
    return size;
  }

  void add(TimerHandle timer) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, 2 * size);
    }
    timer.sequence = sequence++;
    timer.heap = this;
    siftUp(size++, timer);
  }

  /** A timer of this heap was cancelled. */
  void cancelled() {
    cancelled++;
  }

  /** Drops cancelled timers: those at the head, or all when they are the most. */
  void prune() {
    if (cancelled == 0) {
      return;
    }
    if (size > COMPACT_FROM && 2 * cancelled > size) {
      compact();
    } else {
      while (size > 0 && heap[0].cancelled()) {
        removeHead();
        cancelled--;
      }
    }
  }

  /** The time of the first timer; {@link Long#MAX_VALUE} when there is none. */
  long nextNanos() {
    return size == 0 ? Long.MAX_VALUE : heap[0].when();
  }

  /** Takes out the first timer if its time is not after {@code nowNanos}, or returns null. */
  TimerHandle pollDue(long nowNanos) {
    if (size == 0 || heap[0].when() > nowNanos || heap[0].when() == Long.MAX_VALUE) {
      return null;
    }
    TimerHandle timer = removeHead();
    if (timer.cancelled()) {
      cancelled--;
    }
    return timer;
  }

  void clear() {
    for (int i = 0; i < size; i++) {
      heap[i].heap = null;
    }
    heap = new TimerHandle[16];
    size = 0;
    cancelled = 0;
  }

  private void compact() {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      TimerHandle timer = heap[i];
      if (timer.cancelled()) {
        timer.heap = null;
      } else {
        heap[kept++] = timer;
      }
    }
    Arrays.fill(heap, kept, size, null);
    size = kept;
    cancelled = 0;
    for (int i = size / 2 - 1; i >= 0; i--) {
      siftDown(i, heap[i]);
    }
  }

  private TimerHandle removeHead() {
    TimerHandle head = heap[0];
    TimerHandle last = heap[--size];
    heap[size] = null;
    if (size > 0) {
      siftDown(0, last);
    }
    head.heap = null;
    return head;
  }

  private void siftUp(int hole, TimerHandle timer) {
    int at = hole;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (!before(timer, heap[parent])) {
        break;
      }
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = timer;
  }

  private void siftDown(int hole, TimerHandle timer) {
    int at = hole;
    int half = size >>> 1;
    while (at < half) {
      int child = 2 * at + 1;
      if (child + 1 < size && before(heap[child + 1], heap[child])) {
        child++;
      }
      if (!before(heap[child], timer)) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = timer;
  }

  private static boolean before(TimerHandle a, TimerHandle b) {
    return a.when() != b.when() ? a.when() < b.when() : a.sequence < b.sequence;
  }
}
