// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.SelectorEventLoop;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.ExceptionGroup;
import dev.ouro.loop.Future;
import dev.ouro.loop.Task;
import dev.ouro.loop.TaskOptions;
import dev.ouro.poll.EngineKind;
import dev.ouro.tasks.DoneAndPending;
import dev.ouro.tasks.ReturnWhen;
import dev.ouro.tasks.TaskGroup;
import dev.ouro.tasks.Timeout;
import dev.ouro.testing.OnBothEnginesAndTaskKinds;
import dev.ouro.testing.TaskFixture;
import dev.ouro.testing.TaskKind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** asyncio's module-level functions for tasks. */
@OnBothEnginesAndTaskKinds
class TaskFunctionsContractTest {
  private static final Duration LONG = Duration.ofDays(1);
  private static final Duration SHORT = Duration.ofNanos(1);

  @RegisterExtension final TaskFixture tasks;
  private final List<String> trace = new ArrayList<>();
  private EventLoop loop;

  TaskFunctionsContractTest(EngineKind engine, TaskKind kind) {
    tasks = new TaskFixture(engine, kind);
  }

  @BeforeEach
  void open() {
    loop = tasks.loop();
  }

  private static void fail(String message) throws IOException {
    throw new IOException(message);
  }

  // sleep

  @Test
  void shouldLetOneTurnGoByInSleepOfZero() {
    tasks.run(() -> {
      loop.callSoon(() -> trace.add("callback"));
      Asyncio.sleep(Duration.ZERO);
      trace.add("task");
      assertThat(Asyncio.<String>sleep(SHORT, "result")).isEqualTo("result");
    });
    assertThat(trace).containsExactly("callback", "task");
    assertThatThrownBy(() -> Asyncio.sleep(SHORT)).isInstanceOf(IllegalStateException.class);
  }

  // gather

  @Test
  void shouldGatherResultsInOrder() {
    tasks.run(() -> {
      List<Integer> results =
          Asyncio.gather(
              () -> {
                Asyncio.sleep(SHORT);
                return 1;
              },
              () -> 2);
      assertThat(results).containsExactly(1, 2);
      Task<Integer> same = Asyncio.createTask(() -> 3);
      assertThat(Asyncio.<Integer>gather(same, same)).containsExactly(3, 3);
      assertThat(Asyncio.<Integer>gather(List.of())).isEmpty();
    });
  }

  @Test
  void shouldGatherCodeWithoutResultsAndStagesOfAnyKind() {
    tasks.run(() -> {
      List<Void> nothing =
          Asyncio.gather(
              () -> {
                Asyncio.sleep(SHORT);
                trace.add("slow");
              },
              () -> {
                trace.add("quick");
              });
      assertThat(nothing).containsExactly(null, null);
      assertThat(trace).containsExactly("quick", "slow");
      CompletableFuture<Integer> stage = CompletableFuture.completedFuture(1);
      Task<Integer> task = Asyncio.createTask(() -> 2);
      assertThat(Asyncio.<Integer>gather(stage, task)).containsExactly(1, 2);
      assertThat(Asyncio.<Integer>gather(List.of(stage, stage))).containsExactly(1, 1);
      List<Object> mixed = Asyncio.gatherReturnExceptions(() -> 3, () -> throwing("three"));
      assertThat(mixed.get(0)).isEqualTo(3);
      assertThat(mixed.get(1)).isInstanceOf(IOException.class);
      List<Object> failed = Asyncio.gatherReturnExceptions(() -> fail("four"));
      assertThat(failed).singleElement().isInstanceOf(IOException.class);
    });
  }

  private static int throwing(String message) throws IOException {
    throw new IOException(message);
  }

  @Test
  void shouldCancelStagesThatAreGathered() {
    CompletableFuture<Integer> stage = new CompletableFuture<>();
    Task<List<Integer>> gathering = tasks.create(() -> Asyncio.gather(List.of(stage)));
    tasks.runTurns(2);
    gathering.cancel();
    assertThatThrownBy(() -> loop.runUntilComplete(gathering))
        .isInstanceOf(CancellationException.class);
    assertThat(stage).isCancelled();
  }

