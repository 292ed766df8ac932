// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.loop.Context;
import dev.ouro.loop.ContextVar;
import dev.ouro.loop.Future;
import dev.ouro.loop.LoopExit;
import dev.ouro.loop.Task;
import dev.ouro.loop.TaskBody;
import dev.ouro.loop.TaskOptions;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.OnBothEnginesAndTaskKinds;
import dev.ouro.testing.TaskFixture;
import dev.ouro.testing.TaskKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What {@code createTask} makes, and how it runs among callbacks. */
@OnBothEnginesAndTaskKinds
class TaskContractTest {
  private static final ContextVar<String> USER = new ContextVar<>("user", "nobody");

  @RegisterExtension final TaskFixture tasks;
  private final List<String> trace = new ArrayList<>();
  private EventLoop loop;

  TaskContractTest(EngineKind engine, TaskKind kind) {
    tasks = new TaskFixture(engine, kind);
  }

  @BeforeEach
  void open() {
    loop = tasks.loop();
  }

  /** asyncio-behaviours 50. */
  @Test
  void shouldStartInNextTurnAndNotInline() {
    Task<String> task =
        tasks.create(() -> {
          trace.add("task");
          return "result";
        });
    trace.add("created");
    loop.callSoon(() -> trace.add("callback"));

    String result = loop.runUntilComplete(task);

    assertThat(trace).containsExactly("created", "task", "callback");
    assertThat(result).isEqualTo("result");
    assertThat(task.done()).isTrue();
    assertThat(task.exception()).isNull();
  }

  @Test
  void shouldEndWithWhatItsCodeThrows() {
    IOException failure = new IOException("no");

    Task<Void> task =
        tasks.create(() -> {
          throw failure;
        });

    assertThatThrownBy(() -> loop.runUntilComplete(task)).isSameAs(failure);
    assertThat(task.exception()).isSameAs(failure);
    assertThat(task.cancelled()).isFalse();
  }

  @Test
  void shouldBeCancelledWhenItsCodeThrowsCancellation() {
    Task<Void> task =
        tasks.create(() -> {
          throw new CancellationException("of itself");
        });

    assertThatThrownBy(() -> loop.runUntilComplete(task))
        .isInstanceOf(CancellationException.class)
        .hasMessage("of itself");
    assertThat(task.cancelled()).isTrue();
  }

  @Test
  void shouldLetCallbacksRunWhileItAwaits() {
    Future<String> future = loop.createFuture();
    loop.callSoon(() -> {
      trace.add("callback");
      future.setResult("value");
      trace.add("set");
    });

    String value =
        tasks.run(() -> {
          trace.add("await");
          String got = future.await();
          trace.add("resumed");
          return got;
        });

    assertThat(value).isEqualTo("value");
    assertThat(trace).containsExactly("callback", "set", "await", "resumed");
  }

  @Test
  void shouldResumeInOrderOfCallbacksOfTheFuture() {
    Future<String> future = loop.createFuture();
    Task<Void> first =
        tasks.create(() -> {
          future.await();
          trace.add("first");
        });
    tasks.runTurns(1);
    future.addDoneCallback(done -> trace.add("callback"));
    Task<Void> second =
        tasks.create(() -> {
          future.await();
          trace.add("second");
        });
    tasks.runTurns(1);

    future.setResult("");
    tasks.runTurns(1);

    assertThat(trace).containsExactly("first", "callback", "second");
    assertThat(first.done() && second.done()).isTrue();
  }

  @Test
  void shouldThrowFuturesOwnExceptionFromAwait() {
    IOException failure = new IOException("no");
    Future<String> future = loop.createFuture();
    loop.callSoon(() -> future.setException(failure));

    Task<Throwable> task =
        tasks.create(() -> {
          try {
            future.await();
            return null;
          } catch (Exception thrown) {
            return thrown;
          }
        });

    assertThat(loop.runUntilComplete(task)).isSameAs(failure);
  }

