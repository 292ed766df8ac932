// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static dev.ouro.testing.ChildFixture.stdin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.EventLoop;
import dev.ouro.linux.ChildWait;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.PidFd;
import dev.ouro.linux.Pipe;
import dev.ouro.linux.ProcessLookupException;
import dev.ouro.linux.Signal;
import dev.ouro.loop.ContextVar;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.ChildFixture;
import dev.ouro.testing.ChildRecorder;
import dev.ouro.testing.LogCapture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.transport.Connection;
import dev.ouro.transport.ReadTransport;
import dev.ouro.transport.Stdio;
import dev.ouro.transport.SubprocessOptions;
import dev.ouro.transport.SubprocessTransport;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A child's life: what its protocol hears, and what can be done to it. */
@OnBothEngines
class SubprocessContractTest {
  private static final SubprocessOptions PIPES = SubprocessOptions.DEFAULT;

  @RegisterExtension final ChildFixture children;

  SubprocessContractTest(EngineKind kind) {
    children = new ChildFixture(kind);
  }

  /** Such as {@code cat}: lives for as long as its standard input is open. */
  private ChildRecorder running() {
    return children.exec(PIPES, "cat");
  }

  /** A child that exits with {@code status} once {@code gate} has no writer. */
  private ChildRecorder gated(ChildRecorder child, Pipe gate, int status) {
    int fd = gate.readEnd().number();
    return children.shell(child, PIPES.withPassFds(fd), "cat /dev/fd/" + fd + "; exit " + status);
  }

  private static void send(ChildRecorder child, Signal signal) {
    try {
      child.transport().sendSignal(signal);
    } catch (LinuxException e) {
      throw new AssertionError(e);
    }
  }

  /** Lets the child end, and waits for that outside of the loop, which does not hear of it. */
  private static void end(ChildRecorder child, Pipe gate) throws LinuxException {
    gate.writeEnd().close();
    PidFd pidFd = (PidFd) child.transport().getExtraInfo("subprocess");
    while (!pidFd.hasExited()) {
      Thread.onSpinWait();
    }
  }

  /** Behaviours 238, 239. */
  @Test
  void shouldTellWhatHappensInOrder() {
    ChildRecorder child = children.finish(children.shell(PIPES, "echo out; echo err >&2; exit 7"));

    assertThat(child.events().getFirst()).isEqualTo("connectionMade");
    assertThat(child.events().getLast()).isEqualTo("connectionLost null");
    assertThat(child.events())
        .containsExactlyInAnyOrder(
            "connectionMade",
            "data 1",
            "data 2",
            "lost 0",
            "lost 1",
            "lost 2",
            "exited 7",
            "connectionLost null");
    assertThat(child.output()).isEqualTo("out\n");
    assertThat(child.errors()).isEqualTo("err\n");
  }

  /** Behaviour 238: also when all was there before connectionMade. */
  @Test
  void shouldTellOfNothingBeforeTheConnectionIsMade() throws LinuxException {
    Future<Connection<SubprocessTransport, ChildRecorder>> future =
        children.loop().subprocessExec(children::recorder, List.of("echo", "early"), PIPES);
    assertThat(future.done()).isFalse();
    Connection<SubprocessTransport, ChildRecorder> connection = children.network().run(future);
    ChildRecorder child = connection.protocol();

    assertThat(child.transport()).isSameAs(connection.transport());
    children.finish(child);

    assertThat(child.events().getFirst()).isEqualTo("connectionMade");
    assertThat(child.output()).isEqualTo("early\n");
  }

  /** Behaviour 239: without pipes. */
  @Test
  void shouldEndWithTheChildWhenThereIsNoPipe() {
    SubprocessOptions options =
        PIPES.withStdin(Stdio.DEVNULL).withStdout(Stdio.DEVNULL).withStderr(Stdio.DEVNULL);

    ChildRecorder child = children.finish(children.exec(options, "true"));

    assertThat(child.events()).containsExactly("connectionMade", "exited 0", "connectionLost null");
  }

  /** Behaviour 240. */
  @Test
  void shouldDeliverAfterTheExitWhatThePipeStillHolds() {
    ChildRecorder reluctant =
        new ChildRecorder(children.loop()) {
          @Override
          public void connectionMade(SubprocessTransport made) {
            super.connectionMade(made);
            ((ReadTransport) made.getPipeTransport(1)).pauseReading();
          }

          @Override
          public void processExited() {
            super.processExited();
            ((ReadTransport) transport().getPipeTransport(1)).resumeReading();
          }
        };

    children.finish(children.exec(reluctant, PIPES, "echo", "late"));

    assertThat(reluctant.output()).isEqualTo("late\n");
    assertThat(reluctant.events().indexOf("data 1"))
        .isGreaterThan(reluctant.events().indexOf("exited 0"));
  }

