// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.Asyncio;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.streams.Process;
import dev.ouro.testing.CancelEverywhere;
import dev.ouro.testing.ChildFixture;
import dev.ouro.testing.OnBothEnginesAndTaskKinds;
import dev.ouro.testing.TaskFixture;
import dev.ouro.testing.TaskKind;
import dev.ouro.transport.Stdio;
import dev.ouro.transport.SubprocessOptions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tasks that make a child or wait for one, cancelled everywhere. Behaviours 244 and 245. */
@OnBothEnginesAndTaskKinds
class CancelProcessesContractTest {
  private static final SubprocessOptions PIPES =
      SubprocessOptions.DEFAULT.withDefaultStdio(Stdio.PIPE);

  @RegisterExtension final TaskFixture tasks;
  private final CancelEverywhere everywhere;

  CancelProcessesContractTest(EngineKind engine, TaskKind kind) {
    tasks = new TaskFixture(engine, kind);
    everywhere = new CancelEverywhere(tasks.network());
  }

  /** One that lives for as long as its standard input is open. */
  private static Process cat() throws Exception {
    return Asyncio.createSubprocessExec(List.of("cat"), PIPES);
  }

  /** As asyncio, the cancelled task ends only when the child, which was killed, is gone. */
  @Test
  void shouldKillAndTakeTheEndOfTheChild() throws Exception {
    everywhere.cancel(
        new CancelEverywhere.Operation() {
          private int before;

          @Override
          public Future<?> start() {
            before = ChildFixture.childCount();
            return tasks.create(() -> cat());
          }

          @Override
          public void end(Future<?> task) {
            if (task.cancelled()) {
              assertThat(ChildFixture.childCount()).isEqualTo(before);
            } else {
              tasks.run(() -> ((Process) task.result()).communicate());
            }
          }
        });
  }

  /** The child goes on, and another task can wait for it. */
  @Test
  void shouldLeaveTheChildAloneWhenAWaitIsCancelled() throws Exception {
    everywhere.cancel(
        new Endless() {
          @Override
          Object await(Process started) {
            return started.waitFor();
          }
        });
  }

  @Test
  void shouldLeaveTheChildAloneWhenCommunicateIsCancelled() throws Exception {
    everywhere.cancel(
        new Endless() {
          @Override
          Object await(Process started) throws Exception {
            return started.communicate("not read", UTF_8);
          }
        });
  }

  /** Waits in some way for a child that does not end. */
  private abstract class Endless implements CancelEverywhere.Operation {
    private Process process;

    @Override
    public final Future<?> start() {
      Process started =
          tasks.run(() -> Asyncio.createSubprocessExec(List.of("sleep", "1000"), PIPES));
      process = started;
      return tasks.create(() -> await(started));
    }

    abstract Object await(Process started) throws Exception;

    @Override
    public final void end(Future<?> task) {
      assertThat(process.returncode()).isNull();
      tasks.run(() -> {
        process.terminate();
        assertThat(process.waitFor()).isEqualTo(-15);
      });
    }

    @Override
    public final boolean isEndless() {
      return true;
    }
  }
}
