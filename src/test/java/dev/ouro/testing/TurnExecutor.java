// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import dev.ouro.loop.CallbackLoop;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * An executor whose jobs run on the loop, one turn later: with it, what would go on elsewhere takes
 * the same number of turns every time.
 */
public final class TurnExecutor extends AbstractExecutorService {
  private final CallbackLoop loop;
  private boolean shutDown;

  public TurnExecutor(CallbackLoop loop) {
    this.loop = loop;
  }

  @Override
  public void execute(Runnable job) {
    loop.callSoon(job);
  }

  @Override
  public void shutdown() {
    shutDown = true;
  }

  @Override
  public List<Runnable> shutdownNow() {
    shutDown = true;
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return shutDown;
  }

  @Override
  public boolean isTerminated() {
    return shutDown;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return shutDown;
  }
}
