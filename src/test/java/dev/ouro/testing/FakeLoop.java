// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import dev.ouro.linux.LinuxException;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.WaitStrategy;
import dev.ouro.poll.FakeEngine;

/** A loop over a {@link FakeEngine} and a clock that is moved by hand. */
public final class FakeLoop extends EngineLoop {
  private final ManualClock clock;

  private FakeLoop(ManualClock clock) throws LinuxException {
    super(completions -> new FakeEngine(completions, clock), WaitStrategy.blocking(), clock);
    this.clock = clock;
  }

  public static FakeLoop create() {
    try {
      return new FakeLoop(new ManualClock());
    } catch (LinuxException impossible) {
      throw new AssertionError(impossible);
    }
  }

  public ManualClock clock() {
    return clock;
  }

  public FakeEngine engine() {
    return (FakeEngine) pollEngine();
  }

  /** Runs one turn, which does not wait. */
  public void runTurn() {
    stop();
    runForever();
  }
}
