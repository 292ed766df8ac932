// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.Mapping;
import dev.ouro.linux.NativeMemory;
import org.junit.jupiter.api.Test;

/** Behaviour 5: the indices wrap at 2³². The kernel's side is played by the test. */
class IndexWrapTest {
  private static final int ENTRIES = 4;
  private static final int NEAR_THE_END = -6;

  @Test
  void shouldFillEntriesInOrderWhenTheSubmissionIndicesWrap() throws Exception {
    try (Mapping memory = Mapping.anonymous(4096)) {
      long head = memory.address();
      long tail = head + 4;
      long sqes = head + 1024;
      NativeMemory.putInt(head, NEAR_THE_END);
      NativeMemory.putInt(tail, NEAR_THE_END);
      SubmissionQueue queue =
          new SubmissionQueue(head, tail, head + 8, head + 12, sqes, ENTRIES, Layout.SQE_SIZE);

      int index = NEAR_THE_END;
      for (int round = 0; round < 5; round++) {
        for (int i = 0; i < ENTRIES; i++) {
          assertThat(queue.hasRoom()).isTrue();
          assertThat(queue.tailEntry()).isEqualTo(sqes + (index & 3) * 64L);
          queue.commit();
          index++;
        }
        assertThat(queue.hasRoom()).isFalse();
        assertThat(queue.publish()).isEqualTo(ENTRIES);
        assertThat(NativeMemory.getInt(tail)).isEqualTo(index);
        NativeMemory.putInt(head, index);
        assertThat(queue.pending()).isZero();
      }
      assertThat(index).isPositive();
    }
  }

  @Test
  void shouldReadEntriesInOrderWhenTheCompletionIndicesWrap() throws Exception {
    try (Mapping memory = Mapping.anonymous(4096)) {
      long head = memory.address();
      long tail = head + 4;
      long cqes = head + 1024;
      NativeMemory.putInt(head, NEAR_THE_END);
      NativeMemory.putInt(tail, NEAR_THE_END);
      CompletionQueue queue =
          new CompletionQueue(head, tail, head + 8, head + 12, cqes, ENTRIES, Layout.CQE_SIZE);

      long[] next = {0};
      int index = NEAR_THE_END;
      for (int round = 0; round < 5; round++) {
        for (int i = 0; i < ENTRIES; i++) {
          NativeMemory.putLong(cqes + (index & 3) * 16L, round * ENTRIES + i);
          index++;
        }
        NativeMemory.putInt(tail, index);
        assertThat(queue.ready()).isEqualTo(ENTRIES);

        queue.drain((userData, r, f) -> assertThat(userData).isEqualTo(next[0]++), 100);
        assertThat(queue.ready()).isZero();
        assertThat(NativeMemory.getInt(head)).isEqualTo(index);
      }
      assertThat(next[0]).isEqualTo(20);
      assertThat(index).isPositive();
    }
  }
}
