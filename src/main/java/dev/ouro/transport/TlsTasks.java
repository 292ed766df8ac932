// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.loop.Context;
import dev.ouro.loop.EngineLoop;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;

/**
 * Runs what an {@link SSLEngine} delegates.
 *
 * <p>In the first handshake on another thread: signing and checking certificates take milliseconds,
 * many more before the JIT compiler has seen them, and a trust manager may ask the network whether
 * one is revoked. Later there are only small jobs.
 */
final class TlsTasks {
  private final EngineLoop loop;
  private final SSLEngine engine;
  private boolean running;

  TlsTasks(EngineLoop loop, SSLEngine engine) {
    this.loop = loop;
    this.engine = engine;
  }

  /** Whether another thread is at it, and the engine must be left alone. */
  boolean areRunning() {
    return running;
  }

  /**
   * Runs them elsewhere, and calls {@code done} in {@code context} with null or what one threw;
   * false when there is no elsewhere, and nothing was run.
   */
  boolean runOffLoop(Context context, Consumer<Throwable> done) {
    running = true;
    try {
      loop.<Void>runInExecutor(
              () -> {
                run();
                return null;
              })
          .addDoneCallback(
              ended -> {
                running = false;
                done.accept(ended.cancelled() ? null : ended.exception());
              },
              context);
      return true;
    } catch (IllegalStateException | RejectedExecutionException shutDown) {
      running = false;
      return false;
    }
  }

  /** Runs them here and now. */
  void run() {
    for (Runnable task = engine.getDelegatedTask();
        task != null;
        task = engine.getDelegatedTask()) {
      task.run();
    }
  }
}
