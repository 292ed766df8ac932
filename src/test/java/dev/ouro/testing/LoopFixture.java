// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import dev.ouro.linux.LinuxException;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.WaitStrategy;
import dev.ouro.poll.EngineKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The loops of one contract test, on the engine that it is about. After the test each must have
 * nothing left in the kernel, and is closed.
 */
public final class LoopFixture implements AfterEachCallback {
  private static final long PATIENCE_NANOS = Duration.ofSeconds(100).toNanos();

  private final EngineKind kind;
  private final List<EngineLoop> loops = new ArrayList<>();

  public LoopFixture(EngineKind kind) {
    this.kind = kind;
  }

  /**
   * A new loop. Aborts the test with the reason when the machine lacks the engine; in CI, fails.
   */
  public EngineLoop open() {
    return open(WaitStrategy.blocking());
  }

  /** {@link #open()} that waits as {@code strategy} says. */
  public EngineLoop open(WaitStrategy strategy) {
    return opened(() -> new EngineLoop(kind, strategy));
  }

  /** {@link #open()} whose time is {@code clock}'s, to be moved by hand. */
  public EngineLoop open(ManualClock clock) {
    return opened(() -> new EngineLoop(kind, WaitStrategy.blocking(), clock));
  }

  private interface Opening {
    EngineLoop open() throws LinuxException;
  }

  private EngineLoop opened(Opening opening) {
    try {
      EngineLoop loop = opening.open();
      loops.add(loop);
      return loop;
    } catch (LinuxException unavailable) {
      return missing(unavailable);
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    for (EngineLoop loop : loops) {
      if (!loop.isClosed()) {
        awaitNoOperations(loop);
        loop.close();
      }
    }
  }

  /** Runs {@code loop} until the kernel has given back everything that was cancelled. */
  public static void awaitNoOperations(EngineLoop loop) {
    long start = System.nanoTime();
    while (loop.pollEngine().operations() > 0) {
      if (System.nanoTime() - start > PATIENCE_NANOS) {
        throw new AssertionError("left in the kernel: " + loop.pollEngine().operations());
      }
      loop.stop();
      loop.runForever();
    }
  }

  private EngineLoop missing(LinuxException unavailable) {
    String reason = kind.label() + " is missing here: " + unavailable.getMessage();
    if ("true".equals(System.getenv("CI"))) {
      return Assertions.fail(reason, unavailable);
    }
    System.out.println(reason);
    return Assumptions.abort(reason);
  }
}
