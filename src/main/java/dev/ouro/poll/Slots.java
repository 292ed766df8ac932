// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The owners of what runs in the kernel, by a token that the kernel hands back.
 *
 * <p>A token is a slot's index in the low 32 bits and its generation in the high ones. Releasing a
 * slot moves its generation on, so a token that the kernel still reports later finds nobody: never
 * the slot's next owner. One thread only.
 */
final class Slots<T> {
  private static final int INITIAL_SLOTS = 64;

  private Object[] owners = new Object[INITIAL_SLOTS];
  private int[] generations = new int[INITIAL_SLOTS];
  private int[] free = new int[INITIAL_SLOTS];
  private int freeCount;

  Slots() {
    addFree(0, INITIAL_SLOTS);
  }

  /** Gives {@code owner} a slot: its token, never negative. */
  long claim(T owner) {
    if (freeCount == 0) {
      grow();
    }
    int index = free[--freeCount];
    owners[index] = owner;
    return (long) generations[index] << Integer.SIZE | index;
  }

  /** The owner of {@code token}'s slot, or null when it has been released. */
  @SuppressWarnings("unchecked") // only claim() stores, and it takes a T
  T get(long token) {
    int index = (int) token;
    return generations[index] == (int) (token >>> Integer.SIZE) ? (T) owners[index] : null;
  }

  /** Frees the slot of {@code token}, which must be claimed. */
  void release(long token) {
    int index = (int) token;
    owners[index] = null;
    // Without the sign bit, which marks the engine's own tokens.
    generations[index] = (generations[index] + 1) & Integer.MAX_VALUE;
    free[freeCount++] = index;
  }

  /** How many slots are claimed. */
  int claimed() {
    return owners.length - freeCount;
  }

  /** Calls {@code action} for every owner; it may release slots. */
  @SuppressWarnings("unchecked") // as in get()
  void forEach(Consumer<? super T> action) {
    for (Object owner : owners.clone()) {
      if (owner != null) {
        action.accept((T) owner);
      }
    }
  }

  private void grow() {
    int size = owners.length;
    owners = Arrays.copyOf(owners, size * 2);
    generations = Arrays.copyOf(generations, size * 2);
    free = Arrays.copyOf(free, size * 2);
    addFree(size, size * 2);
  }

  private void addFree(int from, int to) {
    // The lowest last, so that it is taken first: few slots stay few cache lines.
    for (int index = to - 1; index >= from; index--) {
      free[freeCount++] = index;
    }
  }
}
