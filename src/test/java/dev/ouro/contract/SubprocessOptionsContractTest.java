// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Pipe;
import dev.ouro.linux.Signal;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.ChildFixture;
import dev.ouro.testing.ChildRecorder;
import dev.ouro.testing.FakeLoop;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.transport.SubprocessOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What a child runs, and what it has of this process. */
@OnBothEngines
class SubprocessOptionsContractTest {
  private static final SubprocessOptions PIPES = SubprocessOptions.DEFAULT;
  private static final int NOBODY = 65534;

  static {
    // The pipe for signals is never closed: made before the leak check looks.
    try (FakeLoop one = FakeLoop.create()) {
      one.addSignalHandler(Signal.SIGUSR1, () -> {});
    }
  }

  @RegisterExtension final ChildFixture children;
  @TempDir private Path folder;

  SubprocessOptionsContractTest(EngineKind kind) {
    children = new ChildFixture(kind);
  }

  private static boolean isRoot() throws IOException {
    return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
  }

  private static void assumeRoot() throws IOException {
    if (!isRoot() && "true".equals(System.getenv("CI"))) {
      throw new AssertionError("CI must run as root");
    }
    Assumptions.assumeTrue(isRoot(), "only root may become another user");
  }

  /** What a field of the child's {@code /proc/PID/status} says. */
  private String status(SubprocessOptions options, String field) {
    return children
        .output(options, "exec cat /proc/self/status")
        .lines()
        .filter(line -> line.startsWith(field + ":"))
        .findFirst()
        .orElseThrow()
        .substring(field.length() + 1)
        .strip();
  }

  private LinuxException failure(SubprocessOptions options, Object... args) {
    ChildRecorder child = children.recorder();
    Future<?> creation = children.loop().subprocessExec(() -> child, List.of(args), options);
    try {
      children.network().run(creation);
      throw new AssertionError("it runs");
    } catch (Throwable thrown) {
      assertThat(child.events()).isEmpty();
      assertThat(thrown).isInstanceOf(LinuxException.class);
      return (LinuxException) thrown;
    }
  }

  /** Behaviour 233. */
  @Test
  void shouldRunAProgramNamedByTextBytesOrPath() {
    for (Object program :
        List.of(
            "echo", "/bin/echo", "echo".getBytes(StandardCharsets.UTF_8), Path.of("/bin/echo"))) {
      ChildRecorder child =
          children.finish(
              children.exec(
                  PIPES, program, "ä", "b c".getBytes(StandardCharsets.UTF_8), Path.of("d")));

      assertThat(child.output()).isEqualTo("ä b c d\n");
    }
  }

  /** Behaviour 233: bytes arrive as they are. */
  @Test
  void shouldPassBytesThatAreNoText() {
    byte[] raw = {(byte) 0xff, (byte) 0x80, 'x'};

    ChildRecorder child = children.finish(children.exec(PIPES, "printf", "%s", raw));

    assertThat(child.received(1)).isEqualTo(raw);
  }

  /** Behaviour 233. */
  @Test
  void shouldRunACommandInTheShell() {
    assertThat(children.output(PIPES, "echo $((1 + 2)) \"$0\"")).isEqualTo("3 /bin/sh");
    ChildRecorder child = children.recorder();
    byte[] command = "printf '\377'".getBytes(StandardCharsets.ISO_8859_1);
    children.network().run(children.loop().subprocessShell(() -> child, command, PIPES));
    assertThat(children.finish(child).received(1)).isEqualTo(new byte[] {(byte) 0xff});
  }

  /** Behaviour 233. */
  @Test
  void shouldRunWithoutOptions() {
    ChildRecorder program = children.recorder();
    ChildRecorder command = children.recorder();

    children.network().run(children.loop().subprocessExec(() -> program, "echo", "a"));
    children.network().run(children.loop().subprocessShell(() -> command, "echo b"));

    assertThat(children.finish(program).output()).isEqualTo("a\n");
    assertThat(children.finish(command).output()).isEqualTo("b\n");
  }

