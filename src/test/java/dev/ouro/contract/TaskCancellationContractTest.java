// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.Future;
import dev.ouro.loop.Task;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.LogCapture;
import dev.ouro.testing.OnBothEnginesAndTaskKinds;
import dev.ouro.testing.TaskFixture;
import dev.ouro.testing.TaskKind;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How a task is cancelled, and what is said of tasks that nobody looks after. */
@OnBothEnginesAndTaskKinds
class TaskCancellationContractTest {
  @RegisterExtension final TaskFixture tasks;
  private final List<String> trace = new ArrayList<>();
  private EventLoop loop;

  TaskCancellationContractTest(EngineKind engine, TaskKind kind) {
    tasks = new TaskFixture(engine, kind);
  }

  @BeforeEach
  void open() {
    loop = tasks.loop();
  }

  private void assertCancelled(Task<?> task, String message) {
    assertThatThrownBy(() -> loop.runUntilComplete(task))
        .isInstanceOf(CancellationException.class)
        .hasMessage(message);
    assertThat(task.cancelled()).isTrue();
  }

  @Test
  void shouldNotRunAtAllWhenCancelledBeforeItStarts() {
    Task<Void> task =
        tasks.create(() -> {
          trace.add("ran");
        });

    assertThat(task.cancel("early")).isTrue();

    assertThat(task.toString()).startsWith("<Task cancelling ");
    assertCancelled(task, "early");
    assertThat(trace).isEmpty();
    assertThat(task.cancel()).isFalse();
    assertThat(task.toString()).startsWith("<Task cancelled ");
  }

  @Test
  void shouldCancelWhatItAwaits() {
    Future<String> future = loop.createFuture();
    Task<String> task = tasks.create(() -> future.await());
    tasks.runTurns(1);

    assertThat(task.cancel("enough")).isTrue();

    assertThat(future.cancelled()).isTrue();
    assertThat(task.done()).isFalse();
    assertThat(task.cancelling()).isEqualTo(1);
    assertCancelled(task, "enough");
  }

  @Test
  void shouldCancelTaskThatItAwaits() {
    Future<String> future = loop.createFuture();
    Task<String> inner = tasks.create(() -> future.await());
    Task<String> outer = tasks.create(() -> inner.await());
    tasks.runTurns(1);

    outer.cancel("chain");

    assertCancelled(outer, "chain");
    assertThat(inner.cancelled()).isTrue();
    assertThat(future.cancelled()).isTrue();
  }

  /** asyncio-behaviours 55. */
  @Test
  void shouldBeCancelledBetweenResultAndResume() {
    Future<String> future = loop.createFuture();
    Task<String> task =
        tasks.create(() -> {
          try {
            return future.await();
          } catch (CancellationException cancelled) {
            trace.add("cancelled, but the future has " + future.result());
            throw cancelled;
          }
        });
    tasks.runTurns(1);

    future.setResult("its result");
    assertThat(task.cancel()).isTrue();

    assertCancelled(task, null);
    assertThat(trace).containsExactly("cancelled, but the future has its result");
  }

  /** As in asyncio: the first one is on its way already. */
  @Test
  void shouldSayWhatFirstOfTwoCancelsSaid() {
    Task<Void> task = tasks.create(() -> Asyncio.sleep(Duration.ofDays(1)));
    tasks.runTurns(1);

    task.cancel("first");
    task.cancel("second");

    assertCancelled(task, "first");
    assertThat(task.cancelling()).isEqualTo(2);
  }

  @Test
  void shouldDeliverCancellationAtNextAwaitThatSuspends() {
    Future<String> done = loop.createFuture();
    done.setResult("");
    Future<String> pending = loop.createFuture();
    Task<?>[] self = new Task<?>[1];
    self[0] =
        tasks.create(() -> {
          self[0].cancel("myself");
          done.await();
          trace.add("an await that does not suspend passes");
          pending.await();
          trace.add("not reached");
        });

    assertCancelled(self[0], "myself");
    assertThat(trace).containsExactly("an await that does not suspend passes");
    assertThat(pending.cancelled()).isTrue();
  }

  @Test
  void shouldGoOnAfterCatchingCancellation() {
    Future<String> first = loop.createFuture();
    Future<String> second = loop.createFuture();
    Task<String> task =
        tasks.create(() -> {
          try {
            first.await();
          } catch (CancellationException cancelled) {
            trace.add("caught");
          }
          return second.await();
        });
    tasks.runTurns(1);
    task.cancel();
    loop.callLater(Duration.ofNanos(1), () -> second.setResult("went on"));

    assertThat(loop.runUntilComplete(task)).isEqualTo("went on");
    assertThat(task.cancelling()).isEqualTo(1);
    assertThat(trace).containsExactly("caught");
  }

  @Test
  void shouldAwaitInFinally() {
    Future<String> future = loop.createFuture();
    Future<String> cleanUp = loop.createFuture();
    Task<String> task =
        tasks.create(() -> {
          try {
            return future.await();
          } finally {
            trace.add("cleaned up with " + cleanUp.await());
          }
        });
    tasks.runTurns(1);
    task.cancel("stop");
    loop.callLater(Duration.ofNanos(1), () -> cleanUp.setResult("care"));

    assertCancelled(task, "stop");
    assertThat(trace).containsExactly("cleaned up with care");
  }

