// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Queues with completions of 16 and of 32 bytes, {@code IORING_SETUP_CQE_MIXED}. */
class MixedCompletionsTest {
  private static Uring openMixed() throws Exception {
    Rings.open(8).close();
    try {
      return Uring.open(
          UringOptions.entries(4)
              .withCqEntries(8)
              .withSetupFlags(Setup.IORING_SETUP_CQE_MIXED | Setup.IORING_SETUP_CQSIZE));
    } catch (LinuxException e) {
      assertThat(e.errno()).isEqualTo(Errno.EINVAL);
      System.err.println("this kernel has no IORING_SETUP_CQE_MIXED");
      Assumptions.abort("IORING_SETUP_CQE_MIXED");
      throw e;
    }
  }

  /** Long ones end up at every place of the queue, also where they would not fit its end. */
  @Test
  void shouldReadEachOnceWhenTheyAreOfBothSizes() throws Exception {
    try (Uring ring = openMixed()) {
      for (int round = 0; round < 64; round++) {
        int count = 1 + round % 3;
        for (int i = 0; i < count; i++) {
          int nopFlags = isLong(round, i) ? OpFlag.IORING_NOP_CQE32 : 0;
          ring.prepareNop().opFlags(nopFlags).userData(round * 8L + i).submit();
        }

        List<Rings.Cqe> cqes = Rings.await(ring, count);

        for (int i = 0; i < count; i++) {
          int flags = isLong(round, i) ? CqeFlag.IORING_CQE_F_32 : 0;
          assertThat(cqes.get(i)).isEqualTo(new Rings.Cqe(round * 8L + i, 0, flags));
        }
        assertThat(ring.ready()).isZero();
      }
    }
  }

  private static boolean isLong(int round, int i) {
    return (round + i) % 2 == 0;
  }

  @Test
  void shouldHaveASecondHalfWhenACompletionIsLong() throws Exception {
    try (Uring ring = openMixed()) {
      ring.prepareNop().opFlags(OpFlag.IORING_NOP_CQE32).off(11).addr(22).userData(1).submit();
      ring.prepareNop().userData(2).submit();
      ring.submitAndWait(2);

      assertThat(ring.ready()).isEqualTo(3);
      assertThat(ring.cqeExtra(0, 0)).isEqualTo(11);
      assertThat(ring.cqeExtra(0, 1)).isEqualTo(22);
      assertThat(ring.cqeUserData(2)).isEqualTo(2);
      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(() -> ring.cqeExtra(2, 0))
          .withMessage("the completion has 16 bytes");
      ring.advance(3);
    }
  }
}
