// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.Asyncio;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.ProcessLookupException;
import dev.ouro.linux.Signal;
import dev.ouro.loop.Task;
import dev.ouro.poll.EngineKind;
import dev.ouro.streams.Process;
import dev.ouro.streams.ProcessOutput;
import dev.ouro.testing.OnBothEnginesAndTaskKinds;
import dev.ouro.testing.TaskFixture;
import dev.ouro.testing.TaskKind;
import dev.ouro.transport.Stdio;
import dev.ouro.transport.SubprocessOptions;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Child processes as tasks see them. */
@OnBothEnginesAndTaskKinds
class ProcessContractTest {
  @RegisterExtension final TaskFixture tasks;

  ProcessContractTest(EngineKind engine, TaskKind kind) {
    tasks = new TaskFixture(engine, kind);
  }

  private static Process exec(String... args) throws java.io.IOException {
    return Asyncio.createSubprocessExec(List.of(args), SubprocessOptions.DEFAULT);
  }

  @Test
  void shouldCommunicate() {
    tasks.run(() -> {
      Process process = exec("sh", "-c", "cat; echo error >&2; exit 3");
      ProcessOutput output = process.communicate("input", UTF_8);
      assertThat(output.stdout(UTF_8)).isEqualTo("input");
      assertThat(output.stderr(UTF_8)).isEqualTo("error\n");
      assertThat(process.returncode()).isEqualTo(3);
      assertThat(process.toString()).startsWith("<Process ").endsWith(" returncode=3>");
    });
    tasks.runTurns(3);
  }

  /** asyncio-behaviours 250. */
  @Test
  void shouldCommunicateMoreThanPipesHold() {
    byte[] input = new byte[1_000_000];
    new java.util.Random(1).nextBytes(input);
    tasks.run(() -> {
      assertThat(exec("cat").communicate(input).stdout()).isEqualTo(input);
    });
    tasks.runTurns(3);
  }

  @Test
  void shouldIgnoreThatChildDoesNotReadItsInput() {
    tasks.run(() -> {
      ProcessOutput output = exec("true").communicate(new byte[1_000_000]);
      assertThat(output.stdout()).isEmpty();
    });
    tasks.runTurns(3);
  }

  @Test
  void shouldTalkLineByLine() {
    tasks.run(() -> {
      Process process = exec("cat");
      process.stdin().write("one\n", UTF_8);
      process.stdin().drain();
      assertThat(process.stdout().readline(UTF_8)).isEqualTo("one\n");
      process.stdin().close();
      process.stdin().waitClosed();
      assertThat(process.stdout().readline(UTF_8)).isEmpty();
      assertThat(process.waitFor()).isZero();
    });
    tasks.runTurns(3);
  }

  @Test
  void shouldHaveNoStreamsWithoutPipes() {
    tasks.run(() -> {
      SubprocessOptions options =
          SubprocessOptions.DEFAULT
              .withStdin(Stdio.DEVNULL)
              .withStdout(Stdio.DEVNULL)
              .withStderr(Stdio.DEVNULL);
      Process process = Asyncio.createSubprocessShell("exit 4", options);
      assertThat(process.stdin()).isNull();
      assertThat((Object) process.stdout()).isNull();
      assertThat((Object) process.stderr()).isNull();
      ProcessOutput output = process.communicate();
      assertThat(output.stdout()).isNull();
      assertThat(process.returncode()).isEqualTo(4);
      assertThat(Asyncio.createSubprocessExec("true").waitFor()).isZero();
    });
    tasks.runTurns(3);
  }

  /** asyncio-behaviours 242 and 244. */
  @Test
  void shouldBeKilledAndWaitedForByMany() {
    tasks.run(() -> {
      Process process = exec("sleep", "1000");
      Task<Integer> cancelled = Asyncio.createTask(() -> process.waitFor());
      Task<Integer> waiting = Asyncio.createTask(() -> process.waitFor());
      Asyncio.sleep(java.time.Duration.ZERO);
      cancelled.cancel();
      assertThat(process.returncode()).isNull();
      process.sendSignal(9);
      assertThat(waiting.await()).isEqualTo(-9);
      assertThat(process.waitFor()).isEqualTo(-9);
      assertThatThrownBy(cancelled::result).isInstanceOf(CancellationException.class);
    });
    tasks.runTurns(3);
  }

  /** asyncio-behaviours 243: with pipes, and without. */
  @Test
  void shouldRefuseSignalsOnceItWasWaitedFor() {
    tasks.run(() -> {
      for (Stdio stdio : List.of(Stdio.PIPE, Stdio.DEVNULL)) {
        SubprocessOptions options =
            SubprocessOptions.DEFAULT.withStdin(stdio).withStdout(stdio).withStderr(stdio);
        Process process = Asyncio.createSubprocessExec(List.of("true"), options);
        process.waitFor();

        assertThatThrownBy(process::kill).isInstanceOf(ProcessLookupException.class);
        assertThatThrownBy(process::terminate).isInstanceOf(ProcessLookupException.class);
        assertThatThrownBy(() -> process.sendSignal(Signal.SIGHUP))
            .isInstanceOf(ProcessLookupException.class);
        assertThatThrownBy(() -> process.sendSignal(0))
            .isInstanceOf(IllegalArgumentException.class);
      }
    });
    tasks.runTurns(3);
  }

  @Test
  void shouldThrowWhatExecThrows() {
    tasks.run(() -> {
      assertThatThrownBy(() -> exec("/no/such/program")).isInstanceOf(LinuxException.class);
    });
  }
}
