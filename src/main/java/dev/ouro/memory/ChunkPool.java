// SPDX-License-Identifier: Apache-2.0
package dev.ouro.memory;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Mapping;
import java.util.ArrayList;
import java.util.List;

/**
 * Chunks of 4 KiB and 64 KiB, from {@code mmap(2)}.
 *
 * <p>Small chunks are cut from slabs that stay until the pool is closed; a large chunk is a mapping
 * of its own, and when a burst is over all but a few of them are unmapped. One thread only.
 */
public final class ChunkPool {
  /** The size of a small chunk: what most connections have waiting at once. */
  public static final int SMALL_BYTES = 4 * 1024;

  /** The size of a large chunk. */
  public static final int LARGE_BYTES = 64 * 1024;

  private static final int SLAB_BYTES = 64 * SMALL_BYTES;
  private static final int FREE_LARGE_CHUNKS_KEPT = 64;

  private final List<Mapping> slabs = new ArrayList<>();
  private final List<Chunk> large = new ArrayList<>();
  private Chunk freeSmall;
  private Chunk freeLarge;
  private int freeLargeCount;
  private int takenCount;
  private long takenBytes;

  /** An empty pool; it maps memory when the first chunk is taken. */
  public ChunkPool() {}

  /**
   * A chunk for {@code wantedBytes} more bytes: a small one where they fit into it, else a large
   * one. Its content is undefined.
   *
   * @throws OutOfMemoryError the kernel has no memory (ENOMEM)
   */
  public Chunk take(long wantedBytes) {
    boolean small = wantedBytes <= SMALL_BYTES;
    Chunk chunk = small ? freeSmall : freeLarge;
    if (chunk == null) {
      return taken(make(small));
    }
    if (small) {
      freeSmall = chunk.next;
    } else {
      freeLarge = chunk.next;
      freeLargeCount--;
    }
    return taken(chunk);
  }

  private Chunk taken(Chunk chunk) {
    chunk.next = null;
    chunk.readIndex = 0;
    chunk.writeIndex = 0;
    chunk.taken = true;
    takenCount++;
    takenBytes += chunk.sizeBytes();
    return chunk;
  }

  /**
   * Takes {@code chunk} back. Neither the kernel nor its user may touch its memory any more.
   *
   * @throws IllegalStateException it was given back already: two would use it
   */
  public void give(Chunk chunk) {
    if (!chunk.taken) {
      throw new IllegalStateException("the chunk was given back already");
    }
    chunk.taken = false;
    takenCount--;
    takenBytes -= chunk.sizeBytes();
    if (chunk.mapping == null) {
      addSmall(chunk);
    } else if (freeLargeCount < FREE_LARGE_CHUNKS_KEPT) {
      chunk.next = freeLarge;
      freeLarge = chunk;
      freeLargeCount++;
    } else {
      unmap(chunk);
    }
  }

  private void unmap(Chunk chunk) {
    Chunk last = large.removeLast();
    if (last != chunk) {
      large.set(chunk.largeIndex, last);
      last.largeIndex = chunk.largeIndex;
    }
    chunk.mapping.close();
  }

  private void addSmall(Chunk chunk) {
    chunk.next = freeSmall;
    freeSmall = chunk;
  }

  private Chunk make(boolean small) {
    try {
      if (!small) {
        Mapping mapping = Mapping.anonymous(LARGE_BYTES);
        Chunk chunk = new Chunk(mapping.address(), LARGE_BYTES, mapping);
        chunk.largeIndex = large.size();
        large.add(chunk);
        return chunk;
      }
      Mapping slab = Mapping.anonymous(SLAB_BYTES);
      slabs.add(slab);
      for (int offset = SLAB_BYTES - SMALL_BYTES; offset > 0; offset -= SMALL_BYTES) {
        addSmall(new Chunk(slab.address() + offset, SMALL_BYTES, null));
      }
      return new Chunk(slab.address(), SMALL_BYTES, null);
    } catch (LinuxException e) {
      OutOfMemoryError error = new OutOfMemoryError("no memory for a chunk: " + e.getMessage());
      error.initCause(e);
      throw error;
    }
  }

  /** How many chunks are taken and not given back. */
  public int takenCount() {
    return takenCount;
  }

  /**
   * Unmaps everything, unless the kernel may still use some of it: then what is taken is leaked,
   * with the slabs that it may be in. The pool must not be used afterwards.
   *
   * @param inUse whether an operation that was given a chunk's memory has not ended
   * @return how many bytes of taken chunks were leaked
   */
  public long close(boolean inUse) {
    boolean leaks = inUse && takenCount > 0;
    List<Mapping> unused = new ArrayList<>();
    for (Chunk chunk : large) {
      if (!leaks || !chunk.taken) {
        unused.add(chunk.mapping);
      }
    }
    large.clear();
    freeLarge = null;
    freeSmall = null;
    if (!leaks) {
      unused.addAll(slabs);
      slabs.clear();
    }
    Mapping.closeAll(unused);
    return leaks ? takenBytes : 0;
  }
}
