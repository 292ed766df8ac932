// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.CancelEverywhere;
import dev.ouro.testing.ChildFixture;
import dev.ouro.testing.ChildRecorder;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.transport.SubprocessOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Child processes that are being made, cancelled everywhere: no zombie, pidfd or pipe is left.
 * Behaviour 245.
 */
@OnBothEngines
class CancelChildrenContractTest {
  @RegisterExtension final ChildFixture children;
  private final CancelEverywhere everywhere;

  CancelChildrenContractTest(EngineKind kind) {
    children = new ChildFixture(kind);
    everywhere = new CancelEverywhere(children.network());
  }

  /** Makes a child by a command for the shell. */
  private final class Making implements CancelEverywhere.Operation {
    private final String command;
    private ChildRecorder child;

    Making(String command) {
      this.command = command;
    }

    @Override
    public Future<?> start() {
      child = children.recorder();
      return children.loop().subprocessShell(() -> child, command, SubprocessOptions.DEFAULT);
    }

    @Override
    public void end(Future<?> future) throws Exception {
      CancelEverywhere.close(future);
      children.finish(child);
      assertThat(child.events()).contains("lost 0", "lost 1", "lost 2");
      assertThat(child.events()).endsWith("connectionLost null");
      assertThat(ChildFixture.isChild(child.transport().getPid())).as("a zombie").isFalse();
    }
  }

  @Test
  void shouldKillChildrenThatRun() throws Exception {
    Making making = new Making("exec cat");
    everywhere.cancel(making);
    assertThat(making.child.transport().getReturncode()).isEqualTo(-9);
  }

  /** It may end before, after or while it is killed. */
  @Test
  void shouldTakeTheEndOfChildrenThatEndByThemselves() throws Exception {
    everywhere.cancel(new Making("exit 3"));
  }

  @Test
  void shouldCloseThePipesWhenThereIsNoSuchProgram() throws Exception {
    everywhere.cancel(
        new CancelEverywhere.Operation() {
          @Override
          public Future<?> start() {
            return children.loop().subprocessExec(children::recorder, "/no/such/program");
          }

          @Override
          public void end(Future<?> future) {
            assertThat(future.exception()).hasMessageContaining("No such file");
          }
        });
  }
}
