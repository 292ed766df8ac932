// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.Asyncio;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Pipe;
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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Child processes as tasks see them. */
@OnBothEnginesAndTaskKinds
class ProcessContractTest {
  private static final SubprocessOptions PIPES =
      SubprocessOptions.DEFAULT.withDefaultStdio(Stdio.PIPE);

  @RegisterExtension final TaskFixture tasks;

  ProcessContractTest(EngineKind engine, TaskKind kind) {
    tasks = new TaskFixture(engine, kind);
  }

  private static Process exec(String... args) throws IOException {
    return Asyncio.createSubprocessExec(List.of(args), PIPES);
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

  /** asyncio-behaviours 234: {@code None} is the default, and inherits. */
  @Test
  void shouldHaveTheDescriptorsOfThisProcessUnlessToldOtherwise() {
    tasks.run(() -> {
      try (Pipe answer = Pipe.create()) {
        int fd = answer.writeEnd().number();
        SubprocessOptions nothingSet = SubprocessOptions.DEFAULT.withPassFds(fd);
        String command =
            "x=$(readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2); echo \"$x\" > /dev/fd/" + fd;
        expectNoStreams(Asyncio.createSubprocessShell(command, nothingSet));
        expectNoStreams(Asyncio.createSubprocessExec(List.of("sh", "-c", command), nothingSet));
        answer.writeEnd().close();
        String ours = own(0) + own(1) + own(2);
        assertThat(Path.of("/proc/self/fd/" + answer.readEnd().number())).hasContent(ours + ours);
      }
    });
    tasks.runTurns(3);
  }

  private static void expectNoStreams(Process process) throws IOException {
    assertThat(process.stdin()).isNull();
    assertThat((Object) process.stdout()).isNull();
    assertThat((Object) process.stderr()).isNull();
    ProcessOutput output = process.communicate("goes nowhere", UTF_8);
    assertThat(output).isEqualTo(new ProcessOutput(null, null));
    assertThat(process.returncode()).isZero();
  }

  /** What a descriptor of this process is, as {@code readlink} prints it. */
  private static String own(int fd) throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)) + "\n";
  }

  /** asyncio-behaviours 234: one pipe asked for, the others inherited. */
  @Test
  void shouldHaveAStreamForEachPipeThatIsAskedFor() {
    tasks.run(() -> {
      SubprocessOptions out = SubprocessOptions.DEFAULT.withStdout(Stdio.PIPE);
      Process printing = Asyncio.createSubprocessExec(List.of("echo", "a"), out);
      assertThat(printing.stdin()).isNull();
      assertThat((Object) printing.stderr()).isNull();
      ProcessOutput output = printing.communicate(new byte[100_000]);
      assertThat(output.stdout(UTF_8)).isEqualTo("a\n");
      assertThat(output.stderr()).isNull();

      Process sink =
          Asyncio.createSubprocessShell(
              "cat > /dev/null", SubprocessOptions.DEFAULT.withStdin(Stdio.PIPE));
      assertThat((Object) sink.stdout()).isNull();
      assertThat(sink.communicate(new byte[100_000]).stdout()).isNull();
      assertThat(sink.returncode()).isZero();

      Process failing =
          Asyncio.createSubprocessShell(
              "echo b >&2", SubprocessOptions.DEFAULT.withStderr(Stdio.PIPE));
      assertThat(failing.communicate(null, UTF_8).stderr(UTF_8)).isEqualTo("b\n");
    });
    tasks.runTurns(3);
  }

  /** asyncio-behaviours 234: {@code stdin=None} inherits, also where the default is a pipe. */
  @Test
  void shouldInheritWhereNullIsSaid() {
    tasks.run(() -> {
      SubprocessOptions options = SubprocessOptions.DEFAULT.withStdin(null).withStdout(null);
      Process process =
          Asyncio.createSubprocessExec(List.of("true"), options.withDefaultStdio(Stdio.PIPE));
      assertThat(process.stdin()).isNull();
      assertThat((Object) process.stdout()).isNull();
      assertThat(process.communicate().stderr()).isEmpty();
    });
    tasks.runTurns(3);
  }

  /** The output may be where errors go also when it is inherited. */
  @Test
  void shouldSendErrorsToAnInheritedOutput() {
    tasks.run(() -> {
      SubprocessOptions options = SubprocessOptions.DEFAULT.withStderr(Stdio.STDOUT);
      Process process =
          Asyncio.createSubprocessShell(
              "[ $(readlink /proc/$$/fd/1) = $(readlink /proc/$$/fd/2) ]", options);
      assertThat((Object) process.stderr()).isNull();
      assertThat(process.waitFor()).isZero();
    });
    tasks.runTurns(3);
  }

  @Test
  void shouldRefuseNoOptions() {
    tasks.run(() -> {
      assertThatThrownBy(() -> Asyncio.createSubprocessExec(List.of("true"), null))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("options");
      assertThatThrownBy(() -> Asyncio.createSubprocessShell("true", null))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("options");
    });
  }

  @Test
  void shouldHaveNoStreamsWithoutPipes() {
    tasks.run(() -> {
      SubprocessOptions options = SubprocessOptions.DEFAULT.withDefaultStdio(Stdio.DEVNULL);
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
        SubprocessOptions options = SubprocessOptions.DEFAULT.withDefaultStdio(stdio);
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
