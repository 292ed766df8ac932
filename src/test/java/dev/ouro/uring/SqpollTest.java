// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Behaviour 37: a ring whose entries a kernel thread takes. */
class SqpollTest {
  private static final UringOptions OPTIONS =
      UringOptions.entries(8).withSqpoll(Duration.ofMillis(1), -1);

  @Test
  void shouldWakeTheKernelThreadEachTimeWhenItFallsAsleep() throws Exception {
    try (Uring ring = Rings.open(OPTIONS)) {
      for (int i = 0; i < 200; i++) {
        // Now and then the thread is given the time to fall asleep.
        if (i % 20 == 0) {
          ring.submitAndWait(1, 3_000_000);
        }
        ring.prepareNop().userData(i).submit();

        assertThat(Rings.awaitOne(ring)).isEqualTo(new Rings.Cqe(i, 0, 0));
      }
    }
  }

  @RepeatedTest(100)
  void shouldTakeEachOnceWhenMoreArePreparedThanFit() throws Exception {
    try (Uring ring = Rings.open(OPTIONS.withCqEntries(64))) {
      for (int i = 0; i < 40; i++) {
        ring.prepareNop().userData(i).submit();
      }

      List<Long> seen = Rings.await(ring, 40).stream().map(Rings.Cqe::userData).toList();

      assertThat(seen).isEqualTo(LongStream.range(0, 40).boxed().toList());
    }
  }

  @Test
  void shouldEndWhatRunsWhenClosed() throws Exception {
    try (Kernel kernel = new Kernel()) {
      int[] pair = kernel.socketPair();
      Uring ring = Rings.open(OPTIONS);
      BufferRing group = BufferRing.register(ring, 0, 2, 64, false);
      ring.prepareRecvMultishot(pair[0], group).submit();
      ring.submit();
      ring.close();

      kernel.write(pair[1], "late");
      assertThat(kernel.read(pair[0])).isEqualTo("late");
    }
  }
}
