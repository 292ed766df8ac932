// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.Asyncio;
import dev.ouro.linux.Socket;
import dev.ouro.loop.CallbackLoop;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.Future;
import dev.ouro.loop.LoopExit;
import dev.ouro.loop.RunningLoop;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.LoopFixture;
import dev.ouro.testing.OnBothEngines;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@OnBothEngines
class RunStopCloseContractTest {
  @RegisterExtension final LoopFixture loops;
  private final List<String> trace = new ArrayList<>();
  private EngineLoop loop;

  RunStopCloseContractTest(EngineKind kind) {
    loops = new LoopFixture(kind);
  }

  @BeforeEach
  void open() {
    loop = loops.open();
  }

  private Runnable note(String what) {
    return () -> trace.add(what);
  }

  private void runTurn() {
    loop.stop();
    loop.runForever();
  }

  @Test
  void shouldFinishTheBatchWhenStopped() { // behaviour 1
    loop.callSoon(() -> {
      loop.stop();
      loop.callSoon(note("next run"));
    });
    loop.callSoon(note("same batch"));

    loop.runForever();

    assertThat(trace).containsExactly("same batch");
    runTurn();
    assertThat(trace).containsExactly("same batch", "next run");
  }

  @Test
  void shouldRunOneTurnWhenStoppedBefore() { // behaviour 2
    loop.callSoon(() -> {
      trace.add("queued");
      loop.callSoon(note("later"));
    });
    loop.stop();

    loop.runForever();

    assertThat(trace).containsExactly("queued");
  }

  @Test
  void shouldNotDeliverAnEventTwiceAfterAStop() throws IOException { // behaviours 4, 265
    Socket[] pair = Socket.pair();
    try (Socket reading = pair[0];
        Socket writing = pair[1]) {
      writing.shutdown(1);
      AtomicInteger calls = new AtomicInteger();
      loop.addReader(
          reading,
          () -> {
            calls.incrementAndGet();
            loop.removeReader(reading);
            loop.stop();
          });

      loop.runForever();
      runTurn();
      runTurn();

      assertThat(calls).hasValue(1);
    }
  }

  @Test
  void shouldNotStarveDescriptorsWhenACallbackReschedulesItself()
      throws IOException { // behaviour 5
    Socket[] pair = Socket.pair();
    try (Socket reading = pair[0];
        Socket writing = pair[1]) {
      writing.shutdown(1);
      Runnable[] again = new Runnable[1];
      again[0] = () -> loop.callSoon(again[0]);
      loop.callSoon(again[0]);
      loop.addReader(
          reading,
          () -> {
            loop.removeReader(reading);
            loop.stop();
          });

      loop.runForever();

      assertThat(loop.removeReader(reading)).isFalse();
    }
  }