  @Test
  void shouldBeCancelledWhenAskedToRightBeforeItEnds() {
    Task<?>[] self = new Task<?>[1];
    self[0] =
        tasks.create(() -> {
          self[0].cancel("late");
          return "nobody gets this";
        });

    assertCancelled(self[0], "late");
  }

  @Test
  void shouldCountCancellationsAndTakeThemBack() {
    Task<?>[] self = new Task<?>[1];
    Task<Integer> task =
        tasks.create(() -> {
          self[0].cancel();
          self[0].cancel();
          assertThat(self[0].cancelling()).isEqualTo(2);
          assertThat(self[0].uncancel()).isEqualTo(1);
          assertThat(self[0].uncancel()).isEqualTo(0);
          assertThat(self[0].uncancel()).isEqualTo(0);
          Future<Integer> turn = loop.createFuture();
          loop.callSoon(() -> turn.setResult(7));
          return turn.await(); // what was taken back is not delivered
        });
    self[0] = task;

    assertThat(loop.runUntilComplete(task)).isEqualTo(7);
  }

  /** asyncio-behaviours 261: to a task, an interrupt is its cancellation. */
  @Test
  void shouldSeeInterruptAsCancellation() throws InterruptedException {
    Future<String> future = loop.createFuture();
    Thread[] thread = new Thread[1];
    Task<String> task =
        tasks.create(() -> {
          thread[0] = Thread.currentThread();
          return future.await();
        });
    tasks.runTurns(1);
    Thread interrupter = Thread.ofPlatform().start(() -> thread[0].interrupt());

    assertCancelled(task, null);
    assertThat(future.cancelled()).isTrue();
    interrupter.join();
  }

  @Test
  void shouldInterruptBlockingCodeOfTheJdk() {
    BlockingQueue<String> queue = new ArrayBlockingQueue<>(1);
    CountDownLatch blocks = new CountDownLatch(1);
    Task<String> task =
        tasks.create(() -> {
          blocks.countDown();
          return queue.take();
        });
    tasks.runUntil(() -> blocks.getCount() == 0);

    task.cancel("no more");

    assertCancelled(task, "no more");
  }

  /** What was delivered as an interrupt is not delivered once more by the next await. */
  @Test
  void shouldDeliverInterruptOnce() {
    BlockingQueue<String> queue = new ArrayBlockingQueue<>(1);
    CountDownLatch blocks = new CountDownLatch(1);
    Task<String> task =
        tasks.create(() -> {
          blocks.countDown();
          try {
            return queue.take();
          } catch (InterruptedException cancelled) {
            Future<String> cleanUp = loop.createFuture();
            loop.callSoon(() -> cleanUp.setResult("cleaned up"));
            return cleanUp.await();
          }
        });
    tasks.runUntil(() -> blocks.getCount() == 0);
    task.cancel();

    assertThat(loop.runUntilComplete(task)).isEqualTo("cleaned up");
  }

  // Nobody looks after it

  /** asyncio-behaviours 56. */
  @Test
  void shouldReportTaskThatIsPendingWhenLoopCloses() {
    Future<String> future = loop.createFuture();
    Task<String> waiting =
        tasks.create(() -> {
          try {
            return future.await();
          } finally {
            trace.add("unwound");
          }
        });
    tasks.runTurns(1);
    Task<Void> notStarted =
        tasks.create(() -> {
          trace.add("never runs");
        });

    loop.close();

    assertThat(trace).containsExactly("unwound");
    assertThat(tasks.takeErrors())
        .extracting(ExceptionContext::message)
        .containsOnly("Task was destroyed but it is pending!")
        .hasSize(2);
    assertThat(waiting.done()).isFalse();
    assertThat(notStarted.done()).isFalse();
  }

  @Test
  void shouldLeaveTaskThatWillNotEndWhenLoopCloses() {
    Future<String> future = loop.createFuture();
    tasks.create(() -> {
      while (true) {
        try {
          future.await();
        } catch (Throwable ignored) {
          trace.add("will not end");
        }
      }
    });
    tasks.runTurns(1);

    loop.close();

    assertThat(trace).isNotEmpty();
    assertThat(tasks.takeErrors()).hasSize(1);
  }

  /** asyncio-behaviours 49 and 56. */
  @Test
  void shouldReportExceptionThatNobodyRetrieves() {
    IllegalArgumentException failure = new IllegalArgumentException("lost");
    WeakReference<Task<Void>> task =
        new WeakReference<>(
            tasks.create(() -> {
              throw failure;
            }));
    tasks.runTurns(2);

    List<ExceptionContext> errors = new ArrayList<>();
    tasks.runUntil(() -> {
      System.gc();
      errors.addAll(tasks.takeErrors());
      return !errors.isEmpty();
    });

    assertThat((Object) task.get()).isNull();
    ExceptionContext error = errors.getFirst();
    assertThat(error.message()).isEqualTo("Task exception was never retrieved");
    assertThat(error.exception()).isSameAs(failure);
    assertThat(error.future().toString()).startsWith("<Task finished name='Task-");
  }

  /** asyncio-behaviours 74 and 260. */
  @Test
  void shouldNameTaskWhoseStepIsSlow() {
    loop.setDebug(true);
    loop.setSlowCallbackDuration(Duration.ofNanos(1));
    try (LogCapture log = new LogCapture()) {
      tasks.create(() -> {});
      tasks.runTurns(1);

      assertThat(log.warnings())
          .anySatisfy(warning ->
              assertThat(warning)
                  .startsWith("Executing <Task finished name='Task-")
                  .contains(" took "));
    }
  }
}