  /** Behaviour 241. */
  @Test
  void shouldWaitForGrandchildrenThatKeepAPipeOpen() throws LinuxException {
    try (Pipe gate = Pipe.create()) {
      int fd = gate.readEnd().number();
      SubprocessOptions options = PIPES.withPassFds(fd).withStdin(Stdio.DEVNULL);
      ChildRecorder child = children.shell(options, "cat /dev/fd/" + fd + " & exit 3");
      children.network().run(child.exited());
      children.network().runTurns(5);
      assertThat(child.events()).containsExactly("connectionMade", "exited 3");

      gate.writeEnd().close();
      children.finish(child);

      assertThat(child.events()).endsWith("connectionLost null").contains("lost 1", "lost 2");
    }
  }

  /** Behaviour 242. */
  @Test
  void shouldTellTheReturncodeOnceTheChildHasEnded() {
    ChildRecorder child = running();
    assertThat(child.transport().getReturncode()).isNull();
    assertThat(child.transport().getPid()).isPositive();

    stdin(child).close();
    children.finish(child);

    assertThat(child.events()).contains("exited 0");
    assertThat(child.transport().getReturncode()).isZero();
    assertThat(ProcessHandle.of(child.transport().getPid())).as("waited for").isEmpty();
  }

  /** Behaviour 242. */
  @Test
  void shouldAnswerTheSignalThatEndedTheChild() throws LinuxException {
    ChildRecorder killed = running();
    ChildRecorder terminated = running();
    ChildRecorder signalled = running();

    killed.transport().kill();
    terminated.transport().terminate();
    signalled.transport().sendSignal(1);

    assertThat(children.finish(killed).transport().getReturncode()).isEqualTo(-9);
    assertThat(children.finish(terminated).transport().getReturncode()).isEqualTo(-15);
    assertThat(children.finish(signalled).transport().getReturncode()).isEqualTo(-1);
  }

  /** Behaviour 243. */
  @Test
  void shouldSendSignalsThatTheChildHandles() {
    ChildRecorder child =
        children.shell(
            PIPES, "trap 'echo caught; exit 5' USR1; echo ready; while read x; do :; done");
    children.network().runUntil(() -> child.output().equals("ready\n"));

    send(child, Signal.SIGUSR1);
    stdin(child).close(); // read(1) goes on after the trap, unless it had ended
    children.finish(child);

    assertThat(child.output()).isEqualTo("ready\ncaught\n");
    assertThat(child.transport().getReturncode()).isEqualTo(5);
  }

  /** Behaviour 243. */
  @Test
  void shouldRefuseSignalsOnceAllIsOver() {
    ChildRecorder child = children.finish(children.exec(PIPES, "true"));
    SubprocessTransport over = child.transport();

    assertThatThrownBy(over::kill).isInstanceOf(ProcessLookupException.class);
    assertThatThrownBy(over::terminate).isInstanceOf(ProcessLookupException.class);
    assertThatThrownBy(() -> over.sendSignal(Signal.SIGHUP))
        .isInstanceOf(ProcessLookupException.class);
    assertThatThrownBy(() -> over.sendSignal(0)).isInstanceOf(IllegalArgumentException.class);
  }

  /** Behaviour 243: asyncio calls connectionLost before who waits for the end goes on. */
  @Test
  void shouldRefuseSignalsToWhoeverHasHeardOfTheEnd() {
    SubprocessOptions noPipes =
        PIPES.withStdin(Stdio.DEVNULL).withStdout(Stdio.DEVNULL).withStderr(Stdio.DEVNULL);
    List<String> sent = new ArrayList<>();
    ChildRecorder child =
        new ChildRecorder(children.loop()) {
          @Override
          public void connectionLost(Throwable exceptionOrNull) {
            send(this, Signal.SIGKILL);
            sent.add("in connectionLost");
            super.connectionLost(exceptionOrNull);
          }
        };
    child
        .exited()
        .addDoneCallback(done ->
            assertThatThrownBy(() -> child.transport().kill())
                .isInstanceOf(ProcessLookupException.class));

    children.exec(child, noPipes, "true");
    children.finish(child);

    assertThat(sent).containsExactly("in connectionLost");
  }

