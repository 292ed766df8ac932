// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.KeyboardInterrupt;
import dev.ouro.Runner;
import dev.ouro.RunnerOptions;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.SigAction;
import dev.ouro.linux.Signal;
import dev.ouro.linux.SignalPipe;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Future;
import dev.ouro.loop.Handle;
import dev.ouro.loop.Task;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.FakeLoop;
import dev.ouro.testing.OnBothEnginesAndTaskKinds;
import dev.ouro.testing.TaskFixture;
import dev.ouro.testing.TaskKind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * SIGINT while a {@link Runner} runs: asyncio-behaviours 256. This process sends it to itself, from
 * a task that has seen that it will not end by it; {@link SignalProcessTest} has those that do.
 */
@OnBothEnginesAndTaskKinds
class InterruptContractTest {
  private static final int PID = (int) ProcessHandle.current().pid();

  /** Handles SIGINT in the JVM's place. It cannot be closed. */
  private static final SignalPipe OUTSIDE = open();

  private static final Duration FOR_GOOD = Duration.ofDays(1);

  @RegisterExtension final TaskFixture tasks;
  private final List<Object> trace = new ArrayList<>();
  private long before;

  InterruptContractTest(EngineKind engine, TaskKind kind) {
    tasks = new TaskFixture(engine, kind);
  }

