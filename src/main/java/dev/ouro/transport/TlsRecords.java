// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.memory.ByteQueue;
import dev.ouro.memory.ChunkPool;
import java.nio.ByteBuffer;

/**
 * What arrived for a TLS connection, cut into records: the engine wants each in one piece.
 *
 * <p>RFC 8446, section 5.1: a byte of type, two of version, two of length, then so many bytes. What
 * does not look like that is shown to the engine as it is, for it to refuse.
 */
final class TlsRecords {
  private static final int HEADER_BYTES = 5;
  private static final int FIRST_TYPE = 20;
  private static final int LAST_TYPE = 24;

  private final TlsBuffers buffers;
  private final ByteQueue held;
  private ByteBuffer record;
  private boolean whole;
  private int wantedBytes;

  TlsRecords(TlsBuffers buffers, ChunkPool chunks) {
    this.buffers = buffers;
    this.held = new ByteQueue(chunks);
  }

  /** How many bytes wait behind the current record. */
  long heldBytes() {
    return held.sizeBytes();
  }

  /** Keeps what remains in {@code arrived} for later. */
  void hold(ByteBuffer arrived) {
    if (arrived.hasRemaining()) {
      held.append(arrived);
    }
  }

  /**
   * Makes {@link #record} whole from what is held, then from {@code arrived}; false when that is
   * not enough.
   */
  boolean next(ByteBuffer arrived) {
    while (!whole && !held.isEmpty()) {
      ByteBuffer head = held.headView();
      int before = head.remaining();
      fill(head);
      held.consume(before - head.remaining());
    }
    if (!whole && arrived.hasRemaining()) {
      fill(arrived);
    }
    return whole;
  }

  private void fill(ByteBuffer from) {
    if (record == null) {
      record = buffers.takeRecord();
    }
    while (!whole && from.hasRemaining()) {
      int length = Math.min(missingBytes(), from.remaining());
      record.put(record.position(), from, from.position(), length);
      record.position(record.position() + length);
      from.position(from.position() + length);
      if (missingBytes() == 0) {
        record.flip();
        whole = true;
      }
    }
  }

  /** How many bytes are missing until there is more to know. */
  private int missingBytes() {
    int have = record.position();
    if (have < HEADER_BYTES) {
      return HEADER_BYTES - have;
    }
    return Math.max((isPlausible() ? lengthBytes() : wantedBytes) - have, 0);
  }

  /** Whether what has at least a header looks like a record. */
  boolean isPlausible() {
    int type = record.get(0);
    return type >= FIRST_TYPE
        && type <= LAST_TYPE
        && record.get(1) == 3
        && lengthBytes() <= record.capacity();
  }

  private int lengthBytes() {
    return HEADER_BYTES + (record.getShort(3) & 0xFFFF);
  }

  /** The whole record, to be read; what is written into it is the engine's affair. */
  ByteBuffer record() {
    return record;
  }

  /** The engine has read the record. */
  void consumed() {
    buffers.giveRecord(record);
    record = null;
    whole = false;
    wantedBytes = 0;
  }

  /** The engine takes the record for the beginning of a longer one. */
  void wantMore() {
    whole = false;
    record.position(record.limit()).limit(record.capacity());
    wantedBytes = record.position() + 1;
  }

  /** Forgets everything. */
  void discard() {
    held.clear();
    if (record != null) {
      consumed();
    }
  }
}
