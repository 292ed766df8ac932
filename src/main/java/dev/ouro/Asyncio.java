// SPDX-License-Identifier: Apache-2.0
package dev.ouro;

import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.loop.RunningLoop;
import dev.ouro.loop.WaitStrategy;
import java.io.UncheckedIOException;
import java.util.Objects;

/**
 * asyncio's module-level functions.
 *
 * <p>The system property {@code dev.ouro.engine} says on what {@link #newEventLoop()} builds:
 * {@code io_uring}, {@code epoll}, or {@code auto} (default): io_uring where the machine allows it,
 * else epoll. {@link EventLoop#engine} tells what it was, and why.
 */
public final class Asyncio {
  private static final String ENGINE_PROPERTY = "dev.ouro.engine";
  private static final ThreadLocal<EventLoop> CURRENT = new ThreadLocal<>();

  private Asyncio() {}

  /**
   * A new loop that waits adaptively.
   *
   * @throws UncheckedIOException the kernel refuses the engine that was asked for, or both
   * @throws IllegalArgumentException {@code dev.ouro.engine} is neither of the three
   */
  public static EventLoop newEventLoop() {
    return newEventLoop(WaitStrategy.adaptive());
  }

  /** {@link #newEventLoop()} that waits as {@code strategy} says. */
  public static EventLoop newEventLoop(WaitStrategy strategy) {
    Objects.requireNonNull(strategy, "strategy");
    String wanted = System.getProperty(ENGINE_PROPERTY, "auto");
    try {
      return switch (wanted) {
        case "io_uring" -> new ProactorEventLoop(strategy, ENGINE_PROPERTY + "=io_uring");
        case "epoll" -> new SelectorEventLoop(strategy, ENGINE_PROPERTY + "=epoll");
        case "auto" -> best(strategy);
        default ->
            throw new IllegalArgumentException(
                ENGINE_PROPERTY + ": neither io_uring, epoll nor auto: " + wanted);
      };
    } catch (LinuxException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static EventLoop best(WaitStrategy strategy) throws LinuxException {
    try {
      return new ProactorEventLoop(strategy, "the machine allows it");
    } catch (LinuxException e) {
      if (e.errno() == Errno.EMFILE || e.errno() == Errno.ENFILE) {
        throw e; // of no use to the other engine either
      }
      return new SelectorEventLoop(strategy, "io_uring: " + e.getMessage());
    }
  }

  /**
   * The loop that runs on the calling thread.
   *
   * @throws IllegalStateException none does: the call is not made from a callback
   */
  public static EventLoop getRunningLoop() {
    if (RunningLoop.require() instanceof EventLoop loop) {
      return loop;
    }
    throw new IllegalStateException("the running loop is not an EventLoop");
  }

  /**
   * The loop that runs on the calling thread; outside of callbacks, the one of {@link
   * #setEventLoop}.
   *
   * @throws IllegalStateException there is neither
   */
  public static EventLoop getEventLoop() {
    if (RunningLoop.current() instanceof EventLoop running) {
      return running;
    }
    EventLoop loop = CURRENT.get();
    if (loop == null) {
      throw new IllegalStateException(
          "There is no current event loop in thread '" + Thread.currentThread().getName() + "'.");
    }
    return loop;
  }

  /**
   * Sets what {@link #getEventLoop} answers outside of callbacks, on this thread; null: nothing.
   */
  public static void setEventLoop(EventLoop loop) {
    if (loop == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(loop);
    }
  }
}
