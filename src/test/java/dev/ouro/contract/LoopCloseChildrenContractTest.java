// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.ChildWait;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.PidFd;
import dev.ouro.linux.Pipe;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.ChildFixture;
import dev.ouro.testing.ChildRecorder;
import dev.ouro.testing.LogCapture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.transport.SubprocessOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A loop that is closed with children: they go on, as in asyncio, and none stays a zombie.
 * LeakCheck sees that pipes and pidfds are closed. Behaviours 22, 77 and 247.
 */
@OnBothEngines
class LoopCloseChildrenContractTest {
  @RegisterExtension final ChildFixture children;
  @RegisterExtension final ChildFixture others;

  LoopCloseChildrenContractTest(EngineKind kind) {
    children = new ChildFixture(kind);
    others = new ChildFixture(kind);
  }

  /** A child that exits with status 4 once {@code gate} has no writer. */
  private ChildRecorder gated(Pipe gate) {
    int fd = gate.readEnd().number();
    return children.shell(
        SubprocessOptions.DEFAULT.withPassFds(fd), "cat /dev/fd/" + fd + "; exit 4");
  }

  private static void awaitEnd(PidFd child) throws LinuxException {
    while (!child.hasExited()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void shouldLetTheChildGoOnUntilItIsClosed() throws LinuxException {
    ChildRecorder child = children.exec(SubprocessOptions.DEFAULT, "sleep", "1000");
    try (LogCapture log = new LogCapture()) {
      children.loop().close();

      assertThat(log.records()).isEmpty();
    }
    int pid = child.transport().getPid();
    assertThat(ProcessHandle.of(pid)).get().matches(ProcessHandle::isAlive);
    assertThat(child.transport().isClosing()).isFalse();

    child.transport().close();
    child.transport().close();

    assertThat(child.transport().isClosing()).isTrue();
    assertThat(child.transport().getReturncode()).isNull();
    assertThat(ChildWait.await(pid).returncode()).isEqualTo(-9);
    assertThat(child.events()).containsExactly("connectionMade");
  }

  @Test
  void shouldStillSendSignalsToTheChild() throws LinuxException {
    ChildRecorder child = children.exec(SubprocessOptions.DEFAULT, "sleep", "1000");
    try (PidFd process = PidFd.open(child.transport().getPid())) {
      children.loop().close();

      child.transport().terminate();

      assertThat(process.await().returncode()).isEqualTo(-15);
      child.transport().kill(); // it is over, and the transport has not heard of it
      child.transport().close();
    }
  }

  @Test
  void shouldWarnOfAChildThatIsOpenInDebugMode() throws LinuxException {
    children.loop().setDebug(true);
    ChildRecorder child = children.exec(SubprocessOptions.DEFAULT, "cat");
    try (LogCapture log = new LogCapture()) {
      children.loop().close();

      assertThat(log.warnings())
          .anyMatch(warning -> warning.startsWith("unclosed transport <ChildTransport pid="))
          .anyMatch(warning -> warning.startsWith("unclosed transport <WritePipeTransport"))
          .anyMatch(warning -> warning.startsWith("unclosed transport <ReadPipeTransport"));
    }
    ChildWait.await(child.transport().getPid());
  }

  /** The loop had not heard of its end yet. */
  @Test
  void shouldTakeTheEndOfAChildThatHasEnded() throws LinuxException {
    try (Pipe gate = Pipe.create()) {
      ChildRecorder child = gated(gate);
      gate.writeEnd().close();
      awaitEnd((PidFd) child.transport().getExtraInfo("subprocess"));

      children.loop().close();

      assertThat(ChildFixture.isChild(child.transport().getPid())).as("a zombie").isFalse();
      assertThat(child.transport().getReturncode()).isEqualTo(4);
      assertThat(child.events()).containsExactly("connectionMade");
      child.transport().close();
    }
  }

  /** As Python does: when the next child is made, by whichever loop. */
  @Test
  void shouldTakeTheEndOfAChildThatOutlivesTheLoop() throws LinuxException {
    try (Pipe gate = Pipe.create()) {
      int pid = gated(gate).transport().getPid();
      try (PidFd child = PidFd.open(pid)) {
        children.loop().close();
        gate.writeEnd().close();
        awaitEnd(child);

        others.finish(others.exec(SubprocessOptions.DEFAULT, "true"));

        assertThat(ChildFixture.isChild(pid)).as("a zombie").isFalse();
      }
    }
  }
}
