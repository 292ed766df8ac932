// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.MessageArray;
import dev.ouro.linux.UdpSegments;
import dev.ouro.memory.ByteCursor;
import dev.ouro.memory.ByteQueue;
import dev.ouro.memory.ChunkPool;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Datagrams that wait to be sent: their bytes one behind the other, lengths and addresses in rings
 * that grow.
 */
final class DatagramQueue {
  /** What a datagram counts beyond its bytes, asyncio's constant. */
  private static final int HEADER_BYTES = 8;

  private static final int INITIAL_SLOTS = 16;

  /** What fits into one IPv4 packet: the longest that may be cut into segments. */
  private static final int MAX_SEGMENTED_BYTES = 65_507;

  private final ByteQueue bytes;
  private final ByteCursor cursor = new ByteCursor();
  private int[] lengths = new int[INITIAL_SLOTS];
  private SocketAddress[] addresses = new SocketAddress[INITIAL_SLOTS];
  private int head;
  private int count;

  DatagramQueue(ChunkPool chunks) {
    bytes = new ByteQueue(chunks);
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** How many datagrams there are. */
  int count() {
    return count;
  }

  /** What they count against the limits. */
  long sizeBytes() {
    return bytes.sizeBytes() + (long) count * HEADER_BYTES;
  }

  /** Appends all that remains in {@code data} as one; {@code addressOrNull}: where to. */
  void append(ByteBuffer data, SocketAddress addressOrNull) {
    if (count == lengths.length) {
      grow();
    }
    int slot = slot(count);
    lengths[slot] = data.remaining();
    addresses[slot] = addressOrNull;
    bytes.append(data);
    count++;
  }

  private int slot(int i) {
    return (head + i) & (lengths.length - 1);
  }

  private void grow() {
    int[] moreLengths = new int[2 * count];
    SocketAddress[] moreAddresses = new SocketAddress[2 * count];
    for (int i = 0; i < count; i++) {
      moreLengths[i] = lengths[slot(i)];
      moreAddresses[i] = addresses[slot(i)];
    }
    lengths = moreLengths;
    addresses = moreAddresses;
    head = 0;
  }

  /**
   * Describes the first datagrams as messages, as many as {@code memory} has room for.
   *
   * @param gso whether several may travel as one message
   * @return how many messages that makes; 0: the first datagram is in more pieces than there are
   *     {@code iovec}s
   */
  int fill(DatagramMemory memory, boolean gso) {
    MessageArray messages = memory.messages();
    cursor.rewind(bytes);
    memory.datagrams(0, 1);
    int message = 0;
    int iovec = 0;
    for (int i = 0; i < count && message < messages.messages(); message++) {
      int run = gso ? run(i) : 1;
      int pieces = fillPieces(messages, iovec, length(i, run));
      if (pieces < 0) {
        break;
      }
      SocketAddress address = addresses[slot(i)];
      int nameLength =
          address == null ? 0 : memory.addresses().write(address, messages.name(message));
      messages.toSend(message, nameLength, iovec, pieces, run > 1 ? lengths[slot(i)] : 0);
      memory.datagrams(message, run);
      iovec += pieces;
      i += run;
    }
    return message;
  }

  /** So many {@code iovec}s from {@code first} on hold the next bytes; −1: there are too few. */
  private int fillPieces(MessageArray messages, int first, int length) {
    int iovec = first;
    int left = length;
    while (left > 0) {
      if (iovec == messages.iovecs()) {
        return -1;
      }
      int piece = Math.min(left, cursor.length());
      messages.iovec(iovec++, cursor.address(), piece);
      cursor.skip(piece);
      left -= piece;
    }
    return iovec - first;
  }

  private int length(int first, int run) {
    int length = 0;
    for (int i = first; i < first + run; i++) {
      length += lengths[slot(i)];
    }
    return length;
  }

  /** So many datagrams from {@code first} on may travel as one: of one size, the last shorter. */
  @SuppressWarnings("ReferenceEquality") // an equal address merely travels apart
  private int run(int first) {
    int size = lengths[slot(first)];
    if (size == 0) {
      return 1;
    }
    int most = Math.min(UdpSegments.MAX_COUNT, MAX_SEGMENTED_BYTES / size);
    int run = 1;
    while (run < most && first + run < count) {
      int next = slot(first + run);
      if (lengths[next] > size || lengths[next] == 0 || addresses[next] != addresses[slot(first)]) {
        break;
      }
      run++;
      if (lengths[next] < size) {
        break;
      }
    }
    return run;
  }

  /** Removes the first {@code datagrams}. */
  void remove(int datagrams) {
    int left = length(0, datagrams);
    while (left > 0) {
      int piece = Math.min(left, bytes.headLength());
      bytes.consume(piece);
      left -= piece;
    }
    for (int i = 0; i < datagrams; i++) {
      addresses[slot(i)] = null;
    }
    head = slot(datagrams);
    count -= datagrams;
  }

  /** Removes everything. */
  void clear() {
    bytes.clear();
    Arrays.fill(addresses, null);
    count = 0;
  }
}
