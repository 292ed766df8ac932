// SPDX-License-Identifier: Apache-2.0
package dev.ouro.sync;

import java.util.Comparator;

/**
 * A {@link Queue} whose smallest item comes out first.
 *
 * @param <T> what is passed on
 */
public final class PriorityQueue<T> extends Queue<T> {
  /** Of items that are {@link Comparable}, without a limit. */
  public PriorityQueue() {
    this(0);
  }

  /** Of items that are {@link Comparable}, for {@code maxsize} of them; 0: without a limit. */
  public PriorityQueue(int maxsize) {
    super(maxsize, new java.util.PriorityQueue<>());
  }

  /** Ordered by {@code comparator}, without a limit. */
  public PriorityQueue(Comparator<? super T> comparator) {
    this(0, comparator);
  }

  /** Ordered by {@code comparator}, for {@code maxsize} items; 0: without a limit. */
  public PriorityQueue(int maxsize, Comparator<? super T> comparator) {
    super(maxsize, new java.util.PriorityQueue<>(comparator));
  }
}
