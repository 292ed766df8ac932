// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Mapping;
import dev.ouro.linux.SockAddr;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Small blocks that hold a socket address and its length while the kernel reads or writes them. One
 * thread only.
 */
final class AddressMemory implements AutoCloseable {
  /** Where a block's {@code socklen_t} is. */
  static final int LENGTH_OFFSET = SockAddr.SIZE_BYTES;

  private static final int BLOCK_BYTES = SockAddr.SIZE_BYTES + Long.BYTES;
  private static final int BLOCKS_PER_MAPPING = 256;

  private final List<Mapping> mappings = new ArrayList<>();
  private long[] free = new long[BLOCKS_PER_MAPPING];
  private int freeCount;

  private AddressMemory() {}

  static AddressMemory allocate() throws LinuxException {
    AddressMemory memory = new AddressMemory();
    memory.grow();
    return memory;
  }

  private void grow() throws LinuxException {
    Mapping mapping = Mapping.anonymous((long) BLOCK_BYTES * BLOCKS_PER_MAPPING);
    mappings.add(mapping);
    free = new long[mappings.size() * BLOCKS_PER_MAPPING];
    for (int i = BLOCKS_PER_MAPPING - 1; i >= 0; i--) {
      free[freeCount++] = mapping.address() + (long) i * BLOCK_BYTES;
    }
  }

  /**
   * A block of {@link SockAddr#SIZE_BYTES} and a length behind it.
   *
   * @throws LinuxException ENOMEM
   */
  long take() throws LinuxException {
    if (freeCount == 0) {
      grow();
    }
    return free[--freeCount];
  }

  /**
   * {@link #take} for a constructor.
   *
   * @throws UncheckedIOException ENOMEM
   */
  long takeUnchecked() {
    try {
      return take();
    } catch (LinuxException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives a block back that the kernel uses no more. */
  void give(long block) {
    free[freeCount++] = block;
  }

  /**
   * Frees all blocks; those of operations that the kernel has not given back are freed too late.
   */
  @Override
  public void close() {
    mappings.forEach(Mapping::close);
  }
}