  /** Behaviour 233. */
  @Test
  void shouldRefuseWhatIsNoProgramBeforeAnythingIsDone() {
    List<String> made = new ArrayList<>();
    List<List<?>> wrong =
        List.of(List.of(), List.of("echo", 1), List.of("ec\0ho"), List.of("echo", new byte[] {0}));

    assertThat(wrong)
        .allSatisfy(args ->
            assertThatThrownBy(() ->
                    children
                        .loop()
                        .subprocessExec(
                            () -> {
                              made.add("protocol");
                              return children.recorder();
                            },
                            args,
                            PIPES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("args: "));
    assertThatThrownBy(() -> children.loop().subprocessShell(children::recorder, "a\0", PIPES))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> children.loop().subprocessExec(null, List.of("true"), PIPES))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("protocolFactory");
    assertThat(made).isEmpty();
  }

  /** Behaviour 236. */
  @Test
  void shouldReportAProgramThatIsNotThere() {
    assertThat(failure(PIPES, "no-such-program").errno()).isEqualTo(Errno.ENOENT);
    assertThat(failure(PIPES, "/no/such/program"))
        .hasMessageContaining("/no/such/program")
        .extracting(LinuxException::errno)
        .isEqualTo(Errno.ENOENT);
    assertThat(failure(PIPES, "/dev/null/program").errno()).isEqualTo(Errno.ENOTDIR);
  }

  /** Behaviour 236. */
  @Test
  void shouldReportAProgramThatMayNotBeRun() throws IOException {
    Path plain = Files.writeString(folder.resolve("plain"), "#!/bin/sh\n");
    Path noFormat = Files.writeString(folder.resolve("noFormat"), "what is this");
    Files.setPosixFilePermissions(noFormat, PosixFilePermissions.fromString("rwx------"));

    assertThat(failure(PIPES, plain).errno()).isEqualTo(Errno.EACCES);
    assertThat(failure(PIPES, folder).errno()).isEqualTo(Errno.EACCES);
    assertThat(failure(PIPES, noFormat).errno()).isEqualTo(Errno.ENOEXEC);
    assertThat(failure(PIPES.withEnv(Map.of("PATH", folder.toString())), "plain").errno())
        .isEqualTo(Errno.EACCES);
  }

  /** Behaviour 237. */
  @Test
  void shouldRunInAnotherFolder() throws IOException {
    Path script = Files.writeString(folder.resolve("here"), "#!/bin/sh\nexec pwd\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    SubprocessOptions there = PIPES.withCwd(folder);

    assertThat(children.output(there, "pwd")).isEqualTo(folder.toRealPath().toString());
    assertThat(children.finish(children.exec(there, "./here")).output().strip())
        .isEqualTo(folder.toRealPath().toString());
  }

  /** Behaviours 236, 237. */
  @Test
  void shouldReportAFolderThatIsNotThere() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");

    assertThat(failure(PIPES.withCwd("/no/such/folder"), "true"))
        .hasMessageContaining("/no/such/folder")
        .extracting(LinuxException::call, LinuxException::errno)
        .containsExactly("chdir", Errno.ENOENT);
    assertThat(failure(PIPES.withCwd(file), "true"))
        .extracting(LinuxException::call, LinuxException::errno)
        .containsExactly("chdir", Errno.ENOTDIR);
  }

  /** Behaviour 237. */
  @Test
  void shouldHaveThisEnvironmentAndNoOther() {
    SubprocessOptions options = PIPES.withEnv(Map.of("NAME", "välue", "EMPTY", ""));

    ChildRecorder child = children.finish(children.exec(options, "/usr/bin/env"));

    assertThat(child.output().lines()).containsExactlyInAnyOrder("NAME=välue", "EMPTY=");
  }

  /** Behaviour 237. */
  @Test
  void shouldHaveTheEnvironmentOfThisProcess() {
    ChildRecorder child = children.finish(children.exec(PIPES, "env"));

    assertThat(child.output().lines())
        .contains("PATH=" + System.getenv("PATH"))
        .hasSameSizeAs(
            String.join("\n", System.getenv().values().stream().map(value -> "x=" + value).toList())
                .lines()
                .toList());
  }

  @Test
  void shouldRefuseWhatIsNoEnvironment() {
    for (Map<String, String> wrong :
        List.of(Map.of("", "x"), Map.of("a=b", "x"), Map.of("a\0", "x"), Map.of("a", "\0"))) {
      assertThatThrownBy(() -> PIPES.withEnv(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("env: ");
    }
  }

  /** Behaviour 237: the search follows the child's PATH, past what is not there. */
  @Test
  void shouldSearchTheProgramInItsPath() throws IOException {
    Path script = Files.writeString(folder.resolve("mine"), "#!/bin/sh\necho mine\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));

    String path = "/no/such/folder:/dev/null:" + folder + ":/bin";
    ChildRecorder child = children.exec(PIPES.withEnv(Map.of("PATH", path)), "mine");

    assertThat(children.finish(child).output()).isEqualTo("mine\n");
    assertThat(failure(PIPES.withEnv(Map.of("PATH", "/no/such/folder")), "mine").errno())
        .isEqualTo(Errno.ENOENT);
  }

  /** Behaviour 237. */
  @Test
  void shouldRunTheExecutableUnderAnotherName() {
    ChildRecorder child =
        children.finish(
            children.exec(PIPES.withExecutable("/bin/sh"), "my name", "-c", "echo \"$0\""));

    assertThat(child.output()).isEqualTo("my name\n");
    assertThat(children.output(PIPES.withExecutable("/bin/bash"), "echo $BASH_VERSION"))
        .isNotEmpty();
  }

  /** Behaviour 237. */
  @Test
  void shouldStartANewSession() {
    String[] stat = stat(PIPES.withStartNewSession(true));
    String[] ours = stat(PIPES);

    assertThat(stat[5]).isEqualTo(stat[0]); // session
    assertThat(stat[4]).isEqualTo(stat[0]); // process group
    assertThat(ours[5]).isNotEqualTo(ours[0]);
    assertThat(ours[4]).isNotEqualTo(ours[0]);
  }

  @Test
  void shouldStartANewProcessGroup() {
    String[] stat = stat(PIPES.withProcessGroup(0));

    assertThat(stat[4]).isEqualTo(stat[0]);
    assertThat(stat[5]).isEqualTo(stat(PIPES)[5]);
    assertThat(failure(PIPES.withProcessGroup(Integer.MAX_VALUE), "true").errno())
        .isIn(Errno.EPERM, Errno.ESRCH);
    assertThatThrownBy(() -> PIPES.withProcessGroup(-2))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** pid (name) state ppid pgrp session … */
  private String[] stat(SubprocessOptions options) {
    return children.output(options, "exec cat /proc/self/stat").split(" ");
  }

  /** Behaviour 237. */
  @Test
  void shouldPassDescriptorsByNumber() throws LinuxException {
    try (Pipe one = Pipe.create();
        Pipe two = Pipe.create();
        Pipe apart = Pipe.create();
        dev.ouro.linux.Fd high = dev.ouro.linux.Fd.duplicate(two.readEnd().number(), 500)) {
      int a = one.writeEnd().number();
      int b = two.writeEnd().number();

      String open =
          children.output(PIPES.withPassFds(high.number(), b, a, a, 1), "ls /proc/$$/fd; true");

      assertThat(open.split("\n"))
          .containsExactlyInAnyOrder(
              "0", "1", "2", String.valueOf(a), String.valueOf(b), String.valueOf(high.number()));
      String written =
          children.output(
              PIPES.withPassFds(b, high.number()),
              "echo x > /dev/fd/" + b + "; head -n 1 /dev/fd/" + high.number());
      assertThat(written).isEqualTo("x");
      assertThat(apart.readEnd().isClosed()).isFalse();
    }
    assertThat(failure(PIPES.withPassFds(1_000_000), "true"))
        .hasMessageContaining("passFds: fd 1000000")
        .extracting(LinuxException::errno)
        .isEqualTo(Errno.EBADF);
    assertThatThrownBy(() -> PIPES.withPassFds(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  /** Behaviours 237, 267. */
  @Test
  void shouldHaveNoDescriptorOfThisProcess() throws LinuxException {
    children.loop().addSignalHandler(Signal.SIGUSR1, () -> {});
    ChildRecorder other = children.exec(PIPES, "cat");

    String open = children.output(PIPES, "ls /proc/$$/fd; true");
    String ours =
        children.output(PIPES.withCloseFds(false), "readlink /proc/$$/fd/* | grep anon_inode");

    assertThat(open.split("\n")).containsExactlyInAnyOrder("0", "1", "2");
    assertThat(ours).as("all are close-on-exec").isEmpty();
    other.transport().close();
    children.finish(other);
    children.loop().removeSignalHandler(Signal.SIGUSR1);
  }

  /** A child blocks no signal, and handles none that this process does. */
  @Test
  void shouldHaveCleanSignals() {
    children.loop().addSignalHandler(Signal.SIGUSR1, () -> {});
    children.loop().addSignalHandler(Signal.SIGTERM, () -> {});

    assertThat(status(PIPES, "SigBlk")).isEqualTo("0000000000000000");
    assertThat(status(PIPES, "SigCgt")).isEqualTo("0000000000000000");
    assertThat(status(PIPES, "SigIgn")).isEqualTo("0000000000000000");
    ChildRecorder child = children.shell(PIPES, "kill -USR1 $$; echo survived");
    assertThat(children.finish(child).transport().getReturncode()).isEqualTo(-10);

    children.loop().removeSignalHandler(Signal.SIGUSR1);
    children.loop().removeSignalHandler(Signal.SIGTERM);
  }

  /** Popen's restore_signals. */
  @Test
  void shouldRestoreSignalsThatThisProcessIgnores() throws LinuxException {
    dev.ouro.linux.SigAction before = dev.ouro.linux.SigAction.ofIgnore().install(Signal.SIGPIPE);
    try {
      assertThat(status(PIPES, "SigIgn")).isEqualTo("0000000000000000");
      assertThat(status(PIPES.withRestoreSignals(false), "SigIgn")).isEqualTo("0000000000001000");
    } finally {
      before.install(Signal.SIGPIPE);
    }
  }

  @Test
  void shouldHaveAnotherUmask() throws IOException {
    String ours = umaskOfThisProcess();

    assertThat(status(PIPES.withUmask(0123), "Umask")).isEqualTo("0123");
    assertThat(children.output(PIPES.withUmask(0), "umask")).isEqualTo("0000");

    assertThat(umaskOfThisProcess()).isEqualTo(ours);
    assertThat(status(PIPES, "Umask")).isEqualTo(ours);
    assertThatThrownBy(() -> PIPES.withUmask(01_0000)).isInstanceOf(IllegalArgumentException.class);
  }

  private static String umaskOfThisProcess() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("Umask:"))
        .findFirst()
        .orElseThrow()
        .substring("Umask:".length())
        .strip();
  }

  /** As root. */
  @Test
  void shouldRunAsAnotherUser() throws IOException {
    assumeRoot();
    SubprocessOptions options =
        PIPES.withUser(NOBODY).withGroup(NOBODY).withExtraGroups(List.of(7, 8));

    assertThat(status(options, "Uid").split("\\s+")).containsOnly("65534");
    assertThat(status(options, "Gid").split("\\s+")).containsOnly("65534");
    assertThat(status(options, "Groups")).isEqualTo("7 8");
    assertThat(status(PIPES.withExtraGroups(List.of()), "Groups")).isEmpty();
    assertThat(status(options, "CapEff")).isEqualTo("0000000000000000");

    // This process is who it was, and may still be traced.
    assertThat(isRoot()).isTrue();
    assertThat(status(PIPES, "Uid").split("\\s+")).containsOnly("0");
    assertThat(children.output(PIPES, "cat /proc/" + ProcessHandle.current().pid() + "/status"))
        .contains("\nUid:\t0\t0\t0\t0\n");
  }

  /** As root. */
  @Test
  void shouldRunAsAUserByName() throws IOException {
    assumeRoot();

    assertThat(status(PIPES.withUser("daemon").withGroup("bin"), "Uid").split("\\s+")[0])
        .isEqualTo(children.output(PIPES, "id -u daemon"));
    assertThat(status(PIPES.withGroup("daemon"), "Gid").split("\\s+")[0])
        .isEqualTo(children.output(PIPES, "id -g daemon"));
    assertThatThrownBy(() -> PIPES.withUser("no such user"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("user: name not found: no such user");
    assertThatThrownBy(() -> PIPES.withGroup("no such group"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("group: name not found: no such group");
  }

  /** As root: the rights are those of the user. */
  @Test
  void shouldReportWhatTheUserMayNotRun() throws IOException {
    assumeRoot();
    Path script = Files.writeString(folder.resolve("roots"), "#!/bin/sh\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));

    assertThat(failure(PIPES.withUser(NOBODY), script).errno()).isEqualTo(Errno.EACCES);
    assertThatThrownBy(() -> PIPES.withUser(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PIPES.withGroup(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PIPES.withExtraGroups(List.of(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
