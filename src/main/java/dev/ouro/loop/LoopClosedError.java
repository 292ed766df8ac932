// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

/**
 * Unwinds a task whose loop was closed while it waited, as {@code GeneratorExit} does a coroutine.
 * An error, so that code that catches exceptions to go on does not.
 */
final class LoopClosedError extends Error {
  private static final long serialVersionUID = 1L;

  LoopClosedError() {
    super("the event loop was closed while the task was pending", null, false, false);
  }
}
