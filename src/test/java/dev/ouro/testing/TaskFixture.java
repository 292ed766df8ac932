// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import dev.ouro.EventLoop;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.Task;
import dev.ouro.loop.TaskBody;
import dev.ouro.poll.EngineKind;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The event loop of one contract test of tasks, on the engine and with the kind of task that it is
 * about. Otherwise as {@link NetworkFixture}.
 */
public final class TaskFixture implements BeforeEachCallback, AfterEachCallback {
  private final NetworkFixture network;
  private final TaskKind kind;
  private String before;

  public TaskFixture(EngineKind engine, TaskKind kind) {
    this.network = new NetworkFixture(engine);
    this.kind = kind;
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    before = System.getProperty(TaskKind.PROPERTY);
    System.setProperty(TaskKind.PROPERTY, kind.property());
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    if (before == null) {
      System.clearProperty(TaskKind.PROPERTY);
    } else {
      System.setProperty(TaskKind.PROPERTY, before);
    }
    network.afterEach(context);
  }

  public EventLoop loop() {
    return network.loop();
  }

  /** Servers, peers and what else belongs to the network. */
  public NetworkFixture network() {
    return network;
  }

  public <T> Task<T> create(Callable<T> coro) {
    return loop().createTask(coro);
  }

  public Task<Void> create(TaskBody coro) {
    return loop().createTask(coro);
  }

  /** Runs {@code coro} as a task until it is done. */
  public <T> T run(Callable<T> coro) {
    return loop().runUntilComplete(create(coro));
  }

  /** Runs {@code coro} as a task until it is done. */
  public void run(TaskBody coro) {
    loop().runUntilComplete(create(coro));
  }

  public void runTurns(int count) {
    network.runTurns(count);
  }

  public void runUntil(BooleanSupplier condition) {
    network.runUntil(condition);
  }

  public List<ExceptionContext> takeErrors() {
    return network.takeErrors();
  }
}