  private static SignalPipe open() {
    try {
      return SignalPipe.open();
    } catch (LinuxException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void noteAction() {
    assumeTrue(Thread.currentThread().getName().equals("main"), "SIGINT is the main thread's");
    before = action();
  }

  /** Whatever happened, SIGINT does afterwards what it did before. */
  @AfterEach
  void checkAction() {
    assertThat(action()).isEqualTo(before);
  }

  private static long action() {
    try {
      return SigAction.get(Signal.SIGINT).handler();
    } catch (LinuxException e) {
      throw new AssertionError(e);
    }
  }

  private Runner runner() {
    return new Runner(RunnerOptions.DEFAULT.withLoopFactory(tasks::loop));
  }

  /** Ctrl-C; a failure when it would end this process. */
  private void interrupt() {
    assertThat(action()).isNotEqualTo(before);
    try {
      Signal.SIGINT.send(PID);
    } catch (LinuxException e) {
      throw new AssertionError(e);
    }
  }

  private String interruptAndWait() {
    interrupt();
    Asyncio.sleep(FOR_GOOD);
    return "not interrupted";
  }

  @Test
  void shouldCancelMainTaskOnFirstSigint() {
    try (Runner runner = runner()) {
      for (int round = 0; round < 2; round++) {
        assertThatThrownBy(() ->
                runner.run(() -> {
                  try {
                    interruptAndWait();
                  } finally {
                    Asyncio.sleep(Duration.ZERO);
                    trace.add("cleaned up");
                  }
                }))
            .isInstanceOf(KeyboardInterrupt.class)
            .hasMessage("SIGINT")
            .hasCauseInstanceOf(CancellationException.class);
        assertThat(action()).isEqualTo(before);
      }
      assertThat(runner.<String>run(() -> "goes on")).isEqualTo("goes on");
    }
    assertThat(trace).containsExactly("cleaned up", "cleaned up");
  }

  @Test
  void shouldCancelWhatMainTaskAwaits() {
    List<Future<?>> awaited = new ArrayList<>();
    assertThatThrownBy(() ->
            Asyncio.run(
                () -> {
                  Future<String> future = Asyncio.getRunningLoop().createFuture();
                  awaited.add(future);
                  interrupt();
                  future.await();
                },
                RunnerOptions.DEFAULT.withLoopFactory(tasks::loop)))
        .isInstanceOf(KeyboardInterrupt.class);
    assertThat(awaited).singleElement().matches(Future::cancelled);
  }

  /** A blocking call of the JDK's is what it awaits, too. */
  @Test
  void shouldInterruptMainTaskThatSleepsInJdk() {
    try (Runner runner = runner()) {
      assertThatThrownBy(() ->
              runner.run(() -> {
                interrupt();
                Thread.sleep(FOR_GOOD);
              }))
          .isInstanceOf(KeyboardInterrupt.class);
    }
  }

  @Test
  void shouldLeaveRunOnSecondSigint() {
    try (Runner runner = runner()) {
      assertThatThrownBy(() ->
              runner.run(() -> {
                try {
                  interruptAndWait();
                } catch (CancellationException first) {
                  trace.add("first");
                  try {
                    interruptAndWait();
                  } catch (CancellationException ofClose) {
                    trace.add("close");
                  }
                }
              }))
          .isInstanceOf(KeyboardInterrupt.class)
          .hasNoCause();
      assertThat(trace).containsExactly("first");
      assertThat(action()).isEqualTo(before);
    }
    assertThat(trace).containsExactly("first", "close");
  }

  @Test
  void shouldReturnWhatTaskReturnsThatGoesOn() {
    try (Runner runner = runner()) {
      String result =
          runner.run(() -> {
            try {
              return interruptAndWait();
            } catch (CancellationException swallowed) {
              Asyncio.currentTask().uncancel();
              return "went on";
            }
          });
      assertThat(result).isEqualTo("went on");
    }
  }

  @Test
  void shouldThrowWhatTaskThrowsInstead() {
    IOException failure = new IOException("at cleaning up");
    try (Runner runner = runner()) {
      assertThatThrownBy(() ->
              runner.run(() -> {
                try {
                  interruptAndWait();
                } catch (CancellationException cancelled) {
                  throw failure;
                }
              }))
          .isSameAs(failure);
    }
  }

  @Test
  void shouldStayCancellationWhenSomebodyElseCancelledToo() {
    try (Runner runner = runner()) {
      assertThatThrownBy(() ->
              runner.run(() -> {
                Task<?> main = Asyncio.currentTask();
                Asyncio.getRunningLoop().callSoon(main::cancel);
                try {
                  Asyncio.sleep(FOR_GOOD);
                } catch (CancellationException first) {
                  interruptAndWait();
                }
              }))
          .isInstanceOf(CancellationException.class);
    }
  }

  @Test
  void shouldStayCancellationWithoutSigint() {
    try (Runner runner = runner()) {
      assertThatThrownBy(() ->
              runner.run(() -> {
                Asyncio.currentTask().cancel();
                Asyncio.sleep(FOR_GOOD);
              }))
          .isInstanceOf(CancellationException.class);
    }
  }

  @Test
  void shouldLetHandlerThatIsAddedMeanwhileWin() {
    try (Runner runner = runner()) {
      runner.run(() -> {
        EventLoop loop = Asyncio.getRunningLoop();
        handleThrice(loop);
        assertThat(loop.removeSignalHandler(Signal.SIGINT)).isTrue();
        assertThat(loop.removeSignalHandler(Signal.SIGINT)).isFalse();
        assertThat(action()).isEqualTo(before);
      });
    }
  }

  @Test
  void shouldLetHandlerThatWasAddedBeforeWin() {
    try (Runner runner = runner()) {
      EventLoop loop = runner.getLoop();
      loop.addSignalHandler(Signal.SIGINT, () -> trace.add("replaced"));
      runner.run(() -> handleThrice(loop));
      assertThat(action()).isNotEqualTo(before);
      assertThat(trace).isEmpty();
      assertThat(loop.removeSignalHandler(Signal.SIGINT)).isTrue();
    }
  }

  private void handleThrice(EventLoop loop) {
    for (int i = 0; i < 3; i++) {
      Future<String> handled = loop.createFuture();
      loop.addSignalHandler(Signal.SIGINT, () -> handled.setResult("handled"));
      interrupt();
      assertThat(handled.await()).isEqualTo("handled");
    }
  }

  @Test
  void shouldNotShowItsOwnHandler() {
    try (Runner runner = runner()) {
      assertThatThrownBy(() ->
              runner.run(() -> {
                assertThat(Asyncio.getRunningLoop().removeSignalHandler(Signal.SIGINT)).isFalse();
                interruptAndWait();
              }))
          .isInstanceOf(KeyboardInterrupt.class);
    }
  }

  @Test
  void shouldLeaveSigintToAnotherLoop() {
    try (EngineLoop other = FakeLoop.create();
        Runner runner = runner()) {
      other.addSignalHandler(Signal.SIGINT, () -> {});
      long others = action();
      assertThat(runner.<Long>run(InterruptContractTest::action)).isEqualTo(others);
    }
  }

  /** Who takes SIGINT on purpose gets it, on whichever loop. */
  @Test
  void shouldYieldSigintToAnotherLoop() {
    try (EngineLoop other = FakeLoop.create();
        Runner runner = runner()) {
      runner.run(() -> {
        long ours = action();
        other.addSignalHandler(Signal.SIGINT, () -> {});
        assertThat(action()).isNotEqualTo(ours).isNotEqualTo(before);
      });
      assertThat(action()).isNotEqualTo(before);
      other.removeSignalHandler(Signal.SIGINT);
      assertThat(action()).isEqualTo(before);
    }
  }

  @Test
  void shouldLeaveSigintThatNobodyHandles() throws LinuxException {
    try (Runner runner = runner()) {
      for (SigAction action : List.of(SigAction.ofIgnore(), SigAction.ofDefault())) {
        SigAction jvms = action.install(Signal.SIGINT);
        try {
          assertThat(runner.<Long>run(InterruptContractTest::action)).isEqualTo(action.handler());
        } finally {
          jvms.install(Signal.SIGINT);
        }
      }
    }
  }

  /** One that arrived and was not taken does what it does without a run. */
  @Test
  void shouldNotLoseSigintThatLoopDidNotTake() throws Exception {
    SigAction jvms = OUTSIDE.action().install(Signal.SIGINT);
    try {
      Handle handle =
          ((EngineLoop) tasks.loop()).addInterruptHandler(() -> trace.add("not to be called"));
      for (int i = 0; i < 2; i++) {
        Signal.SIGINT.send(PID);
        while (SignalProcessTest.hasPending(Signal.SIGINT, PID)) {
          Thread.onSpinWait();
        }
      }
      readOutside(); // so the other one waits for the loop
      assertThat(OUTSIDE.read(trace::add)).isNegative();

      handle.cancel();

      readOutside();
      assertThat(trace).isEmpty();
    } finally {
      jvms.install(Signal.SIGINT);
    }
  }

  private static void readOutside() {
    while (OUTSIDE.read(info -> assertThat(info.signal()).isEqualTo(Signal.SIGINT)) < 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void shouldLeaveSigintOnOtherThreads() throws InterruptedException {
    List<Long> actions = new ArrayList<>();
    Thread thread =
        new Thread(() -> {
          try (Runner runner = runner()) {
            actions.add(runner.run(InterruptContractTest::action));
          }
        });
    thread.start();
    thread.join();
    assertThat(actions).containsExactly(before);
  }
}
