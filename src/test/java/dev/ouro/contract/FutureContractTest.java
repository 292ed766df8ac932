// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.Future;
import dev.ouro.loop.InvalidStateException;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.LoopFixture;
import dev.ouro.testing.OnBothEngines;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@OnBothEngines
class FutureContractTest {
  @RegisterExtension final LoopFixture loops;
  private final List<String> trace = new ArrayList<>();
  private EngineLoop loop;

  FutureContractTest(EngineKind kind) {
    loops = new LoopFixture(kind);
  }

  @BeforeEach
  void open() {
    loop = loops.open();
  }

  private void runTurn() {
    loop.stop();
    loop.runForever();
  }

  private Consumer<Future<String>> note(String what) {
    return future -> trace.add(what);
  }

  @Test
  void shouldBelongToItsLoop() { // behaviour 45
    Future<String> future = loop.createFuture();

    assertThat(future.getLoop()).isSameAs(loop);
    assertThat(future.done()).isFalse();
    assertThat(future.cancelled()).isFalse();
  }

  @Test
  void shouldScheduleCallbacksInOrderAndNeverRunThemInline() { // behaviour 45
    Future<String> future = loop.createFuture();
    future.addDoneCallback(note("1"));
    future.addDoneCallback(note("2"));
    future.addDoneCallback(done -> trace.add(done.result()));

    future.setResult("result");

    assertThat(trace).isEmpty();
    runTurn();
    assertThat(trace).containsExactly("1", "2", "result");
  }

  @Test
  void shouldScheduleCallbacksAddedByACallbackForTheNextTurn() { // behaviour 45
    Future<String> future = loop.createFuture();
    future.addDoneCallback(done -> future.addDoneCallback(note("added by 1")));
    future.addDoneCallback(note("2"));
    future.setResult("");

    runTurn();

    assertThat(trace).containsExactly("2");
    runTurn();
    assertThat(trace).containsExactly("2", "added by 1");
  }

  @Test
  void shouldScheduleACallbackThatIsAddedWhenDone() { // behaviour 46
    Future<String> future = loop.createFuture();
    future.setResult("");

    future.addDoneCallback(note("late"));

    assertThat(trace).isEmpty();
    runTurn();
    assertThat(trace).containsExactly("late");
  }

  @Test
  void shouldRemoveEveryEqualCallback() { // behaviour 47
    Future<String> future = loop.createFuture();
    Consumer<Future<String>> twice = note("twice");
    future.addDoneCallback(twice);
    future.addDoneCallback(note("once"));
    future.addDoneCallback(twice);

    assertThat(future.removeDoneCallback(twice)).isEqualTo(2);
    assertThat(future.removeDoneCallback(twice)).isZero();
    future.setResult("");
    runTurn();
    assertThat(trace).containsExactly("once");
  }

  @Test
  void shouldRefuseASecondOutcome() { // behaviour 48
    Future<String> finished = loop.createFuture();
    finished.setResult("first");
    Future<String> cancelled = loop.createFuture();
    cancelled.cancel();

    for (Future<String> done : List.of(finished, cancelled)) {
      assertThatThrownBy(() -> done.setResult("second"))
          .isInstanceOf(InvalidStateException.class)
          .hasMessageContaining(done.toString());
      assertThatThrownBy(() -> done.setException(new IOException()))
          .isInstanceOf(InvalidStateException.class);
      assertThat(done.cancel()).isFalse();
    }
    assertThat(finished.result()).isEqualTo("first");
  }