  @Test
  void shouldLimitCodeWithoutAResultAndStagesOfAnyKind() {
    tasks.run(() -> {
      Asyncio.waitFor(() -> Asyncio.sleep(SHORT), LONG);
      assertThatThrownBy(() -> Asyncio.waitFor(() -> Asyncio.sleep(LONG), SHORT))
          .isInstanceOf(TimeoutException.class);
      CompletableFuture<Integer> stage = new CompletableFuture<>();
      assertThatThrownBy(() -> Asyncio.waitFor(stage, SHORT)).isInstanceOf(TimeoutException.class);
      assertThat(stage).isCancelled();
      assertThat(Asyncio.waitFor(CompletableFuture.completedFuture(1), LONG)).isEqualTo(1);
      long past = loop.time() - 1;
      assertThatThrownBy(() -> Asyncio.timeoutAt(past, () -> Asyncio.sleep(LONG)))
          .isInstanceOf(TimeoutException.class);
      assertThat(Asyncio.<Integer>timeoutAt(Long.MAX_VALUE, () -> 2)).isEqualTo(2);
      Task<Void> sleeping = Asyncio.createTask(() -> Asyncio.sleep(LONG));
      assertThat(Asyncio.wait(List.of(sleeping), SHORT).pending()).containsExactly(sleeping);
      sleeping.cancel();
    });
  }

  @Test
  void shouldShieldCodeAndStagesOfAnyKind() {
    CompletableFuture<Integer> stage = new CompletableFuture<>();
    Future<Void> go = loop.createFuture();
    Task<Void> code =
        tasks.create(() ->
            Asyncio.shield(() -> {
              go.await();
              trace.add("went on");
            }));
    Task<Integer> waiting = tasks.create(() -> Asyncio.shield(stage));
    tasks.runTurns(3);
    code.cancel();
    waiting.cancel();
    assertThatThrownBy(() -> loop.runUntilComplete(code)).isInstanceOf(CancellationException.class);
    assertThatThrownBy(() -> loop.runUntilComplete(waiting))
        .isInstanceOf(CancellationException.class);
    assertThat(stage).isNotDone();
    go.setResult(null);
    tasks.runTurns(2);
    assertThat(trace).containsExactly("went on");
    tasks.run(() -> assertThat(Asyncio.<Integer>shield(() -> 1)).isEqualTo(1));
  }

  @Test
  void shouldThrowFirstFailureOfGatheredAndLeaveOthers() {
    tasks.run(() -> {
      Task<Void> other = Asyncio.createTask(() -> Asyncio.sleep(SHORT));
      Task<Void> failing = Asyncio.createTask(() -> fail("first"));
      assertThatThrownBy(() -> Asyncio.gather(other, failing))
          .isInstanceOf(IOException.class)
          .hasMessage("first");
      other.await();
      assertThat(other.cancelled()).isFalse();
    });
  }

  @Test
  void shouldGatherExceptionsAsResults() {
    tasks.run(() -> {
      Task<Void> cancelled = Asyncio.createTask(() -> Asyncio.sleep(LONG));
      cancelled.cancel("why");
      List<Object> results =
          Asyncio.gatherReturnExceptions(
              Asyncio.createTask(() -> 1), Asyncio.createTask(() -> fail("no")), cancelled);
      assertThat(results.get(0)).isEqualTo(1);
      assertThat(results.get(1)).isInstanceOf(IOException.class);
      assertThat(results.get(2)).isInstanceOf(CancellationException.class);
    });
  }

  @Test
  void shouldCancelAllThatIsGathered() {
    List<Task<Void>> children = new ArrayList<>();
    Task<Void> task =
        tasks.create(() -> {
          children.add(Asyncio.createTask(() -> Asyncio.sleep(LONG)));
          children.add(Asyncio.createTask(() -> Asyncio.sleep(LONG)));
          Asyncio.gather(children);
        });
    tasks.runTurns(2);

    task.cancel();

    assertThatThrownBy(() -> loop.runUntilComplete(task)).isInstanceOf(CancellationException.class);
    assertThat(children).allMatch(Future::cancelled);
  }

