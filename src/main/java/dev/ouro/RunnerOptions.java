// SPDX-License-Identifier: Apache-2.0
package dev.ouro;

import java.util.Objects;
import java.util.function.Supplier;

/**
 * How a {@link Runner} runs: the keyword arguments of asyncio's {@code Runner}. Immutable: every
 * {@code with…} answers a changed copy.
 */
public final class RunnerOptions {
  private static final Supplier<EventLoop> NEW_EVENT_LOOP = Asyncio::newEventLoop;

  /** A loop of {@link Asyncio#newEventLoop()}, in the debug mode that it has. */
  public static final RunnerOptions DEFAULT = new RunnerOptions(null, NEW_EVENT_LOOP);

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

  /**
   * With loops of this factory; by default those of {@link Asyncio#newEventLoop()}, which are also
   * what {@link Asyncio#getEventLoop} answers on the runner's thread between runs.
   */
  public RunnerOptions withLoopFactory(Supplier<? extends EventLoop> loopFactory) {
    return new RunnerOptions(debug, Objects.requireNonNull(loopFactory, "loopFactory"));
  }

  /** {@link #withLoopFactory(Supplier)} that may fail, such as {@code SelectorEventLoop::new}. */
  public RunnerOptions withLoopFactory(LoopFactory loopFactory) {
    return withLoopFactory((Supplier<? extends EventLoop>) loopFactory);
  }

  /** Whether debug mode is to be on; null: as the loop has it. */
  public Boolean debug() {
    return debug;
  }

  /** Whether the loop is the thread's own: not one of a factory that was given, as in asyncio. */
  boolean setsEventLoop() {
    return NEW_EVENT_LOOP.equals(loopFactory);
  }

  /** What makes the loop. */
  public Supplier<? extends EventLoop> loopFactory() {
    return loopFactory;
  }
}
