// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Future;
import dev.ouro.loop.RunningLoop;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.LogCapture;
import dev.ouro.testing.LoopFixture;
import dev.ouro.testing.OnBothEngines;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@OnBothEngines
class ExecutorContractTest {
  @RegisterExtension final LoopFixture loops;
  private EngineLoop loop;

  ExecutorContractTest(EngineKind kind) {
    loops = new LoopFixture(kind);
  }

  @BeforeEach
  void open() {
    loop = loops.open();
  }

  @Test
  void shouldReturnTheResultOnTheLoopsThread() { // behaviour 78
    AtomicReference<Thread> completedOn = new AtomicReference<>();
    Future<String> future = loop.runInExecutor(() -> "result");
    future.addDoneCallback(done -> completedOn.set(Thread.currentThread()));

    assertThat(loop.runUntilComplete(future)).isEqualTo("result");
    assertThat(completedOn).hasValue(Thread.currentThread());
  }

  @Test
  void shouldThrowWhatTheJobThrows() { // behaviour 78
    IOException failure = new IOException("failed");

    assertThatThrownBy(() ->
            loop.runUntilComplete(
                loop.runInExecutor(() -> {
                  throw failure;
                })))
        .isSameAs(failure);
  }

  @Test
  void shouldTakeNullForTheDefaultExecutor() { // behaviours 78, 83
    String name =
        loop.runUntilComplete(loop.runInExecutor(null, () -> Thread.currentThread().getName()));

    assertThat(name).isEqualTo("ouro-executor-0");
  }

  @Test
  void shouldRunOnDaemonPlatformThreadsOutsideOfAnyLoop() { // behaviour 83
    boolean asExpected =
        loop.runUntilComplete(
            loop.runInExecutor(() ->
                Thread.currentThread().isDaemon()
                    && !Thread.currentThread().isVirtual()
                    && RunningLoop.current() == null));

    assertThat(asExpected).isTrue();
  }

  @Test
  void shouldUseTheGivenExecutor() { // behaviour 78
    Future<Thread> future = loop.runInExecutor(Runnable::run, Thread::currentThread);

    assertThat(future.done()).isFalse();
    assertThat(loop.runUntilComplete(future)).isSameAs(Thread.currentThread());
  }

  @Test
  void shouldLeaveARunningJobAloneWhenCancelled() throws Exception { // behaviour 79
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    AtomicBoolean interrupted = new AtomicBoolean();
    Future<String> future =
        loop.runInExecutor(() -> {
          started.countDown();
          go.await();
          interrupted.set(Thread.currentThread().isInterrupted());
          ended.countDown();
          return "late";
        });
    started.await();

    assertThat(future.cancel()).isTrue();
    assertThatThrownBy(() -> loop.runUntilComplete(future))
        .isInstanceOf(CancellationException.class);
    go.countDown();
    ended.await();
    loop.runUntilComplete(loop.shutdownDefaultExecutor());

    assertThat(interrupted).isFalse();
    assertThat(future.cancelled()).isTrue();
  }

  @Test
  void shouldNotStartAJobThatWasCancelledBefore() { // behaviour 79
    List<Runnable> queue = new ArrayList<>();
    AtomicBoolean ran = new AtomicBoolean();
    Future<Boolean> future =
        loop.runInExecutor(
            queue::add,
            () -> {
              ran.set(true);
              return true;
            });

    future.cancel();
    queue.forEach(Runnable::run);

    assertThat(ran).isFalse();
  }

  @Test
  void shouldRunJobsWithoutAResult() {
    List<String> ran = Collections.synchronizedList(new ArrayList<>());
    loop.runUntilComplete(
        loop.runInExecutor(() -> {
          ran.add("default");
        }));
    loop.runUntilComplete(
        loop.runInExecutor(
            Runnable::run,
            () -> {
              ran.add("given");
            }));
    assertThatThrownBy(() ->
            loop.runUntilComplete(
                loop.runInExecutor(() -> {
                  ran.add("fails");
                  throw new IOException("job");
                })))
        .isInstanceOf(IOException.class)
        .hasMessage("job");
    assertThat(ran).containsExactly("default", "given", "fails");
  }

  @Test
  void shouldRefuseNull() { // behaviour 80
    assertThatThrownBy(() -> loop.setDefaultExecutor(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("executor");
    assertThatThrownBy(() -> loop.runInExecutor((Callable<?>) null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("job");
  }

  @Test
  void shouldUseTheDefaultExecutorThatWasSetAndShutItDown() { // behaviours 20, 80
    ExecutorService own =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().name("mine").factory());
    loop.setDefaultExecutor(own);

    String name = loop.runUntilComplete(loop.runInExecutor(() -> Thread.currentThread().getName()));
    loop.close();

    assertThat(name).isEqualTo("mine");
    assertThat(own.isShutdown()).isTrue();
  }

  @Test
  void shouldWaitForJobsWhenShutDown() { // behaviour 81
    CountDownLatch go = new CountDownLatch(1);
    AtomicBoolean ended = new AtomicBoolean();
    Future<Object> job =
        loop.runInExecutor(() -> {
          go.await();
          ended.set(true);
          return null;
        });
    loop.callSoon(go::countDown);

    loop.runUntilComplete(loop.shutdownDefaultExecutor());

    assertThat(ended).isTrue();
    assertThat(job.done()).isTrue();
  }

  @Test
  void shouldRefuseTheDefaultExecutorAfterItWasShutDown() { // behaviour 81
    loop.runUntilComplete(loop.shutdownDefaultExecutor());

    assertThatThrownBy(() -> loop.runInExecutor(() -> ""))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Executor shutdown has been called");
    Future<String> inOwn = loop.runInExecutor(Runnable::run, () -> "own");
    assertThat(loop.runUntilComplete(inOwn)).isEqualTo("own");
  }

  @Test
  void shouldReturnAtOnceWhenThereIsNoExecutor() { // behaviour 81
    assertThat(loop.shutdownDefaultExecutor().done()).isTrue();
  }

  @Test
  void shouldWarnAndGiveUpAfterTheTimeout() { // behaviour 82
    CountDownLatch go = new CountDownLatch(1);
    loop.runInExecutor(() -> {
      go.await();
      return null;
    });

    try (LogCapture log = new LogCapture()) {
      loop.runUntilComplete(loop.shutdownDefaultExecutor(Duration.ofMillis(1)));

      assertThat(log.warnings())
          .containsExactly("The executor did not finish joining its threads within 0.001 seconds.");
    } finally {
      go.countDown();
    }
  }

  @Test
  void shouldNotWarnWhenTheJobsEndInTime() { // behaviour 82
    loop.runUntilComplete(loop.runInExecutor(() -> ""));

    try (LogCapture log = new LogCapture()) {
      loop.runUntilComplete(loop.shutdownDefaultExecutor(Duration.ofHours(1)));

      assertThat(log.warnings()).isEmpty();
    }
    assertThatThrownBy(() -> loop.shutdownDefaultExecutor(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("timeout");
  }

  @Test
  void shouldThrowWhatAnExecutorThrowsThatTakesNoJobs() { // behaviour 78
    assertThatThrownBy(() ->
            loop.runInExecutor(
                job -> {
                  throw new RejectedExecutionException("full");
                },
                () -> ""))
        .isInstanceOf(RejectedExecutionException.class);
  }
}
