// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.LoopFactory;
import dev.ouro.ProactorEventLoop;
import dev.ouro.RunnerOptions;
import dev.ouro.SelectorEventLoop;
import dev.ouro.linux.LinuxException;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.Task;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.OnBothEnginesAndTaskKinds;
import dev.ouro.testing.TaskFixture;
import dev.ouro.testing.TaskKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A loop that runs on a virtual thread: its tasks go on, or it says that it cannot. */
@OnBothEnginesAndTaskKinds
class VirtualThreadContractTest {
  @RegisterExtension final TaskFixture tasks;
  private final EngineKind engine;
  private final TaskKind kind;

  VirtualThreadContractTest(EngineKind engine, TaskKind kind) {
    tasks = new TaskFixture(engine, kind);
    this.engine = engine;
    this.kind = kind;
  }

  /** What {@code call} answers there, or the message of what it throws. */
  private static String onVirtualThread(Callable<String> call) throws Exception {
    FutureTask<String> answer =
        new FutureTask<>(() -> {
          try {
            return call.call();
          } catch (IllegalStateException e) {
            return e.getMessage();
          }
        });
    Thread.startVirtualThread(answer);
    return answer.get();
  }

  private static String sleepTwice() {
    Asyncio.sleep(Duration.ZERO);
    Asyncio.sleep(Duration.ofNanos(1));
    return "slept";
  }

  @Test
  void shouldRunTasksThatAreMadeThere() throws Exception {
    EventLoop loop = tasks.loop();
    List<Task<String>> made = new ArrayList<>();

    String answer =
        onVirtualThread(() -> {
          made.add(
              loop.createTask(
                  () -> Asyncio.createTask(VirtualThreadContractTest::sleepTwice).await()));
          return loop.runUntilComplete(made.getFirst());
        });

    if (engine == EngineKind.EPOLL) {
      assertThat(answer).isEqualTo("slept");
    } else {
      assertThat(answer).isEqualTo("a virtual thread cannot own a ring");
      assertThat(loop.runUntilComplete(made.getFirst())).isEqualTo("slept");
    }
  }

  /** A run that cannot begin leaves no task behind, of which the loop would have to tell. */
  @Test
  void shouldLeaveNothingPendingWhenRunnerCannotRunThere() throws Exception {
    List<ExceptionContext> errors = new ArrayList<>();
    RunnerOptions options =
        RunnerOptions.DEFAULT.withLoopFactory((LoopFactory) () -> recording(errors));

    String answer =
        onVirtualThread(() -> Asyncio.run(VirtualThreadContractTest::sleepTwice, options));

    assertThat(answer)
        .isEqualTo(engine == EngineKind.EPOLL ? "slept" : "a virtual thread cannot own a ring");
    assertThat(errors).isEmpty();
  }

  private EventLoop recording(List<ExceptionContext> errors) throws LinuxException {
    EventLoop loop = engine == EngineKind.EPOLL ? new SelectorEventLoop() : new ProactorEventLoop();
    loop.setExceptionHandler((source, error) -> errors.add(error));
    return loop;
  }

  @Test
  void shouldRefuseToCarryTasksOfPlatformThread() throws Exception {
    EventLoop loop = tasks.loop();
    Task<String> task = loop.createTask(VirtualThreadContractTest::sleepTwice);

    String answer = onVirtualThread(() -> loop.runUntilComplete(task));

    if (kind == TaskKind.MOUNTED) {
      assertThat(answer).startsWith("Cannot run the event loop on a virtual thread");
    } else if (engine == EngineKind.EPOLL) {
      assertThat(answer).isEqualTo("slept");
    }
    if (!task.done()) {
      assertThat(loop.runUntilComplete(task)).isEqualTo("slept");
    }
  }

  @Test
  void shouldRunOnAutomaticallyChosenLoop() throws Exception {
    assertThat(
            onVirtualThread(() -> {
              try (EventLoop loop = Asyncio.newEventLoop()) {
                return loop.engine().name();
              }
            }))
        .isEqualTo("epoll");
    assertThat(onVirtualThread(() -> Asyncio.run(VirtualThreadContractTest::sleepTwice)))
        .isEqualTo("slept");
  }
}
