// SPDX-License-Identifier: Apache-2.0
package dev.ouro.streams;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The bytes that a {@link StreamReader} has received and not yet given away. */
final class ReadBuffer {
  private static final byte[] NOTHING = {};
  private static final int SMALLEST = 1024;

  /** An idle connection keeps no more than this. */
  private static final int KEPT = 16 * 1024;

  private byte[] bytes = NOTHING;
  private int start;
  private int end;

  int size() {
    return end - start;
  }

  boolean isEmpty() {
    return start == end;
  }

  /** Adds all that remains in {@code data}. */
  void append(ByteBuffer data) {
    int length = data.remaining();
    makeRoom(length);
    data.get(bytes, end, length);
    end += length;
  }

  private void makeRoom(int length) {
    if (bytes.length - end >= length) {
      return;
    }
    int size = size();
    int needed = Math.addExact(size, length);
    byte[] target = bytes;
    if (needed > bytes.length) {
      int doubled = (int) Math.min(2L * bytes.length, Integer.MAX_VALUE - 8);
      target = new byte[Math.max(SMALLEST, Math.max(needed, doubled))];
    }
    System.arraycopy(bytes, start, target, 0, size);
    bytes = target;
    start = 0;
    end = size;
  }

  /** Takes the first {@code length} bytes out. */
  byte[] take(int length) {
    byte[] taken = Arrays.copyOfRange(bytes, start, start + length);
    drop(length);
    return taken;
  }

  /** Takes as many bytes as {@code into} has room for, or as there are. */
  int takeInto(ByteBuffer into) {
    int length = Math.min(into.remaining(), size());
    into.put(bytes, start, length);
    drop(length);
    return length;
  }

  void drop(int length) {
    start += length;
    if (start == end) {
      start = 0;
      end = 0;
      if (bytes.length > KEPT) {
        bytes = NOTHING;
      }
    }
  }

  void clear() {
    drop(size());
  }

  /** Where {@code sought} begins, from {@code offset} on; −1: nowhere. */
  int indexOf(byte[] sought, int offset) {
    byte first = sought[0];
    int last = end - sought.length;
    for (int at = start + offset; at <= last; at++) {
      if (bytes[at] == first && matches(sought, at)) {
        return at - start;
      }
    }
    return -1;
  }

  /** Whether {@code sought} is at {@code offset}. */
  boolean hasAt(byte[] sought, int offset) {
    return offset + sought.length <= size() && matches(sought, start + offset);
  }

  private boolean matches(byte[] sought, int at) {
    for (int i = 1; i < sought.length; i++) {
      if (bytes[at + i] != sought[i]) {
        return false;
      }
    }
    return bytes[at] == sought[0];
  }
}
