// SPDX-License-Identifier: Apache-2.0
package dev.ouro.memory;

import dev.ouro.linux.Mapping;
import dev.ouro.linux.NativeMemory;
import java.nio.ByteBuffer;

/**
 * A piece of a pool's memory, of fixed size and at a fixed address, that its user owns from {@link
 * ChunkPool#take} to {@link ChunkPool#give}.
 */
public final class Chunk {
  private final long address;
  private final int sizeBytes;
  private final ByteBuffer view;

  /** What to unmap when the pool has no use for the chunk; null when it is part of a slab. */
  final Mapping mapping;

  /** Where the pool lists a chunk that has a mapping. */
  int largeIndex;

  /** The next one in a {@link ByteQueue}, or among the pool's free ones. */
  Chunk next;

  /** In a {@link ByteQueue}: what lies between is queued. */
  int readIndex;

  int writeIndex;

  /** Whether it is somebody's, and not the pool's. */
  boolean taken;

  Chunk(long address, int sizeBytes, Mapping mapping) {
    this.address = address;
    this.sizeBytes = sizeBytes;
    this.mapping = mapping;
    this.view = NativeMemory.buffer(address, sizeBytes);
  }

  /** The first byte's address. */
  public long address() {
    return address;
  }

  /** How many bytes it has. */
  public int sizeBytes() {
    return sizeBytes;
  }

  /**
   * All of the memory, the same buffer at each call; not to be used once the chunk is given back.
   */
  public ByteBuffer view() {
    return view;
  }
}
