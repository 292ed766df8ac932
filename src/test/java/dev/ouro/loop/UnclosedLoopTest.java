// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.Fd;
import dev.ouro.testing.FakeLoop;
import dev.ouro.testing.LogCapture;
import org.junit.jupiter.api.Test;

/** Behaviour 77 for loops, with the cleaner's part played by the test. */
class UnclosedLoopTest {
  @Test
  void shouldWarnOnceWhenTheLoopIsGarbage() {
    FakeLoop loop = FakeLoop.create();
    loop.setDebug(true);
    UnclosedLoop watch = UnclosedLoop.watch(loop, new Fd[0]);

    try (LogCapture log = new LogCapture()) {
      watch.run();

      assertThat(log.warnings()).containsExactly("unclosed event loop on fake");
    }
    watch.closed();
    loop.close();
  }

  @Test
  void shouldNotWarnWhenTheLoopWasClosed() {
    FakeLoop loop = FakeLoop.create();
    loop.setDebug(true);
    UnclosedLoop watch = UnclosedLoop.watch(loop, new Fd[0]);

    try (LogCapture log = new LogCapture()) {
      watch.closed();
      watch.run();

      assertThat(log.warnings()).isEmpty();
    }
    loop.close();
  }

  @Test
  void shouldWarnByTheCollectorInDebugMode() {
    try (LogCapture log = new LogCapture()) {
      forgetOne();
      while (log.warnings().isEmpty()) {
        System.gc();
      }

      assertThat(log.warnings()).contains("unclosed event loop on fake");
    }
  }

  /** A fake one, which has no descriptors to leak. */
  private static void forgetOne() {
    FakeLoop.create().setDebug(true);
  }
}
