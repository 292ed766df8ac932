// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Signal;
import dev.ouro.linux.SignalSet;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.JavaProgram;
import dev.ouro.testing.OnBothEngines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Signals sent to a JVM of its own: those that end it, and those that all its threads block. */
@OnBothEngines
class SignalProcessTest {
  private static final int KILLED_BY_SIGINT = 128 + 2;

  private final EngineKind kind;

  SignalProcessTest(EngineKind kind) {
    this.kind = kind;
  }

  private JavaProgram start(List<String> prefix, String mode) throws IOException {
    return JavaProgram.start(
        prefix, List.of("-Ddev.ouro.engine=" + kind.label()), SignalProgram.class, mode);
  }

  private static void send(Signal signal, JavaProgram program) throws LinuxException {
    signal.send((int) program.pid());
  }

  /** Behaviour 229. */
  @Test
  void shouldEndAProgramThatHandlesNoSigintWhileItsLoopWaits() throws Exception {
    try (JavaProgram program = start(List.of(), "waits")) {
      assertThat(program.readLine()).isEqualTo("waiting");

      send(Signal.SIGINT, program);

      assertThat(program.waitFor()).isEqualTo(KILLED_BY_SIGINT);
    }
  }

  /** Behaviours 226, 229. */
  @Test
  void shouldEndAProgramThatHandlesSigintNoMoreInItsSecondRun() throws Exception {
    try (JavaProgram program = start(List.of(), "handlesOnce")) {
      assertThat(program.readLine()).isEqualTo("handling");
      send(Signal.SIGINT, program);
      assertThat(program.readLine()).isEqualTo("waiting");

      send(Signal.SIGINT, program);

      assertThat(program.waitFor()).isEqualTo(KILLED_BY_SIGINT);
    }
  }

  /** Behaviour 232: where every thread blocks a signal, its action is left alone. */
  @Test
  void shouldTakeSignalsThatAllThreadsBlockWithoutAHandler() throws Exception {
    try (JavaProgram program = start(List.of("env", "--block-signal=USR1"), "blocked")) {
      assertThat(program.readLine()).isEqualTo("SIG_DFL");
      assertThat(program.readLine()).isEqualTo("waiting");
      send(Signal.SIGUSR1, program);
      assertThat(program.readLine()).isEqualTo("SIGUSR1 of " + ProcessHandle.current().pid());
      assertThat(program.readLine()).isEqualTo("removed");

      send(Signal.SIGUSR1, program); // stays pending
      send(Signal.SIGTERM, program);

      assertThat(program.waitFor()).isEqualTo(128 + 15);
      assertThat(program.readLine()).isNull();
    }
  }

  /** Behaviour 256, and 229 afterwards. */
  @Test
  void shouldCancelMainTaskOnCtrlC() throws Exception {
    try (JavaProgram program = start(List.of(), "cleansUp")) {
      assertThat(program.readLine()).isEqualTo("waiting");
      kill(program);
      assertThat(program.readLine()).isEqualTo("cleaned up");
      assertThat(program.readLine()).isEqualTo("SIGINT");
      assertThat(program.readLine()).isEqualTo("without a runner");

      kill(program);

      assertThat(program.waitFor()).isEqualTo(KILLED_BY_SIGINT);
    }
  }

  /** Behaviour 256: as with any exception. */
  @Test
  void shouldEndProgramThatLetsKeyboardInterruptThrough() throws Exception {
    List<String> quietly = List.of("sh", "-c", "exec \"$0\" \"$@\" 2>/dev/null");
    try (JavaProgram program = start(quietly, "letsThrough")) {
      assertThat(program.readLine()).isEqualTo("waiting");

      kill(program);

      assertThat(program.readLine()).isEqualTo("cleaned up");
      assertThat(program.waitFor()).isEqualTo(1);
    }
  }

  /** Behaviour 256: "a tight loop which cannot be interrupted", in the words of asyncio's page. */
  @Test
  void shouldEndAProgramThatComputesOnSecondCtrlC() throws Exception {
    try (JavaProgram program = start(List.of(), "computes")) {
      assertThat(program.readLine()).isEqualTo("computing");
      kill(program);
      while (hasPending(Signal.SIGINT, program.pid())) {
        Thread.onSpinWait();
      }

      kill(program);

      assertThat(program.readLine()).isEqualTo("hook");
      assertThat(program.waitFor()).isEqualTo(KILLED_BY_SIGINT);
    }
  }

  /** Behaviour 256: it leaves the run, or ends the JVM as one does that comes later. */
  @Test
  void shouldNotLoseSigintThatComesAtTheLastMoment() throws Exception {
    try (JavaProgram program = start(List.of(), "endsAtOnce")) {
      assertThat(program.readLine()).isNull();
      assertThat(program.waitFor()).isEqualTo(KILLED_BY_SIGINT);
    }
  }

  /** With -Xrs SIGINT is not the JVM's, and not a runner's either. */
  @Test
  void shouldLeaveSigintAloneThatTheJvmLeavesAlone() throws Exception {
    List<String> options = List.of("-Ddev.ouro.engine=" + kind.label(), "-Xrs");
    try (JavaProgram program =
        JavaProgram.start(List.of(), options, SignalProgram.class, "cleansUp")) {
      assertThat(program.readLine()).isEqualTo("waiting");

      kill(program);

      assertThat(program.readLine()).isNull();
      assertThat(program.waitFor()).isEqualTo(KILLED_BY_SIGINT);
    }
  }

  private static void kill(JavaProgram program) throws Exception {
    Process kill =
        new ProcessBuilder("kill", "-INT", Long.toString(program.pid())).inheritIO().start();
    assertThat(kill.waitFor()).isZero();
  }

  /** Whether no thread of the process has got it yet, which was sent to the whole. */
  static boolean hasPending(Signal signal, long pid) throws IOException {
    Path status = Path.of("/proc/" + pid + "/status");
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("ShdPnd:")) {
        long pending = Long.parseUnsignedLong(line.substring("ShdPnd:".length()).strip(), 16);
        return new SignalSet(pending).contains(signal);
      }
    }
    throw new AssertionError("no ShdPnd in " + status);
  }
}
