// SPDX-License-Identifier: Apache-2.0
package dev.ouro.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.Asyncio;
import dev.ouro.loop.Task;
import dev.ouro.loop.TaskBody;
import dev.ouro.testing.FakeLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** asyncio's rules of who is next, and of what a cancelled task leaves behind. */
class LocksTest {
  private final FakeLoop loop = FakeLoop.create();
  private final List<String> trace = new ArrayList<>();

  @AfterEach
  void close() {
    loop.close();
  }

  private Task<Void> start(TaskBody coro) {
    Task<Void> task = loop.createTask(coro);
    loop.runTurn();
    return task;
  }

  private void run(TaskBody coro) {
    loop.runUntilComplete(loop.createTask(coro));
  }

  private void turns(int count) {
    for (int i = 0; i < count; i++) {
      loop.runTurn();
    }
  }

  // Lock

  @Test
  void shouldLetTasksInInOrderOfComing() {
    Lock lock = new Lock();
    start(lock::acquire);
    for (String name : List.of("first", "second", "third")) {
      start(() -> {
        try (Held _ = lock.hold()) {
          trace.add(name);
          Asyncio.sleep(Duration.ZERO);
        }
      });
    }
    assertThat(lock.toString()).isEqualTo("<Lock [locked, waiters:3]>");

    lock.release();
    turns(10);

    assertThat(trace).containsExactly("first", "second", "third");
    assertThat(lock.toString()).isEqualTo("<Lock [unlocked]>");
  }

  @Test
  void shouldNotLetAnybodyOvertakeTaskWhoseTurnItIs() {
    Lock lock = new Lock();
    start(lock::acquire);
    Task<Void> waiting =
        start(() -> {
          lock.acquire();
          trace.add("waiting");
        });
    run(() -> {
      lock.release();
      Task<Void> barging =
          Asyncio.createTask(() -> {
            lock.acquire();
            trace.add("barging");
          });
      waiting.await();
      lock.release();
      barging.await();
    });
    assertThat(trace).containsExactly("waiting", "barging");
  }

  @Test
  void shouldPassTurnOfCancelledTaskOn() {
    Lock lock = new Lock();
    start(lock::acquire);
    Task<Void> cancelled = start(lock::acquire);
    Task<Void> next = start(lock::acquire);

    lock.release(); // the first is to go on, but is cancelled before
    cancelled.cancel();
    turns(3);

    assertThat(cancelled.cancelled()).isTrue();
    assertThat(next.done()).isTrue();
    assertThat(lock.locked()).isTrue();
  }

  @Test
  void shouldRefuseReleaseOfUnlockedLock() {
    assertThatThrownBy(() -> new Lock().release())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Lock is not acquired.");
  }

  @Test
  void shouldBelongToLoopOfFirstWaiter() {
    Lock lock = new Lock();
    start(lock::acquire);
    start(lock::acquire);
    FakeLoop other = FakeLoop.create();
    try {
      Task<Void> foreign = other.createTask(lock::acquire);
      assertThatThrownBy(() -> other.runUntilComplete(foreign))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("is bound to a different event loop");
    } finally {
      other.close();
    }
  }

  // Event

  @Test
  void shouldLetAllGoOnWhenEventIsSet() {
    Event event = new Event();
    Task<Void> one = start(event::await);
    Task<Void> two = start(event::await);
    assertThat(event.toString()).isEqualTo("<Event [unset, waiters:2]>");
    event.set();
    event.clear(); // those that waited go on nevertheless
    loop.runTurn();
    assertThat(one.done() && two.done()).isTrue();
    assertThat(event.isSet()).isFalse();
    event.set();
    run(event::await);
  }

  // Condition

  @Test
  void shouldLetNotifiedTasksGoOn() {
    Condition condition = new Condition();
    for (String name : List.of("one", "two", "three")) {
      start(() -> {
        try (Held _ = condition.hold()) {
          condition.await();
          trace.add(name);
        }
      });
    }
    run(() -> {
      try (Held _ = condition.hold()) {
        condition.signal();
      }
    });
    turns(3);
    assertThat(trace).containsExactly("one");
    run(() -> {
      try (Held _ = condition.hold()) {
        condition.signalAll();
      }
    });
    turns(5);
    assertThat(trace).containsExactly("one", "two", "three");
  }

  @Test
  void shouldPassNotificationOfCancelledTaskOn() {
    Condition condition = new Condition();
    Task<Void> cancelled =
        start(() -> {
          try (Held _ = condition.hold()) {
            condition.await();
          }
        });
    Task<Void> other =
        start(() -> {
          try (Held _ = condition.hold()) {
            condition.await();
          }
        });
    run(() -> {
      try (Held _ = condition.hold()) {
        condition.signal();
        cancelled.cancel();
      }
    });
    turns(6);
    assertThat(cancelled.cancelled()).isTrue();
    assertThat(other.done()).isTrue();
    assertThat(condition.locked()).isFalse();
  }

