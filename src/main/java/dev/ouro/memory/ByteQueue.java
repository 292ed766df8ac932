// SPDX-License-Identifier: Apache-2.0
package dev.ouro.memory;

import java.nio.ByteBuffer;

/**
 * Bytes in the order in which they came, in chunks of a pool; none while it is empty.
 *
 * <p>The bytes at the head lie at a fixed address until they are {@link #consume}d, also while more
 * are appended: the kernel may read them there meanwhile. One thread only.
 */
public final class ByteQueue {
  private final ChunkPool pool;
  private Chunk head;
  private Chunk tail;
  private long sizeBytes;

  /** An empty queue on {@code pool}. */
  public ByteQueue(ChunkPool pool) {
    this.pool = pool;
  }

  /** How many bytes are queued. */
  public long sizeBytes() {
    return sizeBytes;
  }

  /** Whether no bytes are queued. */
  public boolean isEmpty() {
    return sizeBytes == 0;
  }

  /**
   * Appends all that remains in {@code data}, whose position is then its limit.
   *
   * @throws OutOfMemoryError the kernel has no memory (ENOMEM); nothing was appended
   */
  public void append(ByteBuffer data) {
    int position = data.position();
    int limit = data.limit();
    int room = tail == null ? 0 : tail.sizeBytes() - tail.writeIndex;
    Chunk chunk = tail;
    if (limit - position > room) {
      Chunk more = take(limit - position - room);
      if (tail == null) {
        head = more;
        chunk = more;
      } else {
        tail.next = more;
      }
    }
    sizeBytes += limit - position;
    while (position < limit) {
      int length = Math.min(limit - position, chunk.sizeBytes() - chunk.writeIndex);
      chunk.view().put(chunk.writeIndex, data, position, length);
      chunk.writeIndex += length;
      position += length;
      tail = chunk;
      chunk = chunk.next;
    }
    data.position(limit);
  }

  /** Chunks for {@code wantedBytes} more bytes, or none. */
  private Chunk take(int wantedBytes) {
    // The queue outgrew a chunk: it may well outgrow another small one.
    int least = tail == null ? 0 : ChunkPool.SMALL_BYTES + 1;
    Chunk first = pool.take(Math.max(wantedBytes, least));
    Chunk last = first;
    try {
      for (int left = wantedBytes - first.sizeBytes(); left > 0; left -= last.sizeBytes()) {
        last.next = pool.take(ChunkPool.SMALL_BYTES + 1);
        last = last.next;
      }
    } catch (OutOfMemoryError e) {
      give(first);
      throw e;
    }
    return first;
  }

  private void give(Chunk first) {
    for (Chunk chunk = first; chunk != null; ) {
      Chunk next = chunk.next;
      pool.give(chunk);
      chunk = next;
    }
  }

  /** The first chunk, or null. */
  Chunk head() {
    return head;
  }

  /** Where the first queued byte is. The queue must not be empty. */
  public long headAddress() {
    return head.address() + head.readIndex;
  }

  /** How many of the queued bytes lie together at {@link #headAddress}; 0 when empty. */
  public int headLength() {
    return head == null ? 0 : head.writeIndex - head.readIndex;
  }

  /** The first {@link #headLength} queued bytes as a view that is valid until they are consumed. */
  public ByteBuffer headView() {
    return head.view().slice(head.readIndex, headLength());
  }

  /**
   * Removes the first {@code lengthBytes} bytes.
   *
   * @throws IllegalArgumentException negative, or more than {@link #headLength}
   */
  public void consume(int lengthBytes) {
    if (lengthBytes < 0 || lengthBytes > headLength()) {
      throw new IllegalArgumentException(
          "lengthBytes: " + lengthBytes + ", there are " + headLength());
    } else if (lengthBytes == 0) {
      return;
    }
    head.readIndex += lengthBytes;
    sizeBytes -= lengthBytes;
    if (head.readIndex == head.writeIndex) {
      Chunk empty = head;
      head = empty.next;
      if (head == null) {
        tail = null;
      }
      pool.give(empty);
    }
  }

  /** Removes everything, and gives the memory back: the kernel must not be using it. */
  public void clear() {
    give(head);
    head = null;
    tail = null;
    sizeBytes = 0;
  }
}
