// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.Arrays;

/** What is to be flushed before the next poll, in order: a ring that grows. */
final class FlushList {
  private Flushable[] entries = new Flushable[16];
  private int head;
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  void add(Flushable flushable) {
    if (size == entries.length) {
      Flushable[] more = new Flushable[2 * size];
      System.arraycopy(entries, head, more, 0, size - head);
      System.arraycopy(entries, 0, more, size - head, head);
      entries = more;
      head = 0;
    }
    entries[(head + size++) & (entries.length - 1)] = flushable;
  }

  Flushable takeFirst() {
    Flushable first = entries[head];
    entries[head] = null;
    head = (head + 1) & (entries.length - 1);
    size--;
    return first;
  }

  void clear() {
    Arrays.fill(entries, null);
    head = 0;
    size = 0;
  }
}
