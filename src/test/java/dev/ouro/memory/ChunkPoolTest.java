// SPDX-License-Identifier: Apache-2.0
package dev.ouro.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChunkPoolTest {
  private final ChunkPool pool = new ChunkPool();

  @Test
  void shouldGiveSmallestChunkThatFits() {
    assertThat(pool.take(1).sizeBytes()).isEqualTo(ChunkPool.SMALL_BYTES);
    assertThat(pool.take(ChunkPool.SMALL_BYTES).sizeBytes()).isEqualTo(ChunkPool.SMALL_BYTES);
    assertThat(pool.take(ChunkPool.SMALL_BYTES + 1).sizeBytes()).isEqualTo(ChunkPool.LARGE_BYTES);
    assertThat(pool.take(1L << 40).sizeBytes()).isEqualTo(ChunkPool.LARGE_BYTES);
    pool.close(false);
  }

  @Test
  void shouldNeverGiveSameMemoryTwice() {
    Set<Long> addresses = new HashSet<>();
    List<Chunk> taken = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      taken.add(pool.take(i % 2 == 0 ? 1 : ChunkPool.LARGE_BYTES));
      addresses.add(taken.getLast().address());
    }
    assertThat(addresses).hasSize(200);

    taken.forEach(pool::give);
    assertThat(pool.takenCount()).isZero();
    assertThat(addresses).contains(pool.take(1).address());
    pool.close(false);
  }

  @Test
  void shouldRefuseWhatWasGivenBackAlready() {
    Chunk chunk = pool.take(1);
    pool.give(chunk);

    assertThatThrownBy(() -> pool.give(chunk)).isInstanceOf(IllegalStateException.class);

    assertThat(pool.takenCount()).isZero();
    assertThat(pool.take(1).address()).isNotEqualTo(pool.take(1).address());
    pool.close(false);
  }

  @Test
  void shouldLeakWhatKernelMayStillUse() {
    Chunk chunk = pool.take(1);

    assertThat(pool.close(true)).isEqualTo(ChunkPool.SMALL_BYTES);

    chunk.view().put(0, (byte) 7); // still mapped
    assertThat(chunk.view().get(0)).isEqualTo((byte) 7);
  }
}
