// SPDX-License-Identifier: Apache-2.0
package dev.ouro.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.Errno;
import dev.ouro.linux.Nr;
import dev.ouro.testing.Seccomp;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ByteQueueTest {
  private final ChunkPool pool = new ChunkPool();
  private final ByteQueue queue = new ByteQueue(pool);

  @AfterEach
  void close() {
    queue.clear();
    assertThat(pool.takenCount()).isZero();
    assertThat(pool.close(true)).isZero();
  }

  private byte[] take(int atMost) {
    int length = Math.min(atMost, queue.headLength());
    byte[] bytes = new byte[length];
    queue.headView().get(bytes);
    queue.consume(length);
    return bytes;
  }

  @Test
  void shouldGiveBytesBackInOrderWhateverTheSizes() {
    Random random = new Random(7);
    ByteArrayOutputStream in = new ByteArrayOutputStream();
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    for (int round = 0; round < 500; round++) {
      byte[] bytes = new byte[random.nextInt(20_000)];
      random.nextBytes(bytes);
      in.writeBytes(bytes);
      queue.append(round % 2 == 0 ? ByteBuffer.wrap(bytes) : direct(bytes));
      for (int i = random.nextInt(4); i > 0 && !queue.isEmpty(); i--) {
        out.writeBytes(take(random.nextInt(30_000) + 1));
      }
      assertThat(queue.sizeBytes()).isEqualTo(in.size() - out.size());
    }
    while (!queue.isEmpty()) {
      out.writeBytes(take(Integer.MAX_VALUE));
    }

    assertThat(out.toByteArray()).isEqualTo(in.toByteArray());
  }

  @Test
  void shouldHoldNoMemoryWhenEmpty() {
    queue.append(ByteBuffer.allocate(100_000));
    assertThat(pool.takenCount()).isPositive();

    while (!queue.isEmpty()) {
      take(Integer.MAX_VALUE);
    }

    assertThat(pool.takenCount()).isZero();
    assertThat(queue.headLength()).isZero();
  }

  @Test
  void shouldKeepHeadWhereItIsWhileMoreIsAppended() {
    queue.append(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    long address = queue.headAddress();

    queue.append(ByteBuffer.allocate(200_000));

    assertThat(queue.headAddress()).isEqualTo(address);
    assertThat(queue.headView().get(2)).isEqualTo((byte) 3);
  }

  @Test
  void shouldAppendAllOrNothingWhenThereIsNoMemory() throws Exception {
    Chunk kept = pool.take(ChunkPool.LARGE_BYTES);
    queue.append(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    int taken = pool.takenCount();
    pool.give(kept); // there is one large chunk more, and no second one
    ByteBuffer data = ByteBuffer.allocate(200_000);

    Seccomp.where(
        Nr.MMAP,
        Errno.ENOMEM,
        Seccomp.Condition.equal(1, ChunkPool.LARGE_BYTES),
        () -> assertThatThrownBy(() -> queue.append(data)).isInstanceOf(OutOfMemoryError.class));

    assertThat(data.remaining()).isEqualTo(200_000);
    assertThat(queue.sizeBytes()).isEqualTo(3);
    assertThat(pool.takenCount()).isEqualTo(taken - 1);
    queue.append(data);
    assertThat(queue.sizeBytes()).isEqualTo(200_003);
    assertThat(take(3)).containsExactly(1, 2, 3);
  }

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  @Test
  void shouldRefuseToConsumeWhatIsNotThere() {
    assertThatThrownBy(() -> queue.consume(1)).isInstanceOf(IllegalArgumentException.class);
    queue.consume(0);
    queue.append(ByteBuffer.allocate(10));

    assertThatThrownBy(() -> queue.consume(11)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> queue.consume(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThat(queue.sizeBytes()).isEqualTo(10);
    queue.clear();
  }
}
