// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

/**
 * Thrown by a callback to leave {@link CallbackLoop#runForever} at once, as {@code SystemExit} and
 * {@code KeyboardInterrupt} do in asyncio: it comes out of the run itself, past the exception
 * handler; callbacks that were queued stay queued, and the loop can run again.
 *
 * <p>A {@link VirtualMachineError} does the same, except {@link StackOverflowError}, which is as
 * ordinary as any exception. Everything else that a callback throws goes to the exception handler.
 */
public class LoopExit extends Error {
  private static final long serialVersionUID = 1L;

  /** Leaves the run for the reason that {@code message} tells. */
  public LoopExit(String message) {
    super(message);
  }

  /** Leaves the run because of {@code cause}. */
  public LoopExit(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * For whoever catches what a callback throws, to report it: throws {@code failure} on if it is
   * one that leaves a run.
   */
  public static void rethrowIfFatal(Throwable failure) {
    if (isFatal(failure)) {
      throw (Error) failure;
    }
  }

  /** Whether {@code failure} is one that leaves a run at once. */
  public static boolean leavesRun(Throwable failure) {
    return isFatal(failure);
  }

  static boolean isFatal(Throwable failure) {
    return failure instanceof LoopExit
        || (failure instanceof VirtualMachineError && !(failure instanceof StackOverflowError));
  }
}
