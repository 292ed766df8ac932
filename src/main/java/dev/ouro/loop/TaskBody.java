// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.Objects;
import java.util.concurrent.Callable;

/** What a task runs when it has no result. With a result, that is a {@link Callable}. */
@FunctionalInterface
public interface TaskBody {
  /**
   * Runs, in the task. It may await.
   *
   * @throws Exception what the task ends with
   */
  void run() throws Exception;

  /** {@code body} as a callable whose result is null. */
  static Callable<Void> callable(TaskBody body) {
    Objects.requireNonNull(body, "coro");
    return new Callable<>() {
      @Override
      public Void call() throws Exception {
        body.run();
        return null;
      }

      @Override
      public String toString() {
        return CallbackText.of(body);
      }
    };
  }
}
