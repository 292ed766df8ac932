// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.lang.ref.Cleaner;
import java.util.List;

/**
 * Reports the exception of a {@link Future} that became garbage without anybody having asked for
 * it.
 *
 * <p>It outlives its future and must not refer to it. The cleaner's thread runs {@link #run}, at
 * most once; {@link #retrieved} makes that a no-op.
 */
final class UnretrievedException implements Runnable {
  private final CallbackLoop loop;
  private final Throwable exception;
  private final List<StackTraceElement> source;
  private final String kind;
  private final String details;
  private Cleaner.Cleanable cleanable;
  private volatile boolean retrieved;

  private UnretrievedException(
      Future<?> future, Throwable exception, List<StackTraceElement> source) {
    this.loop = future.getLoop();
    this.exception = exception;
    this.source = source;
    this.kind = future instanceof Task ? "Task" : "Future";
    this.details = future.details();
  }

  static UnretrievedException watch(
      Future<?> future, Throwable exception, List<StackTraceElement> source) {
    UnretrievedException watch = new UnretrievedException(future, exception, source);
    watch.cleanable = LoopCleaner.CLEANER.register(future, watch);
    return watch;
  }

  /** Somebody knows of the exception now. */
  void retrieved() {
    if (!retrieved) {
      retrieved = true;
      cleanable.clean();
    }
  }

  /** The future is garbage. */
  @Override
  public void run() {
    if (retrieved) {
      return;
    }
    retrieved = true;
    try {
      loop.callSoonThreadsafe(() -> loop.callExceptionHandler(report()));
    } catch (IllegalStateException closed) {
      loop.defaultExceptionHandler(report());
    }
  }

  private ExceptionContext report() {
    return ExceptionContext.of(kind + " exception was never retrieved", exception)
        .with("future", Future.standIn(loop, exception, kind, details))
        .with("source_traceback", source);
  }
}