  /** Behaviour 243: the child has just ended. */
  @Test
  void shouldIgnoreSignalsForAChildThatHasJustEnded() throws LinuxException {
    List<String> sent = new ArrayList<>();
    ChildRecorder child =
        new ChildRecorder(children.loop()) {
          @Override
          public void processExited() {
            super.processExited();
            send(this, Signal.SIGKILL);
            sent.add("in processExited");
          }
        };
    try (Pipe gate = Pipe.create()) {
      gated(child, gate, 0);
      end(child, gate);

      child.transport().terminate();
      children.finish(child);
    }

    assertThat(sent).containsExactly("in processExited");
    assertThat(child.transport().getReturncode()).isZero();
  }

  /** Behaviour 245. */
  @Test
  void shouldKillTheChildWhoseCreationIsCancelled() {
    ChildRecorder child = children.recorder();
    Future<?> creation = children.loop().subprocessExec(() -> child, List.of("cat"), PIPES);

    creation.cancel("not wanted");
    children.finish(child);

    assertThat(child.transport().getReturncode()).isEqualTo(-9);
    assertThat(child.events()).endsWith("connectionLost null");
    assertThat(ProcessHandle.of(child.transport().getPid())).isEmpty();
  }

  /** Behaviour 246. */
  @Test
  void shouldKillARunningChildWhenClosed() {
    ChildRecorder child = running();

    child.transport().close();
    child.transport().close();

    assertThat(child.transport().isClosing()).isTrue();
    assertThat(child.transport().getReturncode()).as("comes later").isNull();
    children.finish(child);
    assertThat(child.transport().getReturncode()).isEqualTo(-9);
    assertThat(child.events())
        .contains("lost 0", "lost 1", "lost 2")
        .endsWith("connectionLost null");
  }

  /** Behaviour 246. */
  @Test
  void shouldNotKillAChildThatHasEndedBeforeTheLoopHeardOfIt() throws LinuxException {
    try (Pipe gate = Pipe.create()) {
      ChildRecorder child = gated(children.recorder(), gate, 4);
      end(child, gate);

      child.transport().close();
      children.finish(child);

      assertThat(child.transport().getReturncode()).isEqualTo(4);
      child.transport().close();
    }
  }

  @Test
  void shouldKeepManyChildrenApart() {
    List<ChildRecorder> many = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      ChildRecorder child = children.recorder();
      many.add(child);
      children.loop().subprocessShell(() -> child, "echo " + i + "; exit " + i, PIPES);
    }

