// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.List;
import java.util.TreeMap;

/** A loop's exception handlers: the one that was set, the default one, and what they throw. */
final class ErrorReports {
  private final CallbackLoop loop;
  private ExceptionHandler handler;

  ErrorReports(CallbackLoop loop) {
    this.loop = loop;
  }

  ExceptionHandler handler() {
    return handler;
  }

  void setHandler(ExceptionHandler replacement) {
    handler = replacement;
  }

  /** Reports {@code thrown}, or throws it when it is to leave the run. */
  void reportOrRethrow(String message, Throwable thrown) {
    if (LoopExit.isFatal(thrown)) {
      throw (Error) thrown;
    }
    loop.callExceptionHandler(ExceptionContext.of(message, thrown));
  }

  void report(ExceptionContext context) {
    if (handler == null) {
      callDefault(context, "Exception in default exception handler");
      return;
    }
    try {
      callInContext(context);
    } catch (Throwable thrown) {
      rethrowFatal(thrown);
      callDefault(
          ExceptionContext.of("Unhandled error in exception handler", thrown)
              .with("context", context),
          "Exception in default exception handler while handling an unexpected error in custom"
              + " exception handler");
    }
  }

  /** The default handler's work. */
  void log(ExceptionContext context) {
    String message = context.message();
    StringBuilder text =
        new StringBuilder(message != null ? message : "Unhandled exception in event loop");
    new TreeMap<>(context.asMap())
        .forEach((key, value) -> {
          if (!key.equals("message") && !key.equals("exception")) {
            text.append('\n').append(key).append(": ").append(format(value));
          }
        });
    System.getLogger("dev.ouro")
        .log(System.Logger.Level.ERROR, text.toString(), context.exception());
  }

  @SuppressWarnings("ReferenceEquality") // of cells
  private void callInContext(ExceptionContext context) {
    ThreadState state = ThreadState.current();
    ContextCell cell = cellOf(context);
    if (cell == null || cell == state.context || cell.isOccupied()) {
      handler.handle(loop, context);
      return;
    }
    ContextCell previous = cell.enter(state);
    try {
      handler.handle(loop, context);
    } finally {
      cell.leave(state, previous);
    }
  }

  /** Where what failed ran; null when that is not known. */
  private static ContextCell cellOf(ExceptionContext context) {
    Task<?> task = context.task();
    if (task == null && context.future() instanceof Task<?> failed) {
      task = failed;
    }
    if (task != null) {
      return task.cell();
    }
    Handle handle = context.handle();
    return handle == null ? null : handle.getContext().cell;
  }

  private void callDefault(ExceptionContext context, String messageIfBroken) {
    try {
      loop.defaultExceptionHandler(context);
    } catch (Throwable thrown) {
      rethrowFatal(thrown);
      System.getLogger("dev.ouro").log(System.Logger.Level.ERROR, messageIfBroken, thrown);
    }
  }

  private static void rethrowFatal(Throwable thrown) {
    if (LoopExit.isFatal(thrown)) {
      throw (Error) thrown;
    }
  }

  private static String format(Object value) {
    if (!(value instanceof List<?> list)
        || !list.stream().allMatch(StackTraceElement.class::isInstance)) {
      return String.valueOf(value);
    }
    StringBuilder text = new StringBuilder("Object created at:");
    list.forEach(frame -> text.append("\n    at ").append(frame));
    return text.toString();
  }
}
