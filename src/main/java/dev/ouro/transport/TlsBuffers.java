// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The buffers that a loop's TLS connections share: one has a buffer only while it is at work, or
 * while a record has arrived in part.
 *
 * <p>On the heap: the JDK's ciphers work on arrays. Into a direct buffer AES-GCM took 25 µs for 64
 * KiB and allocated 11 KB, into an array and from there to native memory 12 µs and 6 KB; the other
 * way 27 and 19 µs.
 */
final class TlsBuffers {
  /** Room for what a write of 64 KiB becomes: the JDK makes five records of it. */
  private static final int WIDE_BYTES = 84 * 1024;

  /** The largest record of TLS 1.2: header, 16 KiB, and as much more as a cipher may add. */
  private static final int RECORD_BYTES = 5 + 16 * 1024 + 2 * 1024;

  private static final int WIDE_KEPT = 8;
  private static final int RECORDS_KEPT = 64;

  private final Deque<ByteBuffer> wide = new ArrayDeque<>();
  private final Deque<ByteBuffer> records = new ArrayDeque<>();
  private ByteBuffer staged;

  /** A buffer for some records, empty. */
  ByteBuffer takeWide() {
    ByteBuffer kept = wide.pollFirst();
    return kept == null ? ByteBuffer.allocate(WIDE_BYTES) : kept.clear();
  }

  /** Takes a buffer of {@link #takeWide} back. */
  void giveWide(ByteBuffer buffer) {
    if (buffer.capacity() == WIDE_BYTES && wide.size() < WIDE_KEPT) {
      wide.addFirst(buffer);
    }
  }

  /** A buffer for one record, empty. */
  ByteBuffer takeRecord() {
    ByteBuffer kept = records.pollFirst();
    return kept == null ? ByteBuffer.allocate(RECORD_BYTES) : kept.clear();
  }

  /** Takes a buffer of {@link #takeRecord} back. */
  void giveRecord(ByteBuffer buffer) {
    if (buffer.capacity() == RECORD_BYTES && records.size() < RECORDS_KEPT) {
      records.addFirst(buffer);
    }
  }

  /** A copy in native memory of what remains in {@code data}, valid until the next one. */
  ByteBuffer stage(ByteBuffer data) {
    if (staged == null || staged.capacity() < data.remaining()) {
      staged = ByteBuffer.allocateDirect(Math.max(WIDE_BYTES, data.remaining()));
    }
    return staged.clear().put(data).flip();
  }
}
