// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.net.SocketAddress;

/**
 * Addresses and their bytes, by the hash of either: open addressing with few probes, so that a look
 * is short also when the table is full. It doubles when it is half full, or has no room within the
 * probes of a new entry: two in turn would displace each other for good. At the limit, a new entry
 * takes an old one's place.
 */
final class AddressTable {
  private static final int INITIAL_SLOTS = 64;
  private static final int MAX_SLOTS = 16 * 1024;
  private static final int PROBES = 8;

  private Entry[] slots = new Entry[INITIAL_SLOTS];
  private int used;

  /** An address, and its bytes as words of eight. */
  static final class Entry {
    private final int hash;
    private final SocketAddress address;
    private final int length;
    private final long[] words;

    Entry(int hash, SocketAddress address, long from, int length) {
      this.hash = hash;
      this.address = address;
      this.length = length;
      this.words = new long[(length + 7) / 8];
      for (int i = 0; i < words.length; i++) {
        words[i] = word(from, length, i);
      }
    }

    SocketAddress address() {
      return address;
    }

    boolean hasBytes(long from, int otherLength) {
      if (length != otherLength) {
        return false;
      }
      for (int i = 0; i < words.length; i++) {
        if (words[i] != word(from, length, i)) {
          return false;
        }
      }
      return true;
    }

    /** Writes the bytes at {@code to}, and zeros up to the next multiple of eight: the length. */
    int copyBytes(long to) {
      for (int i = 0; i < words.length; i++) {
        NativeMemory.putLong(to + i * 8L, words[i]);
      }
      return length;
    }
  }

  /** Word {@code i} of {@code length} bytes; what is behind them counts as zero. */
  private static long word(long from, int length, int i) {
    long word = NativeMemory.getLong(from + i * 8L);
    int left = length - i * 8;
    return left >= 8 ? word : word & (1L << left * 8) - 1; // both machines are little-endian
  }

  static int hash(long from, int length) {
    long hash = length;
    for (int i = 0; i * 8 < length; i++) {
      hash = (hash ^ word(from, length, i)) * 0x9e3779b97f4a7c15L;
      hash ^= hash >>> 32;
    }
    return (int) hash;
  }

  Entry find(int hash, long from, int length) {
    int slot = first(hash);
    for (int probe = 0; probe < PROBES; probe++) {
      Entry entry = slots[slot + probe & slots.length - 1];
      if (entry == null) {
        return null;
      }
      if (entry.hash == hash && entry.hasBytes(from, length)) {
        return entry;
      }
    }
    return null;
  }

  Entry find(int hash, SocketAddress address) {
    int slot = first(hash);
    for (int probe = 0; probe < PROBES; probe++) {
      Entry entry = slots[slot + probe & slots.length - 1];
      if (entry == null) {
        return null;
      }
      if (entry.hash == hash && SockAddrCache.isSame(entry.address, address)) {
        return entry;
      }
    }
    return null;
  }

  void add(Entry entry) {
    if (used * 2 >= slots.length) {
      grow();
    }
    while (!place(entry)) {
      if (!grow()) {
        slots[first(entry.hash)] = entry;
        return;
      }
    }
  }

  private boolean place(Entry entry) {
    int slot = first(entry.hash);
    for (int probe = 0; probe < PROBES; probe++) {
      int at = slot + probe & slots.length - 1;
      if (slots[at] == null) {
        slots[at] = entry;
        used++;
        return true;
      }
    }
    return false;
  }

  /** Twice as many slots; false: there are as many as may be. */
  private boolean grow() {
    if (slots.length == MAX_SLOTS) {
      return false;
    }
    Entry[] old = slots;
    slots = new Entry[old.length * 2];
    used = 0;
    for (Entry entry : old) {
      if (entry != null) {
        add(entry);
      }
    }
    return true;
  }

  private int first(int hash) {
    // An address's own hash has its differences in the high bits, or the low ones.
    return (hash * 0x9e3779b9 >>> 16) & slots.length - 1;
  }
}
