// SPDX-License-Identifier: Apache-2.0
package dev.ouro;

import java.util.Objects;
import java.util.function.Supplier;

/**
 * How a {@link Runner} runs: the keyword arguments of asyncio's {@code Runner}. Immutable: every
 * {@code with…} answers a changed copy.
 */
public final class RunnerOptions {
  /** A loop of {@link Asyncio#newEventLoop()}, in the debug mode that it has. */
  public static final RunnerOptions DEFAULT = new RunnerOptions(null, Asyncio::newEventLoop);

  private final Boolean debug;
  private final Supplier<? extends EventLoop> loopFactory;

  private RunnerOptions(Boolean debug, Supplier<? extends EventLoop> loopFactory) {
    this.debug = debug;
    this.loopFactory = loopFactory;
  }

  /** With debug mode on or off, {@link EventLoop#setDebug}; null (default): as the loop has it. */
  public RunnerOptions withDebug(Boolean debug) {
    return new RunnerOptions(debug, loopFactory);
  }

  /** With loops of this factory; by default those of {@link Asyncio#newEventLoop()}. */
  public RunnerOptions withLoopFactory(Supplier<? extends EventLoop> loopFactory) {
    return new RunnerOptions(debug, Objects.requireNonNull(loopFactory, "loopFactory"));
  }

  /** Whether debug mode is to be on; null: as the loop has it. */
  public Boolean debug() {
    return debug;
  }

  /** What makes the loop. */
  public Supplier<? extends EventLoop> loopFactory() {
    return loopFactory;
  }
}
