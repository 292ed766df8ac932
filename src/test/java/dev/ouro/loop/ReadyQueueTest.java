// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.poll.Ready;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReadyQueueTest {
  private final ReadyQueue queue = new ReadyQueue();

  private record Numbered(long number) implements Ready {
    @Override
    public void run(long completion, long data) {}
  }

  @Test
  void shouldKeepOrderAndWordsWhileItGrowsAndWrapsAround() {
    Random random = new Random(1);
    Deque<Numbered> expected = new ArrayDeque<>();
    for (long next = 0; next < 50_000; next++) {
      Numbered entry = new Numbered(next);
      queue.add(entry, next, -next);
      expected.add(entry);
      for (int takes = random.nextInt(3); takes > 0 && !expected.isEmpty(); takes--) {
        Numbered first = expected.remove();
        assertThat(queue.first()).isSameAs(first);
        assertThat(queue.firstCompletion()).isEqualTo(first.number());
        assertThat(queue.firstData()).isEqualTo(-first.number());
        queue.removeFirst();
      }
      assertThat(queue.size()).isEqualTo(expected.size());
    }
  }

  @Test
  void shouldForgetWhatWasTaken() {
    queue.add(new Numbered(1), 0, 0);
    queue.removeFirst();

    assertThat(queue.first()).isNull();
    assertThat(queue.size()).isZero();
  }

  @Test
  void shouldBeUsableAfterItWasCleared() {
    for (int i = 0; i < 100; i++) {
      queue.add(new Numbered(i), 0, 0);
    }
    queue.removeFirst();

    queue.clear();
    Numbered entry = new Numbered(7);
    queue.add(entry, 0, 0);

    assertThat(queue.size()).isEqualTo(1);
    assertThat(queue.first()).isSameAs(entry);
  }
}
