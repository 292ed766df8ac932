// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import dev.ouro.poll.Completions;
import dev.ouro.poll.Ready;
import java.util.Arrays;

/**
 * What a loop runs next, in order: handles, and what its engine completed. Rings of parallel
 * arrays, so that an entry allocates nothing.
 */
final class ReadyQueue implements Completions {
  /** Each a {@link Handle} or a {@link Ready}; a power of two of them. */
  private Object[] entries = new Object[64];

  private long[] completions = new long[64];
  private long[] data = new long[64];
  private int head;
  private int size;

  int size() {
    return size;
  }

  void add(Handle handle) {
    append(handle, 0, 0);
  }

  @Override
  public void add(Ready ready, long completion, long dataOfCompletion) {
    append(ready, completion, dataOfCompletion);
  }

  /** The first entry, a {@link Handle} or a {@link Ready}. */
  Object first() {
    return entries[head];
  }

  long firstCompletion() {
    return completions[head];
  }

  long firstData() {
    return data[head];
  }

  void removeFirst() {
    entries[head] = null;
    head = indexOf(1);
    size--;
  }

  /** Whether there is something, and all of it is tasks whose awaited future is done. */
  boolean holdsOnlyWokenTasks() {
    for (int i = 0; i < size; i++) {
      int at = indexOf(i);
      if (!(entries[at] instanceof TaskThread thread && thread.isWoken(completions[at]))) {
        return false;
      }
    }
    return size > 0;
  }

  void clear() {
    for (int i = 0; i < size; i++) {
      int at = indexOf(i);
      if (entries[at] instanceof Ready dropped) {
        dropped.drop(completions[at]);
      }
    }
    Arrays.fill(entries, null);
    head = 0;
    size = 0;
  }

  /** Where the entry is that has {@code place} others before it. */
  private int indexOf(int place) {
    return (head + place) & (entries.length - 1);
  }

  private void append(Object entry, long completion, long dataOfCompletion) {
    if (size == entries.length) {
      grow();
    }
    int at = indexOf(size++);
    entries[at] = entry;
    completions[at] = completion;
    data[at] = dataOfCompletion;
  }

  private void grow() {
    int length = entries.length;
    Object[] moreEntries = new Object[2 * length];
    long[] moreCompletions = new long[2 * length];
    long[] moreData = new long[2 * length];
    int toEnd = length - head;
    System.arraycopy(entries, head, moreEntries, 0, toEnd);
    System.arraycopy(entries, 0, moreEntries, toEnd, head);
    System.arraycopy(completions, head, moreCompletions, 0, toEnd);
    System.arraycopy(completions, 0, moreCompletions, toEnd, head);
    System.arraycopy(data, head, moreData, 0, toEnd);
    System.arraycopy(data, 0, moreData, toEnd, head);
    entries = moreEntries;
    completions = moreCompletions;
    data = moreData;
    head = 0;
  }
}
