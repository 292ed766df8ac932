// SPDX-License-Identifier: Apache-2.0
package dev.ouro.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.Asyncio;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.ExceptionGroup;
import dev.ouro.loop.Future;
import dev.ouro.loop.Task;
import dev.ouro.sync.Barrier;
import dev.ouro.sync.Condition;
import dev.ouro.sync.Event;
import dev.ouro.sync.Held;
import dev.ouro.sync.Lock;
import dev.ouro.sync.Queue;
import dev.ouro.sync.Semaphore;
import dev.ouro.testing.FakeLoop;
import dev.ouro.testing.LeakCheck;
import dev.ouro.testing.TaskKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every scenario is run again and again, and its task cancelled in the first turn, in the second,
 * and so on, until it ends before that. However far it came: it ends, nothing is left behind, and
 * what it took it has given back.
 */
@ParameterizedClass(name = "{0}")
@EnumSource(TaskKind.class)
@ExtendWith(LeakCheck.class)
class CancelAtEveryStepTest {
  private static final Duration TICK = Duration.ofMillis(1);
  private static final int MOST_TURNS = 100;

  private final TaskKind kind;
  private String before;
  private FakeLoop loop;

  CancelAtEveryStepTest(TaskKind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void choose() {
    before = System.getProperty("dev.ouro.tasks");
    System.setProperty("dev.ouro.tasks", kind.name().toLowerCase(java.util.Locale.ROOT));
  }

  @AfterEach
  void restore() {
    if (before == null) {
      System.clearProperty("dev.ouro.tasks");
    } else {
      System.setProperty("dev.ouro.tasks", before);
    }
  }

  /** What runs, and what must hold when it is over. */
  private interface Scenario {
    void run() throws Exception;

    default void check() {}
  }

  private interface Scenarios {
    Scenario make();
  }

  private void cancelAtEveryStep(Scenarios scenarios) {
    int turns = 0;
    boolean ended = false;
    while (!ended) {
      ended = cancelAfter(turns++, scenarios);
      assertThat(turns).isLessThan(MOST_TURNS);
    }
    assertThat(turns).isGreaterThan(2); // there was something to cancel
  }

  /** Whether the task ended before it was cancelled. */
  private boolean cancelAfter(int turns, Scenarios scenarios) {
    loop = FakeLoop.create();
    try {
      List<ExceptionContext> errors = new ArrayList<>();
      loop.setExceptionHandler((on, error) -> errors.add(error));
      Scenario scenario = scenarios.make();
      Task<Void> task = loop.createTask(scenario::run);
      for (int i = 0; i < turns && !task.done(); i++) {
        turn();
      }
      boolean ended = !task.cancel("at " + turns);
      for (int i = 0; i < MOST_TURNS && !Asyncio.allTasks(loop).isEmpty(); i++) {
        turn();
      }
      turn();

      assertThat(Asyncio.allTasks(loop)).as("cancelled in turn " + turns).isEmpty();
      assertThat(task.cancelled()).as("cancelled in turn " + turns).isEqualTo(!ended);
      if (ended) {
        task.result();
      }
      assertThat(errors).isEmpty();
      scenario.check();
      return ended;
    } finally {
      loop.close();
    }
  }

  private void turn() {
    loop.clock().advance(TICK);
    loop.runTurn();
  }

  private static void pause() {
    Asyncio.sleep(TICK);
  }

  @Test
  void shouldEndSleepsAndYields() {
    cancelAtEveryStep(() ->
        () -> {
          Asyncio.sleep(Duration.ZERO);
          pause();
          Asyncio.sleep(TICK, "result");
        });
  }

  @Test
  void shouldEndWhatIsGathered() {
    cancelAtEveryStep(() ->
        () -> {
          List<Integer> results =
              Asyncio.gather(
                  () -> {
                    pause();
                    return 1;
                  },
                  () -> {
                    Asyncio.sleep(Duration.ZERO);
                    return 2;
                  });
          assertThat(results).containsExactly(1, 2);
          Asyncio.gatherReturnExceptions(
              Asyncio.createTask(() -> {
                pause();
                throw new IllegalStateException();
              }));
        });
  }

  @Test
  void shouldEndTimeouts() {
    cancelAtEveryStep(() ->
        () -> {
          Asyncio.waitFor(Asyncio.createTask(CancelAtEveryStepTest::pause), Duration.ofMillis(5));
          try {
            Asyncio.timeout(Duration.ofMillis(2), () -> Asyncio.sleep(Duration.ofHours(1)));
            throw new AssertionError("no timeout");
          } catch (TimeoutException expected) {
            pause();
          }
          try {
            Asyncio.waitFor(
                Asyncio.createTask(() -> Asyncio.sleep(Duration.ofHours(1))), Duration.ofMillis(2));
            throw new AssertionError("no timeout");
          } catch (TimeoutException expected) {
            pause();
          }
        });
  }

  @Test
  void shouldEndTaskGroups() {
    cancelAtEveryStep(() ->
        () -> {
          TaskGroup.run(group -> {
            group.createTask(CancelAtEveryStepTest::pause);
            group.createTask(() -> {
              pause();
              group.createTask(CancelAtEveryStepTest::pause);
            });
            pause();
          });
          try {
            TaskGroup.run(group -> {
              group.createTask(() -> {
                pause();
                throw new IllegalStateException("fails");
              });
              group.createTask(() -> Asyncio.sleep(Duration.ofHours(1)));
              Asyncio.sleep(Duration.ofHours(1));
            });
            throw new AssertionError("no error");
          } catch (ExceptionGroup expected) {
            assertThat(expected.exceptions()).hasSize(1);
          }
        });
  }

  @Test
  void shouldLetShieldedTaskGoOn() {
    cancelAtEveryStep(() ->
        new Scenario() {
          private Task<Void> inner;

          @Override
          public void run() {
            inner =
                Asyncio.createTask(() -> {
                  pause();
                  pause();
                });
            Asyncio.shield(inner);
            pause();
          }

          @Override
          public void check() {
            assertThat(inner == null || inner.done() && !inner.cancelled()).isTrue();
          }
        });
  }

  @Test
  void shouldEndWaitsAndCompletions() {
    cancelAtEveryStep(() ->
        () -> {
          List<Task<Void>> some =
              List.of(
                  Asyncio.createTask(CancelAtEveryStepTest::pause),
                  Asyncio.createTask(() -> Asyncio.sleep(Duration.ZERO)));
          Asyncio.wait(some, ReturnWhen.FIRST_COMPLETED);
          for (Future<Void> done : Asyncio.asCompleted(some)) {
            assertThat(done.done()).isTrue();
          }
          Asyncio.wait(some, Duration.ofMillis(3), ReturnWhen.ALL_COMPLETED);
        });
  }

  @Test
  void shouldGiveLockAndSemaphoreBack() {
    cancelAtEveryStep(() ->
        new Scenario() {
          private final Lock lock = new Lock();
          private final Semaphore semaphore = new Semaphore(2);

          @Override
          public void run() {
            TaskGroup.run(group -> {
              for (int i = 0; i < 3; i++) {
                group.createTask(() -> {
                  try (Held _ = lock.hold()) {
                    pause();
                  }
                  try (Held _ = semaphore.hold()) {
                    pause();
                  }
                });
              }
            });
          }

          @Override
          public void check() {
            assertThat(lock.locked()).isFalse();
            assertThat(semaphore.locked()).isFalse();
            assertThat(semaphore.toString()).contains("value:2]");
          }
        });
  }

  @Test
  void shouldGiveConditionBack() {
    cancelAtEveryStep(() ->
        new Scenario() {
          private final Condition condition = new Condition();
          private boolean ready;

          @Override
          public void run() {
            TaskGroup.run(group -> {
              group.createTask(() -> {
                try (Held _ = condition.hold()) {
                  condition.awaitFor(() -> ready);
                }
              });
              pause();
              try (Held _ = condition.hold()) {
                ready = true;
                condition.signalAll();
                pause();
              }
            });
          }

          @Override
          public void check() {
            assertThat(condition.locked()).isFalse();
          }
        });
  }

  @Test
  void shouldLoseNothingThatIsQueued() {
    cancelAtEveryStep(() ->
        new Scenario() {
          private final Queue<Integer> queue = new Queue<>(1);
          private int put;
          private int got;

          @Override
          public void run() {
            TaskGroup.run(group -> {
              group.createTask(() -> {
                for (int i = 0; i < 3; i++) {
                  queue.put(i);
                  put++;
                }
              });
              for (int i = 0; i < 3; i++) {
                queue.get();
                got++;
                queue.taskDone();
              }
              queue.join();
            });
          }

          @Override
          public void check() {
            assertThat(got + queue.qsize()).isEqualTo(put);
            assertThat(queue.toString()).doesNotContain("getters").doesNotContain("putters");
          }
        });
  }

  @Test
  void shouldLeaveBarrierAndEventUsable() {
    cancelAtEveryStep(() ->
        new Scenario() {
          private final Barrier barrier = new Barrier(2);
          private final Event event = new Event();

          @Override
          public void run() {
            TaskGroup.run(group -> {
              group.createTask(() -> {
                pause();
                barrier.await();
                event.set();
              });
              barrier.await();
              event.await();
            });
          }

          @Override
          public void check() {
            assertThat(barrier.nWaiting()).isZero();
            assertThat(barrier.broken()).isFalse();
          }
        });
  }

  @Test
  void shouldThrowTheSameCancellationEverywhere() {
    cancelAtEveryStep(() ->
        () -> {
          try {
            pause();
            pause();
          } catch (CancellationException cancelled) {
            assertThat(cancelled).hasMessageStartingWith("at ");
            pause(); // clean-up may wait
            throw cancelled;
          }
        });
  }
}
