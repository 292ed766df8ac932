// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.function.Consumer;

/** A done callback by which a task or future waits for another one: {@link FutureCallGraph}. */
public interface AwaitedBy extends Consumer<Future<?>> {
  /** Who waits; null when nobody does yet. */
  Future<?> awaitedBy();
}
