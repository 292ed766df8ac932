// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.testing.FakeLoop;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimerHeapTest {
  private final FakeLoop loop = FakeLoop.create();
  private final TimerHeap heap = new TimerHeap();

  private TimerHandle add(long when) {
    TimerHandle timer = new TimerHandle(when, () -> {}, loop, null);
    heap.add(timer);
    return timer;
  }

  private List<TimerHandle> drain(long now) {
    List<TimerHandle> due = new ArrayList<>();
    for (TimerHandle timer = heap.pollDue(now); timer != null; timer = heap.pollDue(now)) {
      due.add(timer);
    }
    return due;
  }

  @Test
  void shouldReturnTimersInOrderOfTimeThenOfBeingAdded() {
    Random random = new Random(42);
    for (int round = 0; round < 50; round++) {
      List<TimerHandle> timers = new ArrayList<>();
      for (int i = random.nextInt(300); i > 0; i--) {
        timers.add(add(random.nextLong(-20, 20)));
      }
      timers.sort(Comparator.naturalOrder());

      List<TimerHandle> due = drain(20);

      assertThat(due).usingElementComparator(BY_IDENTITY).isEqualTo(timers);
    }
  }

  /** The sort above is stable; equal times must not be taken for equal timers. */
  private static final Comparator<TimerHandle> BY_IDENTITY = (a, b) -> a == b ? 0 : 1;

  @Test
  void shouldReturnOnlyWhatIsDue() {
    TimerHandle first = add(5);
    add(7);

    assertThat(heap.pollDue(4)).isNull();
    assertThat(heap.nextNanos()).isEqualTo(5);
    assertThat(heap.pollDue(6)).isSameAs(first);
    assertThat(heap.pollDue(6)).isNull();
    assertThat(heap.nextNanos()).isEqualTo(7);
  }

  @Test
  void shouldNeverReturnTheEndOfTime() {
    add(Long.MAX_VALUE);

    assertThat(heap.pollDue(Long.MAX_VALUE)).isNull();
    assertThat(heap.nextNanos()).isEqualTo(Long.MAX_VALUE);
    assertThat(heap.size()).isEqualTo(1);
  }

  @Test
  void shouldDropCancelledHeads() {
    add(1).cancel();
    add(2).cancel();
    TimerHandle third = add(3);
    add(4).cancel();

    heap.prune();

    assertThat(heap.size()).isEqualTo(2);
    assertThat(heap.pollDue(10)).isSameAs(third);
  }

  @Test
  void shouldDropAllCancelledWhenTheyAreTheMost() {
    Random random = new Random(7);
    List<TimerHandle> live = new ArrayList<>();
    List<TimerHandle> cancelled = new ArrayList<>();
    for (int i = 0; i < 201; i++) {
      (i % 2 == 0 ? cancelled : live).add(add(random.nextInt(1_000)));
    }
    TimerHandle head = add(-1);
    live.add(head);
    cancelled.add(add(2_000));
    cancelled.add(add(2_000));
    cancelled.forEach(Handle::cancel);

    heap.prune();

    assertThat(heap.size()).isEqualTo(live.size());
    assertThat(drain(1_000)).isSortedAccordingTo(Comparator.naturalOrder()).hasSize(101);
    assertThat(cancelled).allSatisfy(timer -> assertThat(timer.heap).isNull());
  }

  @Test
  void shouldKeepCancelledOnesInTheMiddleWhileTheyAreFew() {
    List<TimerHandle> timers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      timers.add(add(i));
    }
    timers.subList(1, 100).forEach(Handle::cancel);

    heap.prune();

    assertThat(heap.size()).isEqualTo(100);
    assertThat(drain(99)).filteredOn(timer -> !timer.cancelled()).hasSize(1);
    heap.prune();
    assertThat(heap.size()).isZero();
  }

  @Test
  void shouldNotCountATimerThatIsCancelledTwiceOrOutsideOfTheHeap() {
    TimerHandle ran = add(1);
    TimerHandle cancelled = add(2);
    TimerHandle live = add(3);
    heap.pollDue(1);

    ran.cancel();
    cancelled.cancel();
    cancelled.cancel();
    heap.prune();

    assertThat(heap.size()).isEqualTo(1);
    assertThat(heap.pollDue(3)).isSameAs(live);
  }

  @Test
  void shouldBeEmptyWhenCleared() {
    TimerHandle timer = add(1);

    heap.clear();
    timer.cancel();

    assertThat(heap.size()).isZero();
    assertThat(heap.pollDue(5)).isNull();
    assertThat(heap.nextNanos()).isEqualTo(Long.MAX_VALUE);
  }
}
