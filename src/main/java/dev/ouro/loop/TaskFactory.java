// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.concurrent.Callable;

/** Makes the tasks of a loop: what {@code loop.set_task_factory} takes in asyncio. */
@FunctionalInterface
public interface TaskFactory {
  /**
   * Makes a task, usually {@code new Task<>(loop, coro, options)}.
   *
   * @param loop the loop whose {@code createTask} was called
   * @param coro what the task is to run
   * @param options everything else that {@code createTask} was given
   */
  Task<?> create(EngineLoop loop, Callable<?> coro, TaskOptions options);
}
