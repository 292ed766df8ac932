// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.List;
import java.util.Objects;

/**
 * A callback that was scheduled: asyncio's {@code Handle}, returned by {@link
 * CallbackLoop#callSoon(Runnable)} and its like.
 *
 * <p>Only the loop's thread may use it, or any thread while the loop does not run. To cancel from
 * elsewhere: {@code loop.callSoonThreadsafe(handle::cancel)}.
 */
public class Handle extends ContextCell {
  private enum State {
    SCHEDULED,
    RAN,
    CANCELLED
  }

  /** The next entry of the {@link Inbox} that this handle is in. */
  Handle next;

  private final CallbackLoop loop;
  private Runnable callback;
  private State state = State.SCHEDULED;

  /** The context that was given, or once somebody asked for it, the one that this handle is. */
  private Context context;

  private final List<StackTraceElement> source;

  /**
   * For authors of loops.
   *
   * @param callback what to run
   * @param loop whose exception handler hears of what {@code callback} throws
   * @param context where to run it; null: in a copy of the calling thread's current context
   */
  public Handle(Runnable callback, CallbackLoop loop, Context context) {
    this(callback, loop, context, ThreadState.current());
  }

  Handle(Runnable callback, CallbackLoop loop, Context context, ThreadState caller) {
    super(context == null ? caller.context.values : null);
    this.callback = Objects.requireNonNull(callback, "callback");
    this.loop = Objects.requireNonNull(loop, "loop");
    this.context = context;
    this.source = loop.getDebug() ? SourceTrace.capture() : null;
  }

  /** The context in which the callback runs. */
  public Context getContext() {
    if (context == null) {
      context = new Context(this);
    }
    return context;
  }

  /**
   * Keeps the callback from running, and forgets it. No effect once it ran, runs, or was cancelled.
   */
  public void cancel() {
    regainControl();
    if (state == State.SCHEDULED) {
      state = State.CANCELLED;
      callback = source == null ? null : new Forgotten(CallbackText.of(callback));
    }
  }

  final void regainControl() {
    if (loop instanceof EngineLoop engineLoop) {
      engineLoop.regainControl();
    }
  }

  /** Whether {@link #cancel} was called in time. */
  public boolean cancelled() {
    return state == State.CANCELLED;
  }

  /**
   * For authors of loops: runs the callback in its context, unless it was cancelled. What it throws
   * goes to the loop's exception handler, except {@link LoopExit} and its like.
   */
  public void run() {
    run(ThreadState.current());
  }

  final void run(ThreadState thread) {
    if (state == State.CANCELLED) {
      return;
    }
    state = stateWhileRunning();
    Runnable body = callback;
    final Throwable failure;
    try {
      ContextCell cell = context == null ? this : context.cell;
      ContextCell previous = cell.enter(thread);
      try {
        body.run();
      } finally {
        cell.leave(thread, previous);
      }
      return;
    } catch (Throwable thrown) {
      failure = thrown;
    }
    if (loop instanceof EngineLoop engineLoop) {
      engineLoop.withSpares(() -> reportOrRethrow(body, failure));
    } else {
      reportOrRethrow(body, failure);
    }
  }

  private void reportOrRethrow(Runnable body, Throwable failure) {
    LoopExit.rethrowIfFatal(failure);
    loop.callExceptionHandler(
        ExceptionContext.of("Exception in callback " + CallbackText.of(body), failure)
            .with("handle", this)
            .with("source_traceback", source));
  }

  /** A handle that runs once cannot be cancelled any more once it runs. */
  private State stateWhileRunning() {
    return runsOnce() ? State.RAN : State.SCHEDULED;
  }

  /** Whether the callback runs at most once. */
  boolean runsOnce() {
    return true;
  }

  final CallbackLoop loop() {
    return loop;
  }

  /** What to run; null once it was cancelled. */
  final Runnable callback() {
    return cancelled() ? null : callback;
  }

  /** The first word of {@link #toString}. */
  String kind() {
    return getClass().getSimpleName();
  }

  /** What stands between the class's name and the callback's in {@link #toString}. */
  String details() {
    return "";
  }

  /**
   * asyncio's form: what kind of handle, whether cancelled, what it calls; in debug mode also where
   * it was created.
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("<").append(kind());
    if (cancelled()) {
      text.append(" cancelled");
    }
    text.append(details());
    if (callback != null) {
      text.append(' ').append(CallbackText.of(callback));
    }
    if (source != null && !source.isEmpty()) {
      text.append(" created at ").append(SourceTrace.site(source));
    }
    return text.append('>').toString();
  }

  /** Stands for a callback that was cancelled, in debug mode. */
  private record Forgotten(String text) implements Runnable {
    @Override
    public void run() {}

    @Override
    public String toString() {
      return text;
    }
  }
}
