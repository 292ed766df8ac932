// SPDX-License-Identifier: Apache-2.0
package dev.ouro.sync;

import dev.ouro.loop.Future;
import java.util.ArrayDeque;

/**
 * What tasks pass on to each other, first in, first out: asyncio's {@code Queue}. Who waits first
 * is served first.
 *
 * <p>Threads: tasks of one loop; {@link #putNowait} and {@link #getNowait} also callbacks.
 *
 * @param <T> what is passed on
 */
public class Queue<T> extends LoopBound {
  private final int maxsize;
  private final ArrayDeque<Future<Void>> getters = new ArrayDeque<>();
  private final ArrayDeque<Future<Void>> putters = new ArrayDeque<>();
  private final java.util.Queue<T> items;
  private final Event finished = new Event();
  private int unfinished;
  private boolean shutDown;

  /** Without a limit. */
  public Queue() {
    this(0);
  }

  /** For {@code maxsize} items; without a limit for zero or less. */
  public Queue(int maxsize) {
    this(maxsize, new ArrayDeque<>());
  }

  Queue(int maxsize, java.util.Queue<T> items) {
    this.maxsize = maxsize;
    this.items = items;
    finished.set();
  }

  /** How many items may be in it; zero or less: any number. */
  public final int maxsize() {
    return maxsize;
  }

  /** How many items are in it. */
  public final int qsize() {
    return items.size();
  }

  /** Whether nothing is in it. */
  public final boolean empty() {
    return items.isEmpty();
  }

  /** Whether there is no room. */
  public final boolean full() {
    return maxsize > 0 && qsize() >= maxsize;
  }

  /**
   * Puts {@code item} in; suspends the calling task until there is room.
   *
   * @param item not null
   * @throws QueueShutDownException it was shut down
   */
  public final void put(T item) {
    enter();
    while (full()) {
      if (shutDown) {
        throw new QueueShutDownException();
      }
      waitIn(putters, () -> !full());
    }
    putNowait(item);
  }

  /**
   * Puts {@code item} in.
   *
   * @param item not null
   * @throws QueueFullException there is no room
   * @throws QueueShutDownException it was shut down
   */
  public final void putNowait(T item) {
    enter();
    java.util.Objects.requireNonNull(item, "item");
    if (shutDown) {
      throw new QueueShutDownException();
    }
    if (full()) {
      throw new QueueFullException();
    }
    items.add(item);
    unfinished++;
    finished.clear();
    wakeNext(getters);
  }

  /**
   * Takes an item out; suspends the calling task until there is one.
   *
   * @throws QueueShutDownException it was shut down, and is empty
   */
  public final T get() {
    enter();
    while (empty()) {
      if (shutDown) {
        throw new QueueShutDownException();
      }
      waitIn(getters, () -> !empty());
    }
    return getNowait();
  }

  /**
   * Takes an item out.
   *
   * @throws QueueEmptyException there is none
   * @throws QueueShutDownException there is none, and it was shut down
   */
  public final T getNowait() {
    enter();
    if (empty()) {
      throw shutDown ? new QueueShutDownException() : new QueueEmptyException();
    }
    T item = items.remove();
    wakeNext(putters);
    return item;
  }

  /**
   * Says that what was done with an item is done: {@link #join} waits for that.
   *
   * @throws IllegalArgumentException called more often than items were put in
   */
  public final void taskDone() {
    enter();
    if (unfinished <= 0) {
      throw new IllegalArgumentException("task_done() called too many times");
    }
    unfinished--;
    if (unfinished == 0) {
      finished.set();
    }
  }

  /** Suspends the calling task until {@link #taskDone} was called for every item. */
  public final void join() {
    enter();
    if (unfinished > 0) {
      finished.await();
    }
  }

  /** {@link #shutdown(boolean)} that leaves the items in it. */
  public final void shutdown() {
    shutdown(false);
  }

  /**
   * Takes nothing in any more; once it is empty, or at once, those that wait get {@link
   * QueueShutDownException}.
   *
   * @param immediate whether to drop what is in it, as if {@link #taskDone} had been called for it
   */
  public final void shutdown(boolean immediate) {
    enter();
    shutDown = true;
    if (immediate) {
      while (!empty()) {
        items.remove();
        if (unfinished > 0) {
          unfinished--;
        }
      }
      if (unfinished == 0) {
        finished.set();
      }
    }
    wakeAll(getters);
    wakeAll(putters);
  }

  private void waitIn(ArrayDeque<Future<Void>> line, java.util.function.BooleanSupplier goesOn) {
    Future<Void> waiter = newWaiter();
    line.add(waiter);
    try {
      waiter.await();
    } catch (RuntimeException | Error thrown) {
      boolean served = waiter.done() && !waiter.cancelled();
      waiter.cancel();
      line.remove(waiter);
      if (served && goesOn.getAsBoolean()) {
        wakeNext(line); // it was this one's turn, which another shall have
      }
      throw thrown;
    }
  }

  private static void wakeNext(ArrayDeque<Future<Void>> line) {
    for (Future<Void> waiter = line.poll(); waiter != null; waiter = line.poll()) {
      if (!waiter.done()) {
        waiter.setResult(null);
        return;
      }
    }
  }

  private static void wakeAll(ArrayDeque<Future<Void>> line) {
    while (!line.isEmpty()) {
      wakeNext(line);
    }
  }

  @Override
  public String toString() {
    return "<"
        + getClass().getSimpleName()
        + " maxsize="
        + maxsize
        + (empty() ? "" : " queue=" + items)
        + (getters.isEmpty() ? "" : " getters[" + getters.size() + "]")
        + (putters.isEmpty() ? "" : " putters[" + putters.size() + "]")
        + (unfinished == 0 ? "" : " tasks=" + unfinished)
        + (shutDown ? " shutdown" : "")
        + ">";
  }
}