  /** As in asyncio since 3.12: no turn goes by for what is done already. */
  @Test
  void shouldGatherWhatIsDoneAtOnce() {
    tasks.run(() -> {
      Future<Integer> done = loop.createFuture();
      done.setResult(1);
      loop.callSoon(() -> trace.add("next turn"));
      assertThat(Asyncio.<Integer>gather(done, done)).containsExactly(1, 1);
      Future<Integer> failed = loop.createFuture();
      failed.setException(new IOException("no"));
      assertThatThrownBy(() -> Asyncio.gather(done, failed, loop.createFuture()))
          .isInstanceOf(IOException.class);
      assertThat(Asyncio.<Integer>shield(done)).isEqualTo(1);
      assertThat(trace).isEmpty();
    });
  }

  @Test
  void shouldTellWhyWhatIsGatheredWasCancelled() {
    Task<Void> task =
        tasks.create(() -> {
          Asyncio.gatherReturnExceptions(Asyncio.createTask(() -> Asyncio.sleep(LONG)));
        });
    tasks.runTurns(2);

    task.cancel("why");

    assertThatThrownBy(() -> loop.runUntilComplete(task))
        .isInstanceOf(CancellationException.class)
        .hasMessage("why");
  }

  // waitFor, timeout

  /** TA:test_wait_for_timeout_less_then_0_or_0_coroutine_do_not_started, …_future_done. */
  @Test
  void shouldNotBeginWhatHasNoTime() {
    tasks.run(() -> {
      for (Duration none : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
        assertThatThrownBy(() -> Asyncio.waitFor(() -> trace.add("began"), none))
            .isInstanceOf(TimeoutException.class);
        Future<Integer> cancelled = loop.createFuture();
        cancelled.cancel("before");
        assertThatThrownBy(() -> Asyncio.waitFor(cancelled, none))
            .isInstanceOf(CancellationException.class)
            .hasMessage("before");
      }
    });
    assertThat(trace).isEmpty();
  }

  @Test
  void shouldEndWhatTakesTooLong() {
    tasks.run(() -> {
      Task<Void> slow = Asyncio.createTask(() -> Asyncio.sleep(LONG));
      assertThatThrownBy(() -> Asyncio.waitFor(slow, SHORT))
          .isInstanceOf(TimeoutException.class)
          .hasCauseInstanceOf(CancellationException.class);
      assertThat(slow.cancelled()).isTrue();
      assertThat(Asyncio.currentTask().cancelling()).isZero();
      assertThat(Asyncio.<Integer>waitFor(Asyncio.createTask(() -> 5), LONG)).isEqualTo(5);
      assertThat(Asyncio.<Integer>waitFor(() -> 6, null)).isEqualTo(6);
      assertThatThrownBy(() -> Asyncio.waitFor(loop.createFuture(), Duration.ZERO))
          .isInstanceOf(TimeoutException.class);
      Future<Integer> done = loop.createFuture();
      done.setResult(7);
      assertThat(Asyncio.<Integer>waitFor(done, Duration.ZERO)).isEqualTo(7);
    });
  }

  @Test
  void shouldTurnItsOwnCancellationIntoTimeoutAlone() {
    Task<Void> task =
        tasks.create(() -> {
          Asyncio.timeout(LONG, () -> Asyncio.sleep(LONG));
        });
    tasks.runTurns(1);
    task.cancel("from outside");
    assertThatThrownBy(() -> loop.runUntilComplete(task))
        .isInstanceOf(CancellationException.class)
        .hasMessage("from outside");
  }

