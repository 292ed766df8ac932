// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Signal;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.JavaProgram;
import dev.ouro.testing.OnBothEngines;
import java.io.IOException;
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
}
