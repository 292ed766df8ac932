// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.LoopFactory;
import dev.ouro.Runner;
import dev.ouro.RunnerOptions;
import dev.ouro.SelectorEventLoop;
import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.loop.Context;
import dev.ouro.loop.ContextVar;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.Task;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.OnBothEngines;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code Asyncio.run} and the runner below it. */
@OnBothEngines
class RunnerContractTest {
  private static final ContextVar<String> USER = new ContextVar<>("user", "nobody");

  private final EngineKind kind;
  private String before;

  RunnerContractTest(EngineKind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void choose() {
    before = System.getProperty("dev.ouro.engine");
    System.setProperty("dev.ouro.engine", kind.label());
  }

  @AfterEach
  void restore() {
    if (before == null) {
      System.clearProperty("dev.ouro.engine");
    } else {
      System.setProperty("dev.ouro.engine", before);
    }
  }

  /** asyncio-behaviours 253. */
  @Test
  void shouldRunOnNewLoopAndCloseIt() {
    List<EventLoop> loops = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      int result =
          Asyncio.run(() -> {
            loops.add(Asyncio.getRunningLoop());
            return 5;
          });
      assertThat(result).isEqualTo(5);
    }
    assertThat(loops.get(0)).isNotSameAs(loops.get(1));
    assertThat(loops).allMatch(EventLoop::isClosed);
    assertThatThrownBy(Asyncio::getEventLoop).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldThrowWhatTheCodeThrows() {
    IOException failure = new IOException("no");
    assertThatThrownBy(() ->
            Asyncio.run(() -> {
              throw failure;
            }))
        .isSameAs(failure);
    assertThatThrownBy(() ->
            Asyncio.run(() -> {
              Asyncio.currentTask().cancel();
              Asyncio.sleep(Duration.ofDays(1));
            }))
        .isInstanceOf(CancellationException.class);
  }

  @Test
  void shouldRefuseToRunInRunningLoop() {
    Asyncio.run(() -> {
      assertThatThrownBy(() -> Asyncio.run(() -> 1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Asyncio.run() cannot be called from a running event loop");
    });
  }

  @Test
  void shouldTakeDebugAndLoopFactory() {
    RunnerOptions options =
        RunnerOptions.DEFAULT.withDebug(true).withLoopFactory(SelectorEventLoop::new);
    Asyncio.run(
        () -> {
          assertThat(Asyncio.getRunningLoop().getDebug()).isTrue();
          assertThat(Asyncio.getRunningLoop()).isInstanceOf(SelectorEventLoop.class);
        },
        options);
  }

  /** RU:test_asyncio_run_set_event_loop, and asyncio.run's loop_factory since 3.12. */
  @Test
  void shouldBeThreadsLoopUnlessFactoryIsGiven() throws LinuxException {
    try (Runner runner = new Runner()) {
      EventLoop its = runner.getLoop();
      assertThat(Asyncio.getEventLoop()).isSameAs(its);
    }
    assertThatThrownBy(Asyncio::getEventLoop).isInstanceOf(IllegalStateException.class);
    try (EventLoop own = new SelectorEventLoop()) {
      Asyncio.setEventLoop(own);
      RunnerOptions options = RunnerOptions.DEFAULT.withLoopFactory(SelectorEventLoop::new);
      try (Runner runner = new Runner(options)) {
        assertThat(runner.getLoop()).isNotSameAs(own);
        assertThat(Asyncio.getEventLoop()).isSameAs(own);
      }
      assertThat(Asyncio.getEventLoop()).isSameAs(own);
    } finally {
      Asyncio.setEventLoop(null);
    }
  }

  @Test
  void shouldThrowWhatLoopFactoryThrows() {
    LinuxException refused = LinuxException.of("epoll_create1", Errno.EMFILE);
    Supplier<EventLoop> unchecked = Asyncio::newEventLoop;
    LoopFactory failing =
        () -> {
          throw refused;
        };
    assertThatThrownBy(() -> Asyncio.run(() -> 1, RunnerOptions.DEFAULT.withLoopFactory(failing)))
        .isInstanceOf(UncheckedIOException.class)
        .hasCause(refused);
    assertThat(Asyncio.<Integer>run(() -> 1, RunnerOptions.DEFAULT.withLoopFactory(unchecked)))
        .isEqualTo(1);
  }

  /** asyncio-behaviours 254. */
  @Test
  void shouldCancelTasksThatAreLeftAndReportTheirErrors() {
    List<ExceptionContext> errors = new ArrayList<>();
    List<Task<?>> left = new ArrayList<>();
    IOException failure = new IOException("on being cancelled");

    Asyncio.run(() -> {
      Asyncio.getRunningLoop().setExceptionHandler((loop, error) -> errors.add(error));
      left.add(Asyncio.createTask(() -> Asyncio.sleep(Duration.ofDays(1))));
      left.add(
          Asyncio.createTask(() -> {
            try {
              Asyncio.sleep(Duration.ofDays(1));
            } catch (CancellationException cancelled) {
              Asyncio.sleep(Duration.ZERO);
              throw failure;
            }
          }));
      Asyncio.sleep(Duration.ZERO);
    });

    assertThat(left.get(0).cancelled()).isTrue();
    assertThat(left.get(1).done()).isTrue();
    assertThat(errors).hasSize(1);
    assertThat(errors.getFirst().message())
        .isEqualTo("unhandled exception during asyncio.run() shutdown");
    assertThat(errors.getFirst().exception()).isSameAs(failure);
    assertThat((Object) errors.getFirst().task()).isSameAs(left.get(1));
  }

  /** asyncio-behaviours 254: the executor's threads are gone, or LeakCheck would complain. */
  @Test
  void shouldEndDefaultExecutor() {
    String name = Asyncio.run(() -> Asyncio.toThread(() -> Thread.currentThread().getName()));
    assertThat(name).startsWith("ouro-executor-");
  }

  /** asyncio-behaviours 255. */
  @Test
  void shouldRunSeveralTimesInOneContext() {
    try (Runner runner = new Runner()) {
      EventLoop loop = runner.getLoop();
      runner.run(() -> {
        USER.set("ada");
        assertThat(Asyncio.getRunningLoop()).isSameAs(loop);
      });
      assertThat(runner.<String>run(() -> USER.get())).isEqualTo("ada");
      Context own = new Context();
      assertThat(runner.<String>run(() -> USER.get(), own)).isEqualTo("nobody");
      assertThat(USER.get()).isEqualTo("nobody");
    }
  }

  @Test
  void shouldNotRunOnceClosed() {
    Runner runner = new Runner();
    runner.run(() -> {});
    runner.close();
    runner.close();
    assertThatThrownBy(() -> runner.run(() -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Runner is closed");
    Runner unused = new Runner();
    unused.close();
    assertThatThrownBy(unused::getLoop).isInstanceOf(IllegalStateException.class);
  }
}
