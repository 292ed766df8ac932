// SPDX-License-Identifier: Apache-2.0
package dev.ouro.memory;

/**
 * Walks over the bytes of a {@link ByteQueue}, piece by piece, and leaves them there. It is valid
 * until the queue is consumed from, or cleared. One thread only.
 */
public final class ByteCursor {
  private Chunk chunk;
  private int index;

  /** A cursor that is nowhere yet. */
  public ByteCursor() {}

  /** Goes to the first byte of {@code queue}. */
  public void rewind(ByteQueue queue) {
    chunk = queue.head();
    index = chunk == null ? 0 : chunk.readIndex;
    leaveChunkAtItsEnd();
  }

  /** Where the next byte is. There must be one. */
  public long address() {
    return chunk.address() + index;
  }

  /** How many bytes lie together at {@link #address}; 0 at the end. */
  public int length() {
    return chunk == null ? 0 : chunk.writeIndex - index;
  }

  /** Moves on by {@code sizeBytes}, at most {@link #length}. */
  public void skip(int sizeBytes) {
    index += sizeBytes;
    leaveChunkAtItsEnd();
  }

  private void leaveChunkAtItsEnd() {
    while (chunk != null && index == chunk.writeIndex) {
      chunk = chunk.next;
      index = 0;
    }
  }
}