  @Test
  void shouldNotLetTurnPassWhenFutureIsDone() {
    Future<String> future = loop.createFuture();
    future.setResult("there");

    tasks.run(() -> {
      loop.callSoon(() -> trace.add("callback"));
      trace.add(future.await());
    });

    assertThat(trace).first().isEqualTo("there");
  }

  @Test
  void shouldAwaitOtherTasks() {
    int result =
        tasks.run(() -> {
          Task<Integer> one = Asyncio.createTask(() -> 1);
          Task<Integer> two = Asyncio.createTask(() -> one.await() + 1);
          return one.await() + two.await();
        });

    assertThat(result).isEqualTo(3);
  }

  @Test
  void shouldRefuseToAwaitOutsideOfTask() {
    Future<String> future = loop.createFuture();
    List<Throwable> thrown = new ArrayList<>();
    loop.callSoon(() -> {
      try {
        future.await();
      } catch (IllegalStateException e) {
        thrown.add(e);
      }
    });

    tasks.runTurns(1);

    assertThat(thrown).singleElement().asString().contains("outside of a task");
    assertThatThrownBy(future::await).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldRefuseToAwaitItself() {
    Task<?>[] self = new Task<?>[1];
    self[0] =
        tasks.create(() -> {
          self[0].await();
        });

    assertThatThrownBy(() -> loop.runUntilComplete(self[0]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Task cannot await on itself");
  }

  @Test
  void shouldRefuseToAwaitFutureOfAnotherLoop() {
    try (EventLoop other = Asyncio.newEventLoop()) {
      Future<String> foreign = other.createFuture();

      assertThatThrownBy(() -> tasks.run(() -> foreign.await()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("attached to a different loop");
    }
  }

  @Test
  void shouldRefuseResultFromOutside() {
    Task<String> task = tasks.create(() -> "own");

    assertThatThrownBy(() -> task.setResult("foreign"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Task does not support setResult operation");
    assertThatThrownBy(() -> task.setException(new IOException()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Task does not support setException operation");
    assertThat(loop.runUntilComplete(task)).isEqualTo("own");
  }

  /** asyncio-behaviours 15: what leaves a run does so from a task, too. */
  @Test
  void shouldLeaveRunWhenTaskThrowsLoopExit() {
    LoopExit exit = new LoopExit("leave");
    Task<Void> task =
        tasks.create(() -> {
          throw exit;
        });

    assertThatThrownBy(() -> loop.runForever()).isSameAs(exit);

    assertThat(task.exception()).isSameAs(exit);
    assertThat(loop.isRunning()).isFalse();
    assertThat(tasks.<String>run(() -> "again")).isEqualTo("again");
  }

  // Names and texts

  @Test
  void shouldHaveNames() {
    Task<Void> numbered = tasks.create(() -> {});
    Task<Void> named = loop.createTask(() -> {}, TaskOptions.named("worker"));

    assertThat(numbered.getName()).matches("Task-\\d+");
    assertThat(named.getName()).isEqualTo("worker");
    named.setName("renamed");
    assertThat(named.toString()).startsWith("<Task pending name='renamed' coro=<");
    tasks.runTurns(1);
    assertThat(named.toString())
        .startsWith("<Task finished name='renamed' coro=<")
        .endsWith("result=null>");
  }

  @Test
  void shouldTellWhatItWaitsForAndWhere() {
    Future<String> future = loop.createFuture();
    Task<String> task = tasks.create(() -> waitFor(future));
    assertThat(task.getStack()).isEmpty();
    tasks.runTurns(1);

    assertThat(task.toString())
        .contains("wait_for=<Future pending cb=[" + task.getName() + ".wakeup()]>");
    assertThat(task.getStack())
        .first()
        .satisfies(frame -> {
          assertThat(frame.getClassName()).isEqualTo(TaskContractTest.class.getName());
          assertThat(frame.getMethodName()).isEqualTo("waitFor");
        });
    assertThat(task.getStack())
        .allSatisfy(frame -> assertThat(frame.getClassName()).doesNotContain("VirtualThread"));

    future.setResult("");
    tasks.runTurns(1);
    assertThat(task.getStack()).isEmpty();
  }

  private static String waitFor(Future<String> future) {
    return future.await();
  }

  // The running loop

  /** asyncio-behaviours 259. */
  @Test
  void shouldBeOnLoopsThreadForAllThatAsks() {
    loop.setDebug(true);
    tasks.run(() -> {
      assertThat(Asyncio.getRunningLoop()).isSameAs(loop);
      assertThat(Asyncio.getEventLoop()).isSameAs(loop);
      assertThat(Asyncio.currentTask().getName()).matches("Task-\\d+");
      Future<String> future = loop.createFuture();
      loop.callSoon(() -> future.setResult("from a callback")); // checks the thread
      assertThat(future.await()).isEqualTo("from a callback");
      assertThat(Asyncio.getRunningLoop()).isSameAs(loop);
      assertThatThrownBy(loop::runForever).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(loop::close).isInstanceOf(IllegalStateException.class);
    });
  }

  @Test
  void shouldKnowCurrentAndAllTasks() {
    Future<Void> gate = loop.createFuture();
    Task<Void> waiting =
        tasks.create(() -> {
          gate.await();
        });
    List<Object> seen = new ArrayList<>();
    loop.callSoon(() -> seen.add(Asyncio.currentTask() == null));

    tasks.run(() -> {
      Task<?> self = Asyncio.currentTask();
      seen.add(self.done());
      assertThat(Asyncio.allTasks()).containsExactly(waiting, self);
    });

    assertThat(seen).containsExactly(true, false);
    assertThat(Asyncio.allTasks(loop)).containsExactly(waiting);
    gate.setResult(null);
    tasks.runTurns(1);
    assertThat(Asyncio.allTasks(loop)).isEmpty();
  }

  /** asyncio-behaviours 258. */
  @Test
  void shouldNeverRunTwoTasksOrCallbacksAtOnce() {
    int[] plain = new int[1];
    ThreadLocal<String> own = new ThreadLocal<>();
    List<Task<Void>> workers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String name = "worker " + i;
      workers.add(
          tasks.create(() -> {
            own.set(name);
            for (int step = 0; step < 50; step++) {
              int read = plain[0];
              Thread.onSpinWait();
              plain[0] = read + 1;
              Future<Void> turn = loop.createFuture();
              loop.callSoon(() -> {
                plain[0]++;
                turn.setResult(null);
              });
              turn.await();
              assertThat(own.get()).isEqualTo(name);
            }
          }));
    }

    workers.forEach(loop::runUntilComplete);

    assertThat(plain[0]).isEqualTo(2 * 20 * 50);
  }

  // Contexts

  /** asyncio-behaviours 41 and 42. */
  @Test
  void shouldRunInCopyOfContextOrInGivenOne() {
    Context given = new Context();
    new Context()
        .run(() -> {
          USER.set("ada");
          tasks.create(() -> {
            trace.add(USER.get());
            USER.set("changed in a copy");
            Future<Void> turn = loop.createFuture();
            loop.callSoon(() -> turn.setResult(null));
            turn.await();
            trace.add(USER.get());
          });
          loop.createTask(
              () -> {
                USER.set("in the given one");
              },
              TaskOptions.DEFAULT.withContext(given));
          USER.set("changed afterwards");
        });

    tasks.runTurns(3);

    assertThat(trace).containsExactly("ada", "changed in a copy");
    assertThat(given.get(USER)).isEqualTo("in the given one");
    assertThat(USER.get()).isEqualTo("nobody");
  }

  @Test
  void shouldTellItsContext() {
    Context given = new Context();
    Task<Void> own =
        tasks.create(() -> {
          USER.set("own");
        });
    Task<Void> inGiven = loop.createTask(() -> {}, TaskOptions.DEFAULT.withContext(given));
    tasks.runTurns(1);

    assertThat(own.getContext().get(USER)).isEqualTo("own");
    assertThat(inGiven.getContext()).isSameAs(given);
  }

  // The task factory

  /** asyncio-behaviours 51 and 52. */
  @Test
  void shouldMakeTasksWithFactory() {
    assertThat(loop.getTaskFactory()).isNull();
    List<TaskOptions> seen = new ArrayList<>();
    loop.setTaskFactory((on, coro, options) -> {
      assertThat(on).isSameAs(loop);
      seen.add(options);
      return new Task<>(on, coro, options);
    });
    TaskOptions options = TaskOptions.named("n").withEagerStart(true).withContext(new Context());

    Task<Integer> task = loop.createTask(() -> 5, options);

    assertThat(loop.runUntilComplete(task)).isEqualTo(5);
    assertThat(task.getName()).isEqualTo("n");
    assertThat(seen).containsExactly(options);
    loop.setTaskFactory(null);
    assertThat(loop.getTaskFactory()).isNull();
  }

  // Eager start

  /** asyncio-behaviours 53. */
  @Test
  void shouldRunEagerTaskInsideCreateTask() {
    Future<Void> gate = loop.createFuture();
    tasks.run(() -> {
      Task<?> creator = Asyncio.currentTask();
      loop.callSoon(() -> trace.add("callback"));
      Task<Void> eager =
          loop.createTask(
              () -> {
                assertThat((Object) Asyncio.currentTask()).isNotSameAs(creator);
                trace.add("eager");
                gate.await();
                trace.add("eager goes on");
              },
              TaskOptions.DEFAULT.withEagerStart(true));
      trace.add("creator");
      assertThat((Object) Asyncio.currentTask()).isSameAs(creator);
      Task<String> complete =
          loop.createTask(() -> "at once", TaskOptions.DEFAULT.withEagerStart(true));
      assertThat(complete.done()).isTrue();
      gate.setResult(null);
      eager.await();
    });

    assertThat(trace).containsExactly("eager", "creator", "callback", "eager goes on");
  }

  @Test
  void shouldRunEagerTaskInsideCallback() {
    loop.callSoon(() -> {
      loop.createTask(
          () -> {
            assertThat((Object) Asyncio.currentTask()).isNotNull();
            trace.add("eager");
          },
          TaskOptions.DEFAULT.withEagerStart(true));
      trace.add("callback");
      assertThat((Object) Asyncio.currentTask()).isNull();
    });

    tasks.runTurns(1);

    assertThat(trace).containsExactly("eager", "callback");
  }

  /** As in asyncio: what leaves the run leaves createTask first, and the task that called it. */
  @Test
  void shouldLeaveCreatorWhenEagerTaskThrowsLoopExit() {
    LoopExit exit = new LoopExit("leave");
    Task<Void> creator =
        tasks.create(() -> {
          loop.createTask(
              (TaskBody)
                  () -> {
                    throw exit;
                  },
              TaskOptions.DEFAULT.withEagerStart(true));
          trace.add("goes on");
        });

    assertThatThrownBy(() -> loop.runUntilComplete(creator)).isSameAs(exit);
    assertThat(trace).isEmpty();
    assertThat(creator.exception()).isSameAs(exit);
    assertThat(Asyncio.allTasks(loop)).isEmpty();
  }

  @Test
  void shouldRefuseEagerStartInContextThatSomebodyIsIn() {
    tasks.run(() -> {
      Task<?> creator = Asyncio.currentTask();
      TaskOptions options =
          TaskOptions.DEFAULT.withEagerStart(true).withContext(creator.getContext());
      assertThatThrownBy(() -> loop.createTask(() -> trace.add("ran"), options))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("cannot enter context: ");
      assertThat(Asyncio.allTasks().size()).isEqualTo(1);
      assertThat(loop.createTask(() -> 1, options.withContext(creator.getContext().copy())).done())
          .isTrue();
    });
    assertThat(trace).isEmpty();
  }

  @Test
  void shouldNotStartEagerlyWhileLoopDoesNotRun() {
    loop.createTask(() -> trace.add("ran"), TaskOptions.DEFAULT.withEagerStart(true));

    assertThat(trace).isEmpty();
    tasks.runTurns(1);
    assertThat(trace).containsExactly("ran");
  }
}
