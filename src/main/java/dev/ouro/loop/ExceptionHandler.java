// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

/** Hears of errors that nobody else can hear of: {@link CallbackLoop#setExceptionHandler}. */
@FunctionalInterface
public interface ExceptionHandler {
  /**
   * Called on the loop's thread, in the {@link Context} of the task, future or callback that
   * failed. What it throws goes, together with {@code context}, to {@link
   * CallbackLoop#defaultExceptionHandler}.
   */
  void handle(CallbackLoop loop, ExceptionContext context);
}