  @Test
  void shouldRefuseANullFuture() { // behaviour 9
    assertThatThrownBy(() -> loop.runUntilComplete((Future<?>) null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("future");
  }

  /** As asyncio's, which wraps a coroutine into a task. */
  @Test
  void shouldRunCodeAsATask() {
    assertThat(loop.<String>runUntilComplete(() -> Asyncio.currentTask().getName()))
        .startsWith("Task-");
    List<String> trace = new ArrayList<>();
    loop.runUntilComplete(() -> {
      trace.add("ran");
      assertThatThrownBy(() -> loop.runUntilComplete(() -> trace.add("never")))
          .isInstanceOf(IllegalStateException.class);
      Asyncio.sleep(Duration.ZERO);
      assertThat(Asyncio.allTasks()).hasSize(1);
    });
    assertThat(trace).containsExactly("ran");
  }

  @Test
  void shouldRefuseAFutureOfAnotherLoop() { // behaviour 10
    Future<String> foreign = loops.open().createFuture();

    assertThatThrownBy(() -> loop.runUntilComplete(foreign))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("different loop");
  }

  @Test
  void shouldReturnTheResult() { // behaviour 11
    Future<String> future = loop.createFuture();
    loop.callSoon(() -> future.setResult("done"));

    assertThat(loop.runUntilComplete(future)).isEqualTo("done");
  }

  @Test
  void shouldReturnTheResultOfAFutureThatIsDoneAlready() { // behaviour 11
    Future<String> future = loop.createFuture();
    future.setResult("done");

    assertThat(loop.runUntilComplete(future)).isEqualTo("done");
  }

  @Test
  void shouldThrowTheFuturesOwnException() { // behaviour 11
    Future<String> future = loop.createFuture();
    IOException failure = new IOException("failed");
    loop.callSoon(() -> future.setException(failure));

    assertThatThrownBy(() -> loop.runUntilComplete(future)).isSameAs(failure);
  }

  @Test
  void shouldThrowCancellationWhenTheFutureIsCancelled() { // behaviour 11
    Future<String> future = loop.createFuture();
    loop.callSoon(() -> future.cancel("enough"));

    assertThatThrownBy(() -> loop.runUntilComplete(future))
        .isInstanceOf(CancellationException.class)
        .hasMessage("enough");
  }

  @Test
  void shouldFailWhenStoppedBeforeTheFutureIsDone() { // behaviour 12
    Future<String> future = loop.createFuture();
    loop.callSoon(loop::stop);

    assertThatThrownBy(() -> loop.runUntilComplete(future))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Event loop stopped before Future completed.");
  }

  @Test
  void shouldNotStopALaterRunWhenAnOrphanIsDone() { // behaviour 13
    Future<String> orphan = loop.createFuture();
    loop.callSoon(loop::stop);
    assertThatThrownBy(() -> loop.runUntilComplete(orphan))
        .isInstanceOf(IllegalStateException.class);
    Future<String> other = loop.createFuture();
    loop.callSoon(() -> orphan.setResult("late"));
    loop.callSoon(
        () -> loop.callSoon(() -> loop.callSoon(() -> other.setResult("not stopped before"))));

    assertThat(loop.runUntilComplete(other)).isEqualTo("not stopped before");
  }

  @Test
  void shouldNotStopALaterRunWhenTheFutureWasDoneInTheBatchThatStopped() { // behaviour 13
    Future<String> orphan = loop.createFuture();
    loop.callSoon(loop::stop);
    loop.callSoon(() -> orphan.setResult("in the last batch"));
    assertThat(loop.runUntilComplete(orphan)).isEqualTo("in the last batch");
    Future<String> other = loop.createFuture();
    loop.callSoon(() -> loop.callSoon(() -> other.setResult("not stopped before")));

    assertThat(loop.runUntilComplete(other)).isEqualTo("not stopped before");
  }

  @Test
  void shouldNotStopASecondTimeWhenTheFutureLeavesTheRun() { // behaviour 14
    Future<String> future = loop.createFuture();
    LoopExit exit = new LoopExit("exit");
    loop.callSoon(() -> {
      future.setException(exit);
      throw exit;
    });
    assertThatThrownBy(() -> loop.runUntilComplete(future)).isSameAs(exit);
    Future<String> other = loop.createFuture();
    loop.callSoon(() -> loop.callSoon(() -> other.setResult("not stopped before")));

    assertThat(loop.runUntilComplete(other)).isEqualTo("not stopped before");
    assertThat(future.exception()).isSameAs(exit);
  }

  @Test
  void shouldLeaveAtOnceAndStayUsableWhenACallbackThrowsAFatalError() { // behaviours 3, 15, 17
    for (Error fatal : List.of(new LoopExit("exit"), new OutOfMemoryError("made up"))) {
      loop.callSoon(() -> {
        throw fatal;
      });

      assertThatThrownBy(loop::runForever).isSameAs(fatal);

      assertThat(loop.isRunning()).isFalse();
      assertThat(loop.isClosed()).isFalse();
      assertThat(RunningLoop.current()).isNull();
    }
  }

  @Test
  void shouldGoOnWhenACallbackThrowsAnythingElse() { // behaviours 15, 57
    List<Throwable> thrown =
        List.of(
            new IllegalStateException("runtime"),
            new IOException("checked"),
            new AssertionError("assertion"),
            new StackOverflowError("made up"),
            new NoClassDefFoundError("made up"));
    List<Throwable> reported = new ArrayList<>();
    loop.setExceptionHandler((on, context) -> reported.add(context.exception()));
    for (Throwable each : thrown) {
      Future<String> failed = loop.createFuture();
      failed.setException(each);
      loop.callSoon(failed::result);
    }

    runTurn();

    assertThat(reported).containsExactlyElementsOf(thrown);
  }

  @Test
  void shouldRefuseToRunInsideItself() { // behaviour 16
    Future<String> future = loop.createFuture();
    Throwable forever = thrownInside(loop::runForever);
    Throwable until = thrownInside(() -> loop.runUntilComplete(future));

    assertThat(List.of(forever, until))
        .allSatisfy(thrown ->
            assertThat(thrown)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("This event loop is already running"));
    assertThat(future.removeDoneCallback(done -> {})).isZero();
  }

  @Test
  void shouldRefuseToRunInsideAnotherLoop() { // behaviour 16
    EngineLoop inner = loops.open();
    Future<String> future = inner.createFuture();

    Throwable forever = thrownInside(inner::runForever);
    Throwable until = thrownInside(() -> inner.runUntilComplete(future));

    assertThat(List.of(forever, until))
        .allSatisfy(thrown ->
            assertThat(thrown)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Cannot run the event loop while another loop is running"));
    assertThat(inner.isRunning()).isFalse();
  }

  private Throwable thrownInside(ThrowingCallable call) {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    loop.callSoon(() -> {
      try {
        call.call();
      } catch (Throwable failure) {
        thrown.set(failure);
      }
    });
    runTurn();
    return thrown.get();
  }

  @Test
  void shouldRefuseToRunOnASecondThread() throws Exception { // behaviour 16
    CountDownLatch running = new CountDownLatch(1);
    Thread runner =
        Thread.ofPlatform()
            .start(() -> {
              loop.runForever();
              loop.close(); // a ring is its thread's
            });
    loop.callSoonThreadsafe(running::countDown);
    running.await();

    assertThatThrownBy(loop::runForever)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("This event loop is already running");
    loop.callSoonThreadsafe(loop::stop);
    runner.join();
  }

  @Test
  void shouldBeTheRunningLoopOnlyWhileItRuns() { // behaviours 17, 18
    AtomicReference<CallbackLoop> inside = new AtomicReference<>();
    loop.callSoon(() -> inside.set(RunningLoop.require()));
    loop.callSoon(() -> assertThat(loop.isRunning()).isTrue());
    assertThat(loop.isRunning()).isFalse();

    runTurn();

    assertThat(inside.get()).isSameAs(loop);
    assertThat(loop.isRunning()).isFalse();
    assertThat(RunningLoop.current()).isNull();
    assertThatThrownBy(RunningLoop::require)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no running event loop");
  }

  @Test
  void shouldRefuseToCloseWhileRunningAndGoOn() { // behaviour 19
    Throwable thrown = thrownInside(loop::close);
    loop.callSoon(note("works"));
    runTurn();

    assertThat(thrown)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Cannot close a running event loop");
    assertThat(trace).containsExactly("works");
  }

  @Test
  void shouldDropWhatIsScheduledWhenClosed() { // behaviour 20
    loop.callSoon(note("ready"));
    loop.callSoonThreadsafe(note("from elsewhere"));
    loop.callLater(Duration.ZERO, note("timer"));

    loop.close();
    loop.close();

    assertThat(loop.isClosed()).isTrue();
    assertThat(trace).isEmpty();
  }

  @Test
  void shouldRefuseEverythingWhenClosed() throws IOException { // behaviour 21
    Socket[] pair = Socket.pair();
    try (Socket one = pair[0];
        Socket other = pair[1]) {
      Future<String> future = loop.createFuture();
      loop.close();

      List<ThrowingCallable> calls =
          List.of(
              () -> loop.callSoon(note("")),
              () -> loop.callSoonThreadsafe(note("")),
              () -> loop.callLater(Duration.ZERO, note("")),
              () -> loop.callAt(0, note("")),
              () -> loop.runInExecutor(() -> ""),
              () -> loop.runInExecutor(Runnable::run, () -> ""),
              () -> loop.addReader(one, note("")),
              () -> loop.addWriter(other, note("")),
              () -> loop.runForever(),
              () -> loop.runUntilComplete(future));
      assertThat(calls)
          .allSatisfy(call ->
              assertThatThrownBy(call)
                  .isInstanceOf(IllegalStateException.class)
                  .hasMessage("Event loop is closed"));
      assertThat(loop.removeReader(one)).isFalse();
      assertThat(loop.removeWriter(other)).isFalse();
    }
  }

  /** {@link dev.ouro.testing.LeakCheck} sees what stays open. */
  @Test
  void shouldFreeItsDescriptorsWhenClosedAfterRunningWithAReader() throws IOException { // 22
    Socket[] pair = Socket.pair();
    try (Socket one = pair[0];
        Socket other = pair[1]) {
      loop.addReader(one, note("reader"));
      loop.addWriter(other, note("writer"));
      runTurn();

      loop.close();

      assertThat(loop.isClosed()).isTrue();
    }
  }

  @Test
  void shouldForgetAJobThatEndsAfterTheLoopWasClosed() throws Exception { // behaviour 23
    CountDownLatch closed = new CountDownLatch(1);
    AtomicReference<Thread> worker = new AtomicReference<>();
    CountDownLatch started = new CountDownLatch(1);
    List<ExceptionContext> reported = new ArrayList<>();
    loop.setExceptionHandler((on, context) -> reported.add(context));
    Future<String> job =
        loop.runInExecutor(() -> {
          worker.set(Thread.currentThread());
          started.countDown();
          closed.await();
          return "late";
        });
    started.await();

    loop.close();
    closed.countDown();
    worker.get().join();

    assertThat(job.done()).isFalse();
    assertThat(reported).isEmpty();
  }

  @Test
  void shouldRunAsOftenAsAsked() { // behaviour 25
    for (int i = 0; i < 100; i++) {
      loop.callSoon(note("run"));
      runTurn();
    }

    assertThat(trace).hasSize(100);
  }

  @Test
  void shouldSurviveThreadsThatScheduleWhileItCloses() throws Exception { // behaviour 31
    for (int i = 0; i < 50; i++) {
      EngineLoop closing = loops.open();
      CountDownLatch scheduled = new CountDownLatch(1);
      Thread other =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  while (true) {
                    closing.callSoonThreadsafe(() -> {});
                    scheduled.countDown();
                  }
                } catch (IllegalStateException closed) {
                  assertThat(closed).hasMessage("Event loop is closed");
                }
              });
      scheduled.await();
      closing.stop();
      closing.runForever();

      closing.close();
      other.join();

      assertThat(closing.isClosed()).isTrue();
    }
  }
}