  @Test
  void shouldNeedLockToWaitAndToNotify() {
    Condition condition = new Condition();
    assertThatThrownBy(() -> run(condition::await))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("cannot wait on un-acquired lock");
    assertThatThrownBy(condition::signal)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("cannot notify on un-acquired lock");
  }

  // Semaphore

  @Test
  void shouldLetSoManyIn() {
    Semaphore semaphore = new Semaphore(2);
    assertThat(semaphore.toString()).isEqualTo("<Semaphore [unlocked, value:2]>");
    start(semaphore::acquire);
    start(semaphore::acquire);
    assertThat(semaphore.locked()).isTrue();
    Task<Void> third = start(semaphore::acquire);
    Task<Void> fourth = start(semaphore::acquire);
    assertThat(semaphore.toString()).isEqualTo("<Semaphore [locked, waiters:2]>");
    semaphore.release();
    loop.runTurn();
    assertThat(third.done()).isTrue();
    assertThat(fourth.done()).isFalse();
    semaphore.release();
    loop.runTurn();
    assertThat(fourth.done()).isTrue();
  }

  @Test
  void shouldGivePermitOfCancelledTaskToNext() {
    Semaphore semaphore = new Semaphore(0);
    Task<Void> cancelled = start(semaphore::acquire);
    Task<Void> next = start(semaphore::acquire);
    semaphore.release();
    cancelled.cancel();
    turns(3);
    assertThat(cancelled.cancelled()).isTrue();
    assertThat(next.done()).isTrue();
    assertThat(semaphore.locked()).isTrue();
  }

  @Test
  void shouldBoundSemaphore() {
    BoundedSemaphore semaphore = new BoundedSemaphore(1);
    run(() -> {
      try (Held _ = semaphore.hold()) {
        assertThat(semaphore.locked()).isTrue();
      }
    });
    assertThatThrownBy(semaphore::release)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("BoundedSemaphore released too many times");
    assertThatThrownBy(() -> new Semaphore(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Semaphore initial value must be >= 0");
  }

  // Barrier

  @Test
  void shouldLetAllThroughBarrierTogetherAndAgain() {
    Barrier barrier = new Barrier(2);
    for (int round = 0; round < 2; round++) {
      Task<Integer> first = loop.createTask(() -> barrier.await());
      loop.runTurn();
      assertThat(barrier.nWaiting()).isEqualTo(1);
      assertThat(first.done()).isFalse();
      Task<Integer> second = loop.createTask(() -> barrier.await());
      assertThat(loop.runUntilComplete(second)).isEqualTo(1);
      assertThat(loop.runUntilComplete(first)).isEqualTo(0);
    }
    assertThat(barrier.parties()).isEqualTo(2);
    assertThat(barrier.toString()).isEqualTo("<Barrier [filling, waiters:0/2]>");
  }

  @Test
  void shouldBreakBarrier() {
    Barrier barrier = new Barrier(3);
    Task<Integer> waiting = loop.createTask(() -> barrier.await());
    loop.runTurn();
    run(barrier::abort);
    assertThatThrownBy(() -> loop.runUntilComplete(waiting))
        .isInstanceOf(BrokenBarrierException.class)
        .hasMessage("Abort or reset of barrier");
    assertThat(barrier.broken()).isTrue();
    assertThatThrownBy(() -> run(() -> barrier.await()))
        .isInstanceOf(BrokenBarrierException.class)
        .hasMessage("Barrier aborted");
    run(barrier::reset);
    assertThat(barrier.broken()).isFalse();
    assertThatThrownBy(() -> new Barrier(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("parties must be >= 1");
  }

  @Test
  void shouldResetBarrierUnderThoseWhoWait() {
    Barrier barrier = new Barrier(3);
    Task<Integer> waiting = loop.createTask(() -> barrier.await());
    loop.runTurn();
    run(barrier::reset);
    assertThatThrownBy(() -> loop.runUntilComplete(waiting))
        .isInstanceOf(BrokenBarrierException.class);
    assertThat(barrier.broken()).isFalse();
    assertThat(barrier.nWaiting()).isZero();
  }

  @Test
  void shouldCancelTaskAtBarrier() {
    Barrier barrier = new Barrier(2);
    Task<Integer> waiting = loop.createTask(() -> barrier.await());
    loop.runTurn();
    waiting.cancel();
    assertThatThrownBy(() -> loop.runUntilComplete(waiting))
        .isInstanceOf(CancellationException.class);
    assertThat(barrier.nWaiting()).isZero();
  }
}
