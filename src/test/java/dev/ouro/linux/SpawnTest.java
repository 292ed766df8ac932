// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.testing.LeakCheck;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code posix_spawn(3)}, pidfds and {@code waitid(2)} without a loop. */
@ExtendWith(LeakCheck.class)
class SpawnTest {
  private static List<byte[]> args(String... args) {
    return Stream.of(args).map(arg -> arg.getBytes(UTF_8)).toList();
  }

  private static byte[] sh() {
    return "/bin/sh".getBytes(UTF_8);
  }

  private static PidFd start(Spawn spawn, String command) throws LinuxException {
    return PidFd.open(spawn.start(sh(), args("sh", "-c", command), null));
  }

  @Test
  void shouldTellHowTheChildEnded() throws LinuxException {
    try (Spawn spawn = Spawn.create();
        PidFd child = start(spawn, "exit 3")) {
      ExitStatus status = child.await();

      assertThat(status).isEqualTo(new ExitStatus(child.pid(), ExitStatus.CLD_EXITED, 3));
      assertThat(status.returncode()).isEqualTo(3);
      assertThatThrownBy(() -> child.send(Signal.SIGKILL))
          .isInstanceOf(ProcessLookupException.class);
      assertThatThrownBy(child::reap)
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ECHILD));
    }
  }

  @Test
  void shouldTakeTheEndOnlyOnce() throws LinuxException {
    try (Pipe gate = Pipe.create();
        Spawn spawn = Spawn.create().dup2(gate.readEnd().number(), 0).closeFrom(3);
        PidFd child = start(spawn, "read x")) {
      assertThat(child.reap()).isNull();
      assertThat(child.hasExited()).isFalse();

      child.send(Signal.SIGTERM);
      while (!child.hasExited()) {
        Thread.onSpinWait();
      }

      assertThat(child.hasExited()).isTrue();
      assertThat(child.reap().returncode()).isEqualTo(-15);
    }
  }

  @Test
  void shouldTellOfAnyProcessWhetherItHasEnded() throws Exception {
    PidFd closed;
    try (Pipe gate = Pipe.create();
        Spawn spawn = Spawn.create().dup2(gate.readEnd().number(), 0).closeFrom(3);
        PidFd child = start(spawn, "read x");
        PidFd parent = PidFd.open((int) ProcessHandle.current().parent().orElseThrow().pid())) {
      closed = child;
      assertThat(parent.hasExited()).isFalse();
      assertThat(child.hasExited()).isFalse();

      child.send(Signal.SIGKILL);
      child.await();

      assertThat(child.hasExited()).isTrue();
    }
    assertThatThrownBy(closed::hasExited)
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADF));
  }

  @Test
  void shouldReportWhatFailedInTheChild() throws LinuxException {
    try (Spawn spawn = Spawn.create()) {
      assertThatThrownBy(
              () -> spawn.start("/no/such/program".getBytes(UTF_8), args("x"), List.of()))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT))
          .hasMessageContaining("posix_spawn (/no/such/program)");
    }
    try (Spawn spawn = Spawn.create().dup2(1_000, 0)) {
      assertThatThrownBy(() -> spawn.start(sh(), args("sh"), null))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADF));
    }
  }

  @Test
  void shouldReportAnIdentityThatMayNotBeTaken() throws LinuxException {
    try (Spawn spawn = Spawn.create().groups(new int[70_000])) {
      assertThatThrownBy(() -> spawn.start(sh(), args("sh", "-c", ":"), null))
          .isInstanceOf(LinuxException.class)
          .hasMessageStartingWith("setgroups: "); // EINVAL as root, EPERM else
    }
  }

  @Test
  void shouldGiveTheChildAloneAnotherUmask() throws LinuxException {
    try (Pipe output = Pipe.create();
        Spawn spawn = Spawn.create().dup2(output.writeEnd().number(), 1).umask(0154);
        PidFd child = start(spawn, "umask")) {
      assertThat(child.await().returncode()).isZero();

      output.writeEnd().close();
      assertThat(read(output)).isEqualTo("0154\n");
    }
  }

  /** By one action, and by one for each where libc knows no such action. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldCloseAllDescriptorsFromOneOn(boolean knows) throws LinuxException {
    try (Pipe output = Pipe.create();
        Fd kept = inheritable(output, 800);
        Fd closed = inheritable(output, 820);
        Spawn spawn = knows ? Spawn.create() : Spawn.createWithoutCloseFrom()) {
      assertThat(List.of(kept.number(), closed.number())).containsExactly(800, 820);
      spawn
          .dup2(output.writeEnd().number(), 1)
          .dup2(kept.number(), 805) // the child's alone, below
          .dup2(kept.number(), 815) // and above
          .closeFrom(810)
          .dup2(kept.number(), 825); // after it
      String each = "for n in 800 805 810 815 820 825; do";
      String print = "[ -e /proc/$$/fd/$n ] && echo $n;";

      try (PidFd child = start(spawn, each + " " + print + " done; exit 0")) {
        assertThat(child.await().returncode()).isZero();
      }

      output.writeEnd().close();
      assertThat(read(output)).isEqualTo("800\n805\n825\n");
    }
  }

  /** A duplicate that a child inherits. */
  private static Fd inheritable(Pipe pipe, int number) {
    int duplicate = 0; // F_DUPFD
    return new Fd((int) Syscall.call(Nr.FCNTL, pipe.readEnd().number(), duplicate, number));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldRefuseToCloseFromANegativeDescriptor(boolean knows) throws LinuxException {
    try (Spawn spawn = knows ? Spawn.create() : Spawn.createWithoutCloseFrom()) {
      assertThatThrownBy(() -> spawn.closeFrom(-1))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADF));
    }
  }

  private static String read(Pipe pipe) {
    byte[] bytes = new byte[100];
    try (java.lang.foreign.Arena arena = java.lang.foreign.Arena.ofConfined()) {
      long address = arena.allocate(bytes.length).address();
      int count = FileCalls.read(pipe.readEnd().number(), address, bytes.length);
      NativeMemory.copyTo(address, bytes, 0, count);
      return new String(bytes, 0, count, UTF_8);
    }
  }

  @Test
  void shouldNotOpenAProcessThatIsNotThere() {
    assertThatThrownBy(() -> PidFd.open(Integer.MAX_VALUE))
        .isInstanceOf(ProcessLookupException.class);
  }
}