  @Test
  void shouldRefuseToAnswerWhilePending() { // behaviour 48
    Future<String> future = loop.createFuture();

    assertThatThrownBy(future::result)
        .isInstanceOf(InvalidStateException.class)
        .hasMessage("Result is not set.");
    assertThatThrownBy(future::exception)
        .isInstanceOf(InvalidStateException.class)
        .hasMessage("Exception is not set.");
    assertThatThrownBy(() -> future.setException(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("thrown");
  }

  @Test
  void shouldThrowWhatItEndedWith() { // behaviour 48
    Future<String> failed = loop.createFuture();
    IOException failure = new IOException("failed");
    failed.setException(failure);
    Future<String> cancelled = loop.createFuture();
    cancelled.cancel("enough");

    assertThatThrownBy(failed::result).isSameAs(failure);
    assertThat(failed.exception()).isSameAs(failure);
    assertThatThrownBy(cancelled::result)
        .isInstanceOf(CancellationException.class)
        .hasMessage("enough");
    assertThatThrownBy(cancelled::exception).isInstanceOf(CancellationException.class);
  }

  @Test
  void shouldScheduleCallbacksWhenCancelled() { // behaviour 45
    Future<String> future = loop.createFuture();
    future.addDoneCallback(done -> trace.add("cancelled=" + done.cancelled()));

    assertThat(future.cancel()).isTrue();
    runTurn();

    assertThat(trace).containsExactly("cancelled=true");
  }

  @Test
  void shouldReportAnExceptionThatNobodyAskedForOnce() { // behaviour 49
    List<ExceptionContext> reported = new ArrayList<>();
    loop.setExceptionHandler((on, context) -> {
      reported.add(context);
      loop.stop();
    });
    IOException failure = new IOException("forgotten");
    failAndForget(failure);

    Thread collector = Thread.ofPlatform().start(() -> collectUntil(reported));
    loop.runForever();
    collector.interrupt();
    join(collector);
    System.gc();
    runTurn();

    assertThat(reported).hasSize(1);
    assertThat(reported.getFirst().message()).isEqualTo("Future exception was never retrieved");
    assertThat(reported.getFirst().exception()).isSameAs(failure);
    assertThat(reported.getFirst().future().exception()).isSameAs(failure);
  }

  private void failAndForget(Throwable failure) {
    loop.createFuture().setException(failure);
  }

  private static void collectUntil(List<ExceptionContext> reported) {
    while (!Thread.currentThread().isInterrupted()) {
      System.gc();
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldWaitInAnotherThread() throws Exception {
    Future<String> future = loop.createFuture();
    AtomicReference<String> got = new AtomicReference<>();
    Thread waiter =
        Thread.ofPlatform()
            .start(() -> {
              try {
                got.set(future.get());
              } catch (InterruptedException | ExecutionException e) {
                throw new AssertionError(e);
              }
            });
    loop.callSoon(() -> future.setResult("result"));

    loop.runUntilComplete(future);
    waiter.join();

    assertThat(got).hasValue("result");
  }

  @Test
  void shouldRefuseToWaitOnTheLoopsOwnThread() {
    Future<String> future = loop.createFuture();
    List<Throwable> thrown = new ArrayList<>();
    loop.setExceptionHandler((on, context) -> thrown.add(context.exception()));
    loop.callSoon(() -> get(future));
    loop.callSoon(() -> future.setResult("done"));
    loop.callSoon(() -> trace.add(get(future)));

    runTurn();

    assertThat(thrown)
        .singleElement()
        .isInstanceOfSatisfying(
            IllegalStateException.class, e -> assertThat(e).hasMessageContaining("deadlock"));
    assertThat(trace).containsExactly("done");
  }

  private static <T> T get(Future<T> future) {
    try {
      return future.get();
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldBeAFutureOfTheJdk() throws Exception {
    Future<String> pending = loop.createFuture();
    Future<String> finished = loop.createFuture();
    finished.setResult("result");
    Future<String> failed = loop.createFuture();
    IOException failure = new IOException("failed");
    failed.setException(failure);
    Future<String> cancelled = loop.createFuture();
    assertThat(cancelled.cancel(true)).isTrue();

    assertThat(pending.state()).isEqualTo(java.util.concurrent.Future.State.RUNNING);
    assertThat(finished.state()).isEqualTo(java.util.concurrent.Future.State.SUCCESS);
    assertThat(failed.state()).isEqualTo(java.util.concurrent.Future.State.FAILED);
    assertThat(cancelled.state()).isEqualTo(java.util.concurrent.Future.State.CANCELLED);
    assertThat(pending.isDone()).isFalse();
    assertThat(cancelled.isDone()).isTrue();
    assertThat(cancelled.isCancelled()).isTrue();
    assertThat(finished.get()).isEqualTo("result");
    assertThat(finished.get(1, TimeUnit.NANOSECONDS)).isEqualTo("result");
    assertThat(finished.resultNow()).isEqualTo("result");
    assertThatThrownBy(failed::get).isInstanceOf(ExecutionException.class).hasCause(failure);
    assertThat(failed.exceptionNow()).isSameAs(failure);
    assertThatThrownBy(cancelled::get).isInstanceOf(CancellationException.class);
    assertThatThrownBy(() -> pending.get(1, TimeUnit.NANOSECONDS))
        .isInstanceOf(TimeoutException.class);
    assertThatThrownBy(pending::resultNow).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(failed::resultNow).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(finished::exceptionNow).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldNeverLoseAWaiter() throws Exception {
    for (int i = 0; i < 2_000; i++) {
      Future<Integer> future = loop.createFuture();
      CountDownLatch started = new CountDownLatch(1);
      Thread waiter =
          Thread.ofVirtual()
              .start(() -> {
                started.countDown();
                get(future);
              });
      started.await();

      future.setResult(i);
      waiter.join();

      assertThat(future.done()).isTrue();
    }
  }

  @Test
  void shouldSayItsStateInWords() {
    Future<String> future = loop.createFuture();
    assertThat(future.toString()).isEqualTo("<Future pending>");
    future.setResult("text");
    assertThat(future.toString()).isEqualTo("<Future finished result=text>");
    Future<String> cancelled = loop.createFuture();
    cancelled.cancel();
    assertThat(cancelled.toString()).isEqualTo("<Future cancelled>");
  }

  @Test
  void shouldNameItsCallbacks() {
    record Named(String name) implements java.util.function.Consumer<Future<String>> {
      @Override
      public void accept(Future<String> done) {}

      @Override
      public String toString() {
        return name;
      }
    }

    Future<String> future = loop.createFuture();
    future.addDoneCallback(new Named("first"));
    assertThat(future.toString()).isEqualTo("<Future pending cb=[first]>");
    future.addDoneCallback(new Named("second"));
    assertThat(future.toString()).isEqualTo("<Future pending cb=[first, second]>");
    future.addDoneCallback(new Named("third"));
    future.addDoneCallback(new Named("fourth"));
    assertThat(future.toString()).isEqualTo("<Future pending cb=[first, <2 more>, fourth]>");
    future.setResult("text");
    assertThat(future.toString()).isEqualTo("<Future finished result=text>");
  }

  @Test
  void shouldRefuseCompletionByAForeignThreadInDebugMode() throws Exception { // behaviour 72
    loop.setDebug(true);
    Future<String> future = loop.createFuture();
    List<Throwable> thrown = new ArrayList<>();
    loop.callSoon(() -> {
      Thread foreign =
          Thread.ofPlatform()
              .start(() -> {
                thrown.add(thrownBy(() -> future.setResult("foreign")));
                thrown.add(thrownBy(() -> future.setException(new IOException())));
                thrown.add(thrownBy(() -> future.cancel()));
                thrown.add(thrownBy(() -> future.addDoneCallback(note(""))));
              });
      join(foreign);
    });

    runTurn();

    assertThat(thrown)
        .hasSize(4)
        .allSatisfy(each ->
            assertThat(each)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Non-thread-safe operation"));
    assertThat(future.done()).isFalse();
  }

  private static Throwable thrownBy(Runnable call) {
    try {
      call.run();
      return null;
    } catch (IllegalStateException e) {
      return e;
    }
  }
}