  @Test
  void shouldExpireAndReschedule() {
    tasks.run(() -> {
      Timeout timeout = Asyncio.timeout(null);
      assertThat(timeout.when()).isEmpty();
      assertThat(timeout.toString()).isEqualTo("<Timeout [created]>");
      assertThatThrownBy(() -> timeout.reschedule(OptionalLong.of(1)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Timeout has not been entered");
      assertThatThrownBy(() ->
              timeout.run(() -> {
                assertThat(timeout.toString()).isEqualTo("<Timeout [active] when=null>");
                timeout.reschedule(loop.time() - 1);
                Asyncio.sleep(LONG);
              }))
          .isInstanceOf(TimeoutException.class);
      assertThat(timeout.expired()).isTrue();
      assertThatThrownBy(() -> timeout.reschedule(OptionalLong.empty()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Cannot change state of expired Timeout");
      assertThatThrownBy(() -> timeout.run(() -> {}))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Timeout has already been entered");

      Timeout lifted = Asyncio.timeoutAt(loop.time() + 1_000_000_000);
      assertThat(
              lifted.<String>call(() -> {
                lifted.reschedule(OptionalLong.empty());
                Asyncio.sleep(SHORT);
                return "in time";
              }))
          .isEqualTo("in time");
      assertThat(lifted.expired()).isFalse();
      assertThat(lifted.toString()).isEqualTo("<Timeout [finished]>");
      assertThatThrownBy(() -> lifted.reschedule(OptionalLong.empty()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Cannot change state of finished Timeout");
    });
  }

  @Test
  void shouldNestTimeouts() {
    tasks.run(() -> {
      Timeout outer = Asyncio.timeout(SHORT);
      Timeout inner = Asyncio.timeout(LONG);
      assertThatThrownBy(() -> outer.run(() -> inner.run(() -> Asyncio.sleep(LONG))))
          .isInstanceOf(TimeoutException.class);
      assertThat(outer.expired()).isTrue();
      assertThat(inner.expired()).isFalse();
    });
  }

  // wait, asCompleted

  @Test
  void shouldWaitForSome() {
    tasks.run(() -> {
      Future<Integer> never = loop.createFuture();
      Task<Integer> soon = Asyncio.createTask(() -> 1);
      DoneAndPending<Future<Integer>> first =
          Asyncio.wait(List.of(never, soon), ReturnWhen.FIRST_COMPLETED);
      assertThat(first.done()).containsExactly(soon);
      assertThat(first.pending()).containsExactly(never);
      DoneAndPending<Future<Integer>> late =
          Asyncio.wait(List.of(never), SHORT, ReturnWhen.ALL_COMPLETED);
      assertThat(late.pending()).containsExactly(never);
      assertThat(never.cancelled()).isFalse();
      Task<Void> failing = Asyncio.createTask(() -> fail("no"));
      assertThat(Asyncio.wait(List.of(never, failing), ReturnWhen.FIRST_EXCEPTION).done())
          .hasSize(1);
      assertThatThrownBy(() -> Asyncio.wait(List.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Set of Tasks/Futures is empty.");
    });
  }

  /** As in asyncio, what is done already is noticed in the next turn, and cancellation before. */
  @Test
  void shouldSuspendForATurnWhenAllIsDone() {
    tasks.run(() -> {
      Future<Integer> done = loop.createFuture();
      done.setResult(1);
      for (ReturnWhen when : ReturnWhen.values()) {
        trace.clear();
        loop.callSoon(() -> trace.add("callback"));
        assertThat(Asyncio.wait(List.of(done), when).done()).containsExactly(done);
        assertThat(trace).containsExactly("callback");
      }
      Task<?> cancelled =
          Asyncio.createTask(() -> {
            Asyncio.currentTask().cancel();
            Asyncio.wait(List.of(done));
          });
      assertThatThrownBy(cancelled::await).isInstanceOf(CancellationException.class);
    });
  }

  /** Nothing would ever wake the task, or another thread would. */
  @Test
  void shouldRefuseFuturesOfAnotherLoop() throws IOException {
    String message =
        "The future belongs to a different loop than the one specified as the loop argument";
    try (EventLoop other = new SelectorEventLoop()) {
      Future<Integer> foreign = other.createFuture();
      List<ThrowingCallable> calls =
          List.of(
              () -> Asyncio.wait(List.of(foreign)),
              () -> Asyncio.gather(foreign),
              () -> Asyncio.gatherReturnExceptions(foreign),
              () -> Asyncio.asCompleted(List.of(foreign)));
      tasks.run(() ->
          assertThat(calls)
              .allSatisfy(call ->
                  assertThatThrownBy(call)
                      .isInstanceOf(IllegalArgumentException.class)
                      .hasMessage(message)));
    }
  }

  /** Both loops run, each on a thread of its own: neither touches what is the other's. */
  @Test
  void shouldFollowFutureOfALoopInAnotherThread() throws Exception {
    try (EventLoop other = new SelectorEventLoop()) {
      Future<String> answered = other.createFuture();
      Future<String> abandoned = other.createFuture();
      Thread thread =
          new Thread(() -> {
            other.setDebug(true);
            other.runForever();
          });
      thread.start();
      tasks.run(() -> {
        Future<String> following = Asyncio.ensureFuture(answered);
        other.callSoonThreadsafe(() -> answered.setResult("there"));
        assertThat(following.await()).isEqualTo("there");
        Asyncio.ensureFuture(abandoned).cancel();
        Asyncio.sleep(Duration.ZERO);
      });
      other.callSoonThreadsafe(other::stop);
      thread.join();
      assertThat(abandoned.cancelled()).isTrue();
    }
  }

  @Test
  void shouldGiveFuturesOutAsTheyComplete() {
    tasks.run(() -> {
      Future<String> late = loop.createFuture();
      Future<String> early = loop.createFuture();
      loop.callSoon(() -> early.setResult("early"));
      loop.callLater(SHORT, () -> late.setResult("late"));
      for (Future<String> done : Asyncio.asCompleted(List.of(late, early))) {
        trace.add(done.result());
      }
      assertThatThrownBy(
              () -> {
                for (Future<?> done : Asyncio.asCompleted(List.of(loop.createFuture()), SHORT)) {
                  trace.add("never " + done);
                }
              })
          .isInstanceOf(TimeoutException.class);
    });
    assertThat(trace).containsExactly("early", "late");
  }

  @Test
  void shouldThrowTimeoutInsteadOfEachThatIsNotDone() {
    tasks.run(() -> {
      Future<String> done = loop.createFuture();
      done.setResult("done");
      List<Future<String>> futures = List.of(loop.createFuture(), done, loop.createFuture());
      Iterator<Future<String>> completions = Asyncio.asCompleted(futures, SHORT).iterator();
      while (completions.hasNext()) {
        try {
          trace.add(completions.next().result());
        } catch (Exception late) {
          trace.add(late.getClass().getSimpleName());
        }
      }
      assertThatThrownBy(completions::next).isInstanceOf(NoSuchElementException.class);
    });
    assertThat(trace).containsExactly("done", "TimeoutException", "TimeoutException");
  }

  @Test
  void shouldGiveFuturesOutToSeveralTasks() {
    tasks.run(() -> {
      Future<String> first = loop.createFuture();
      Future<String> second = loop.createFuture();
      Iterator<Future<String>> completions = Asyncio.asCompleted(List.of(first, second)).iterator();
      Task<String> cancelled = Asyncio.createTask(() -> completions.next().result());
      Asyncio.sleep(Duration.ZERO);
      cancelled.cancel();
      assertThatThrownBy(cancelled::await).isInstanceOf(CancellationException.class);
      Task<String> one = Asyncio.createTask(() -> completions.next().result());
      Task<String> two = Asyncio.createTask(() -> completions.next().result());
      Asyncio.sleep(Duration.ZERO);
      assertThat(completions.hasNext()).isFalse();
      second.setResult("second");
      first.setResult("first");
      assertThat(Asyncio.<String>gather(one, two)).containsExactly("second", "first");
    });
  }

  // shield

  /** TA:test_shield_duplicate_log_once. */
  @Test
  void shouldReportShieldedFailureOnce() {
    Future<String> inner = loop.createFuture();
    for (int i = 0; i < 2; i++) {
      Task<String> task = tasks.create(() -> Asyncio.shield(inner));
      tasks.runTurns(1);
      task.cancel();
      assertThatThrownBy(() -> loop.runUntilComplete(task))
          .isInstanceOf(CancellationException.class);
    }
    inner.setException(new IOException("nobody waits for this"));
    tasks.runTurns(1);
    assertThat(tasks.takeErrors()).hasSize(1);
  }

  @Test
  void shouldNotCancelWhatIsShielded() {
    Future<String> inner = loop.createFuture();
    Task<String> task = tasks.create(() -> Asyncio.shield(inner));
    tasks.runTurns(1);

    task.cancel();

    assertThatThrownBy(() -> loop.runUntilComplete(task)).isInstanceOf(CancellationException.class);
    assertThat(inner.done()).isFalse();
    inner.setException(new IOException("nobody waits for this"));
    tasks.runTurns(1);
    assertThat(tasks.takeErrors())
        .extracting(ExceptionContext::message)
        .containsExactly("IOException exception in shielded future");
  }

  @Test
  void shouldAnswerWhatIsShielded() {
    tasks.run(() -> {
      assertThat(Asyncio.<Integer>shield(Asyncio.createTask(() -> 1))).isEqualTo(1);
      assertThatThrownBy(() -> Asyncio.shield(Asyncio.createTask(() -> fail("no"))))
          .isInstanceOf(IOException.class);
    });
  }

  // TaskGroup

  @Test
  void shouldWaitForAllTasksOfGroup() {
    int sum =
        tasks.run(() -> {
          List<Task<Integer>> made = new ArrayList<>();
          int inside =
              TaskGroup.call(group -> {
                for (int i = 1; i <= 3; i++) {
                  int result = i;
                  made.add(
                      group.createTask(() -> {
                        Asyncio.sleep(SHORT);
                        return result;
                      }));
                }
                return 10;
              });
          assertThat(made).allMatch(Future::done);
          return inside + made.stream().mapToInt(Task::result).sum();
        });
    assertThat(sum).isEqualTo(16);
  }

  @Test
  void shouldCancelGroupWhenOneFailsAndThrowAllErrors() {
    tasks.run(() -> {
      Task<?>[] other = new Task<?>[1];
      assertThatThrownBy(() ->
              TaskGroup.run(group -> {
                other[0] = group.createTask(() -> Asyncio.sleep(LONG));
                group.createTask(() -> fail("first"));
                group.createTask(() -> {
                  try {
                    Asyncio.sleep(LONG);
                  } finally {
                    fail("second, on being cancelled");
                  }
                });
                Asyncio.sleep(LONG);
                trace.add("the body was cancelled");
              }))
          .isInstanceOfSatisfying(
              ExceptionGroup.class,
              errors -> {
                assertThat(errors).hasMessage("unhandled errors in a TaskGroup (2 sub-exceptions)");
                assertThat(errors.exceptions())
                    .extracting(Throwable::getMessage)
                    .containsExactly("first", "second, on being cancelled");
                assertThat(errors.getSuppressed()).hasSize(2);
              });
      assertThat(other[0].cancelled()).isTrue();
      assertThat(Asyncio.currentTask().cancelling()).isZero();
      Asyncio.sleep(Duration.ZERO); // and no cancellation is left over
    });
    assertThat(trace).isEmpty();
  }

  @Test
  void shouldCancelGroupWhenBodyFails() {
    tasks.run(() -> {
      Task<?>[] child = new Task<?>[1];
      assertThatThrownBy(() ->
              TaskGroup.run(group -> {
                child[0] = group.createTask(() -> Asyncio.sleep(LONG));
                Asyncio.sleep(Duration.ZERO);
                fail("body");
              }))
          .isInstanceOfSatisfying(
              ExceptionGroup.class, errors -> assertThat(errors.exceptions()).hasSize(1));
      assertThat(child[0].cancelled()).isTrue();
    });
  }

  @Test
  void shouldCancelGroupWhenParentIsCancelled() {
    Task<?>[] child = new Task<?>[1];
    Task<Void> parent =
        tasks.create(() -> {
          TaskGroup.run(group -> {
            child[0] = group.createTask(() -> Asyncio.sleep(LONG));
          });
        });
    tasks.runTurns(2);

    parent.cancel("from outside");

    assertThatThrownBy(() -> loop.runUntilComplete(parent))
        .isInstanceOf(CancellationException.class)
        .hasMessage("from outside");
    assertThat(child[0].cancelled()).isTrue();
  }

  @Test
  void shouldNotTakeTasksOnceGroupIsOver() {
    tasks.run(() -> {
      TaskGroup[] kept = new TaskGroup[1];
      TaskGroup.run(group -> {
        kept[0] = group;
      });
      assertThatThrownBy(() -> kept[0].createTask(() -> 1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("is finished");
      assertThatThrownBy(() ->
              TaskGroup.run(group -> {
                group.createTask(() -> fail("no"));
                try {
                  Asyncio.sleep(LONG);
                } catch (CancellationException shuttingDown) {
                  group.createTask(() -> 1);
                }
              }))
          .isInstanceOfSatisfying(
              ExceptionGroup.class,
              errors ->
                  assertThat(errors.exceptions().get(1)).hasMessageContaining("is shutting down"));
    });
  }

  @Test
  void shouldKeepOuterCancellationBesideErrorsOfGroup() {
    Task<Void> parent =
        tasks.create(() -> {
          try {
            TaskGroup.run(group -> {
              group.createTask(() -> {
                try {
                  Asyncio.sleep(LONG);
                } finally {
                  fail("on being cancelled");
                }
              });
              Asyncio.sleep(LONG);
            });
          } catch (ExceptionGroup errors) {
            trace.add("errors");
          }
          Asyncio.sleep(LONG); // the cancellation is delivered here
        });
    tasks.runTurns(2);

    parent.cancel();

    assertThatThrownBy(() -> loop.runUntilComplete(parent))
        .isInstanceOf(CancellationException.class);
    assertThat(trace).containsExactly("errors");
  }

  // ensureFuture, eager factory

  @Test
  void shouldMakeFuturesOfWhatever() {
    tasks.run(() -> {
      Future<Integer> own = loop.createFuture();
      assertThat((Object) Asyncio.ensureFuture(own)).isSameAs(own);
      assertThat((Object) Asyncio.currentTask(loop)).isSameAs(Asyncio.currentTask());
      assertThat(Asyncio.ensureFuture(() -> 4).await()).isEqualTo(4);
      assertThat(Asyncio.ensureFuture(() -> Asyncio.sleep(SHORT)).await()).isNull();
    });
  }

  @Test
  void shouldStartTasksOfAConstructorAtOnce() {
    loop.setTaskFactory(
        Asyncio.createEagerTaskFactory((on, coro, options) -> {
          trace.add("made " + options.name());
          return new Task<>(on, coro, options);
        }));
    tasks.run(() -> {
      assertThat(Asyncio.createTask(() -> 9, TaskOptions.named("eager")).done()).isTrue();
      TaskOptions lazy = TaskOptions.named("lazy").withEagerStart(false);
      assertThat(Asyncio.createTask(() -> 9, lazy).done()).isFalse();
    });
    assertThat(trace).contains("made eager", "made lazy");
  }

  @Test
  void shouldStartEveryTaskAtOnceWithEagerFactory() {
    loop.setTaskFactory(Asyncio::eagerTaskFactory);
    tasks.run(() -> {
      Task<Integer> task = Asyncio.createTask(() -> 9);
      assertThat(task.done()).isTrue();
      assertThat(Asyncio.<Integer>gather(() -> 1, () -> 2)).containsExactly(1, 2);
      TaskGroup.run(group -> {
        assertThat(group.createTask(() -> 3).result()).isEqualTo(3);
      });
    });
  }
}
