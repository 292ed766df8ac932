// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static dev.ouro.testing.ChildFixture.stdin;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.BrokenPipeException;
import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.OpenFile;
import dev.ouro.linux.Pipe;
import dev.ouro.linux.Socket;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.ChildFixture;
import dev.ouro.testing.ChildRecorder;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.transport.ReadTransport;
import dev.ouro.transport.Stdio;
import dev.ouro.transport.SubprocessOptions;
import dev.ouro.transport.SubprocessTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A child's standard input, output and error. */
@OnBothEngines
class SubprocessStdioContractTest {
  private static final SubprocessOptions PIPES = SubprocessOptions.DEFAULT;

  @RegisterExtension final ChildFixture children;
  @TempDir private Path folder;

  SubprocessStdioContractTest(EngineKind kind) {
    children = new ChildFixture(kind);
  }

  /** Behaviour 234. */
  @Test
  void shouldMakePipesUnlessToldOtherwise() {
    ChildRecorder child = children.shell(PIPES, "cat; echo err >&2");
    stdin(child).write("in\n".getBytes(US_ASCII));
    stdin(child).writeEof();

    children.finish(child);

    assertThat(child.output()).isEqualTo("in\n");
    assertThat(child.errors()).isEqualTo("err\n");
  }

  /** Behaviour 234: what is set stays, whatever it is. */
  @Test
  void shouldSetWhatIsNotSet() {
    SubprocessOptions options = SubprocessOptions.DEFAULT.withStdin(null).withStderr(Stdio.STDOUT);

    SubprocessOptions all = options.withDefaultStdio(Stdio.DEVNULL);

    assertThat(List.of(all.stdin(), all.stdout(), all.stderr()))
        .containsExactly(Stdio.INHERIT, Stdio.DEVNULL, Stdio.STDOUT);
    assertThat(options.stdout()).as("not set").isNull();
    assertThat(options.withDefaultStdio(null).stdout()).isSameAs(Stdio.INHERIT);
    assertThat(all.withDefaultStdio(Stdio.PIPE).stdout()).isSameAs(Stdio.DEVNULL);
    assertThatThrownBy(() -> options.withDefaultStdio(Stdio.STDOUT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("STDOUT can only be used for stderr");
  }

  /** Behaviour 234. */
  @Test
  void shouldReadTheNullDevice() {
    ChildRecorder child = children.finish(children.exec(PIPES.withStdin(Stdio.DEVNULL), "cat"));

    assertThat(child.transport().getReturncode()).isZero();
    assertThat(child.received(1)).isEmpty();
    assertThat(child.transport().getPipeTransport(0)).isNull();
  }

  /** Behaviour 234. */
  @Test
  void shouldWriteToTheNullDevice() {
    SubprocessOptions options = PIPES.withStdout(Stdio.DEVNULL);

    ChildRecorder child = children.finish(children.shell(options, "echo out; echo err >&2"));

    assertThat(child.received(1)).isEmpty();
    assertThat(child.errors()).isEqualTo("err\n");
  }

  /** Behaviour 234. */
  @Test
  void shouldWriteErrorsWhereTheOutputGoes() {
    SubprocessOptions options = PIPES.withStderr(Stdio.STDOUT);

    ChildRecorder child = children.finish(children.shell(options, "echo out; echo err >&2"));

    assertThat(child.output()).isEqualTo("out\nerr\n");
    assertThat(child.transport().getPipeTransport(2)).isNull();
  }

  /** Behaviour 234. */
  @Test
  void shouldInheritTheDescriptorsOfThisProcess() throws IOException {
    String ours = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();

    ChildRecorder none = // None in Python
        children.finish(
            children.shell(PIPES.withStdout(null), "x=$(readlink /proc/$$/fd/1); echo $x >&2"));
    ChildRecorder input =
        children.finish(children.shell(PIPES.withStdin(Stdio.INHERIT), "readlink /proc/$$/fd/0"));

    assertThat(none.errors().strip()).isEqualTo(ours);
    assertThat(input.output().strip())
        .isEqualTo(Files.readSymbolicLink(Path.of("/proc/self/fd/0")).toString());
  }

  /** Behaviour 234: standard error is the output that is inherited. */
  @Test
  void shouldWriteErrorsToTheOutputOfThisProcess() throws IOException {
    try (Pipe result = Pipe.create()) {
      int fd = result.writeEnd().number();
      SubprocessOptions options =
          PIPES.withStdout(Stdio.INHERIT).withStderr(Stdio.STDOUT).withPassFds(fd);

      children.finish(children.shell(options, "readlink /proc/$$/fd/2 > /dev/fd/" + fd));

      result.writeEnd().close();
      assertThat(read(result)).isEqualTo(Files.readSymbolicLink(Path.of("/proc/self/fd/1")) + "\n");
    }
  }

  private static String read(Pipe pipe) throws IOException {
    return Files.readString(Path.of("/proc/self/fd/" + pipe.readEnd().number()));
  }

  /** Behaviour 234. */
  @Test
  void shouldUseFilesAndNumbers() throws IOException {
    Path input = Files.writeString(folder.resolve("input"), "from a file\n");
    Path output = folder.resolve("output");
    int flags = OpenFile.O_WRONLY | OpenFile.O_CREAT;
    try (OpenFile in = OpenFile.open(input);
        OpenFile out = OpenFile.open(output, flags)) {
      SubprocessOptions options =
          PIPES.withStdin(Stdio.of(in)).withStdout(Stdio.fd(out.fd().number()));

      ChildRecorder child = children.finish(children.shell(options, "cat; echo err >&2"));

      assertThat(child.errors()).isEqualTo("err\n");
      assertThat(in.fd().isClosed()).as("the caller's").isFalse();
    }
    assertThat(output).hasContent("from a file\n");
  }

  /** Behaviour 234. */
  @Test
  void shouldUseSocketsAndPipes() throws IOException {
    Socket[] pair = Socket.pair();
    try (Pipe pipe = Pipe.create();
        Socket ours = pair[0];
        Socket theirs = pair[1]) {
      SubprocessOptions options =
          PIPES.withStdin(Stdio.of(theirs)).withStdout(Stdio.of(pipe.writeEnd()));
      ours.shutdown(1);

      children.finish(children.shell(options, "cat; echo end"));

      pipe.writeEnd().close();
      assertThat(read(pipe)).isEqualTo("end\n");
    }
  }

  /** Behaviour 234: one descriptor for two of them. */
  @Test
  void shouldUseOneDescriptorTwice() throws IOException {
    try (Pipe pipe = Pipe.create()) {
      Stdio both = Stdio.of(pipe.writeEnd());

      children.finish(
          children.shell(PIPES.withStdout(both).withStderr(both), "echo out; echo err >&2"));

      pipe.writeEnd().close();
      assertThat(read(pipe)).isEqualTo("out\nerr\n");
    }
  }

  /** Behaviour 234. */
  @Test
  void shouldTakeStdoutForStandardErrorOnly() {
    assertThatThrownBy(() -> PIPES.withStdin(Stdio.STDOUT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("STDOUT can only be used for stderr");
    assertThatThrownBy(() -> PIPES.withStdout(Stdio.STDOUT))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Stdio.fd(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  /** Behaviour 235. */
  @ParameterizedTest
  @ValueSource(strings = {"stdin", "stdout", "stderr"})
  void shouldRefuseADescriptorThatIsNotOpen(String which) {
    Stdio closed = Stdio.fd(1_000_000);
    SubprocessOptions options =
        switch (which) {
          case "stdin" -> PIPES.withStdin(closed);
          case "stdout" -> PIPES.withStdout(closed);
          default -> PIPES.withStderr(closed);
        };
    Future<?> creation =
        children.loop().subprocessExec(children::recorder, List.of("cat"), options);

    assertThatThrownBy(() -> children.network().run(creation))
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADF))
        .hasMessageContaining(which + ": fd 1000000");
  }

  /** Behaviour 248. */
  @Test
  void shouldBreakTheChildsPipeWhenItsTransportCloses() {
    ChildRecorder child = children.exec(PIPES, "yes");

    child.transport().getPipeTransport(1).close();
    children.finish(child);

    assertThat(child.transport().getReturncode()).as("SIGPIPE").isEqualTo(-13);
    assertThat(child.lostWith(1)).isNull();
  }

  /** Behaviour 249. */
  @Test
  void shouldPauseWritingWhileTheChildDoesNotRead() throws LinuxException {
    try (Pipe gate = Pipe.create()) {
      int fd = gate.readEnd().number();
      ChildRecorder child = children.shell(PIPES.withPassFds(fd), "cat /dev/fd/" + fd + "; wc -c");
      stdin(child).write(new byte[300_000]);
      assertThat(child.events()).containsExactly("connectionMade", "pauseWriting");

      gate.writeEnd().close();
      children.network().runUntil(() -> child.events().contains("resumeWriting"));
      stdin(child).close();
      children.finish(child);

      assertThat(child.output().strip()).isEqualTo("300000");
    }
  }

  /** Behaviours 249, 190: the JVM survives SIGPIPE, and no handler is called. */
  @Test
  void shouldTellOfAnInputThatTheChildDoesNotRead() throws LinuxException {
    try (Pipe gate = Pipe.create()) {
      int fd = gate.readEnd().number();
      ChildRecorder child =
          children.shell(PIPES.withPassFds(fd), "cat /dev/fd/" + fd + "; exec true");
      stdin(child).write(new byte[1_000_000]);

      gate.writeEnd().close();
      children.finish(child);

      assertThat(child.transport().getReturncode()).isZero();
      assertThat(child.events()).contains("lost 0");
      assertThat(child.lostWith(0)).isInstanceOf(BrokenPipeException.class);
    }
  }

  /** Behaviour 249. */
  @Test
  void shouldDropWhatIsWrittenToAChildThatIsGone() {
    ChildRecorder child = children.finish(children.exec(PIPES, "true"));

    stdin(child).write(new byte[10]);

    assertThat(stdin(child).isClosing()).isTrue();
  }

  /** Behaviour 250. */
  @ParameterizedTest
  @ValueSource(ints = {1, 65535, 65536, 65537, 219_264, 3_000_000})
  void shouldCarryWholeInputsAndOutputs(int size) {
    byte[] data = new byte[size];
    new Random(size).nextBytes(data);
    ChildRecorder child = children.exec(PIPES, "cat");

    stdin(child).write(data);
    stdin(child).writeEof();
    children.finish(child);

    assertThat(child.received(1)).isEqualTo(data);
    assertThat(child.transport().getReturncode()).isZero();
  }

  /** Behaviour 250. */
  @Test
  void shouldPauseAndResumeReading() {
    ChildRecorder child =
        new ChildRecorder(children.loop()) {
          @Override
          public void pipeDataReceived(int fd, ByteBuffer data) {
            super.pipeDataReceived(fd, data);
            ReadTransport pipe = (ReadTransport) transport().getPipeTransport(fd);
            pipe.pauseReading();
            children.loop().callSoon(pipe::resumeReading);
          }
        };

    children.finish(children.shell(child, PIPES, "head -c 1000000 /dev/zero"));

    assertThat(child.received(1)).hasSize(1_000_000);
  }

  /** Popen's pipesize. */
  @Test
  void shouldMakePipesOfThatSize() {
    ChildRecorder child =
        new ChildRecorder(children.loop()) {
          @Override
          public void connectionMade(SubprocessTransport made) {
            super.connectionMade(made);
            ((ReadTransport) made.getPipeTransport(1)).pauseReading();
          }
        };

    // Ends although nobody reads.
    children.exec(child, PIPES.withPipesize(1 << 18), "head", "-c", "200000", "/dev/zero");
    children.network().run(child.exited());
    ((ReadTransport) child.transport().getPipeTransport(1)).resumeReading();
    children.finish(child);

    assertThat(child.received(1)).hasSize(200_000);
    assertThatThrownBy(() -> PIPES.withPipesize(0)).isInstanceOf(IllegalArgumentException.class);
  }
}