    for (int i = 0; i < many.size(); i++) {
      ChildRecorder child = children.finish(many.get(i));
      assertThat(child.transport().getReturncode()).isEqualTo(i);
      assertThat(child.output()).isEqualTo(i + "\n");
    }
  }

  /** Behaviour 248. */
  @Test
  void shouldAnswerTheTransportsOfThePipes() {
    ChildRecorder child = children.exec(PIPES.withStderr(Stdio.DEVNULL), "cat");
    SubprocessTransport transport = child.transport();

    assertThat(transport.getPipeTransport(0)).isInstanceOf(dev.ouro.transport.WriteTransport.class);
    assertThat(transport.getPipeTransport(1)).isInstanceOf(ReadTransport.class);
    assertThat(transport.getPipeTransport(2)).isNull();
    assertThat(transport.getPipeTransport(3)).isNull();
    assertThat(transport.getPipeTransport(-1)).isNull();
    transport.close();
    children.finish(child);
  }

  /** Behaviour 251: several loops, each on a thread of its own, and the JDK's own processes. */
  @Test
  void shouldWorkBesideOtherLoopsAndTheJdksProcesses() throws Exception {
    Process jdks =
        new ProcessBuilder("sh", "-c", "read x; exit 6")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<Integer> returncodes = java.util.Collections.synchronizedList(new ArrayList<>());
    Thread other =
        new Thread(() -> {
          try (EventLoop loop = dev.ouro.Asyncio.newEventLoop()) {
            for (int i = 0; i < 20; i++) {
              ChildRecorder child = new ChildRecorder(loop);
              loop.runUntilComplete(
                  loop.subprocessShell(() -> child, "exit 1", SubprocessOptions.DEFAULT));
              loop.runUntilComplete(child.lost());
              returncodes.add(child.transport().getReturncode());
            }
          }
        });
    other.start();

    for (int i = 0; i < 20; i++) {
      ChildRecorder child = children.finish(children.shell(PIPES, "exit 2"));
      returncodes.add(child.transport().getReturncode());
    }
    other.join();
    jdks.getOutputStream().close();

    assertThat(jdks.waitFor()).isEqualTo(6);
    assertThat(returncodes).hasSize(40).containsOnly(1, 2);
  }

  /** Behaviour 251. */
  @Test
  void shouldReport255WhenSomebodyElseWaitedForTheChild() throws LinuxException {
    try (LogCapture log = new LogCapture();
        Pipe gate = Pipe.create()) {
      ChildRecorder child = gated(children.recorder(), gate, 0);
      gate.writeEnd().close();
      ChildWait.await(child.transport().getPid());

      children.finish(child);

      assertThat(child.transport().getReturncode()).isEqualTo(255);
      assertThat(log.warnings())
          .singleElement()
          .asString()
          .contains("child process pid " + child.transport().getPid())
          .contains("exit status already read");
    }
  }

  /** Behaviour 252. */
  @Test
  void shouldCallTheProtocolInTheContextOfItsCreator() {
    ContextVar<String> name = new ContextVar<>("name", "none");
    List<String> seen = new ArrayList<>();
    ChildRecorder child =
        new ChildRecorder(children.loop()) {
          @Override
          public void connectionMade(SubprocessTransport made) {
            super.connectionMade(made);
            seen.add(name.get());
          }

          @Override
          public void pipeDataReceived(int fd, ByteBuffer data) {
            super.pipeDataReceived(fd, data);
            seen.add(name.get());
          }

          @Override
          public void pipeConnectionLost(int fd, Throwable exceptionOrNull) {
            super.pipeConnectionLost(fd, exceptionOrNull);
            seen.add(name.get());
          }

          @Override
          public void processExited() {
            super.processExited();
            seen.add(name.get());
          }

          @Override
          public void connectionLost(Throwable exceptionOrNull) {
            super.connectionLost(exceptionOrNull);
            seen.add(name.get());
          }
        };
    name.set("creator");
    Future<?> creation = children.loop().subprocessExec(() -> child, List.of("echo", "x"), PIPES);
    name.set("later");

    children.network().run(creation);
    children.finish(child);

    assertThat(seen).hasSizeGreaterThanOrEqualTo(7).containsOnly("creator");
  }

  /** What a protocol throws goes to the exception handler, and the child goes on. */
  @Test
  void shouldReportWhatTheProtocolThrows() {
    ChildRecorder child =
        new ChildRecorder(children.loop()) {
          @Override
          public void pipeDataReceived(int fd, ByteBuffer data) {
            super.pipeDataReceived(fd, data);
            throw new IllegalStateException("data");
          }

          @Override
          public void processExited() {
            super.processExited();
            throw new IllegalStateException("exited");
          }
        };

    children.finish(children.exec(child, PIPES, "echo", "x"));

    assertThat(children.network().takeErrors())
        .extracting(ExceptionContext::exception)
        .extracting(Throwable::getMessage)
        .containsExactlyInAnyOrder("data", "exited");
    assertThat(child.events()).endsWith("connectionLost null");
  }

  @Test
  void shouldSayWhatItIs() {
    ChildRecorder child = running();
    int pid = child.transport().getPid();

    assertThat(child.transport()).asString().startsWith("<ChildTransport pid=" + pid + " running");
    assertThat(child.transport().getExtraInfo("subprocess")).isInstanceOf(PidFd.class);
    assertThat(child.transport().getExtraInfo("peername", "none")).isEqualTo("none");
    child.transport().close();
    children.finish(child);
    assertThat(child.transport()).asString().contains(" closed pid=" + pid + " returncode=-9");
  }

  @Test
  void shouldTellANewProtocol() {
    ChildRecorder first = running();
    ChildRecorder second = children.recorder();
    second.connectionMade(first.transport());

    first.transport().setProtocol(second);
    stdin(first).close();
    children.finish(second);

    assertThat(first.transport().getProtocol()).isSameAs(second);
    assertThat(first.events()).containsExactly("connectionMade");
    assertThat(second.events()).contains("exited 0").endsWith("connectionLost null");
    assertThatThrownBy(() -> first.transport().setProtocol(new dev.ouro.testing.Recorder()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
