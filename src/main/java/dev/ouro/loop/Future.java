// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * A result that a loop will have: asyncio's {@code Future}, made by {@link
 * CallbackLoop#createFuture}.
 *
 * <p>It is done once: with a result, with an exception, or cancelled. Its callbacks never run
 * inside the call that makes it done; they are scheduled with {@link
 * CallbackLoop#callSoon(Runnable, Context)}, in the order in which they were added. An exception
 * that nobody asks for by the time the future is garbage goes to the loop's exception handler,
 * once.
 *
 * <p>It is also a {@link java.util.concurrent.Future}, for other threads, and a {@link
 * java.util.concurrent.CompletionStage}, whose dependent stages belong to the same loop.
 *
 * <p>Threads: the methods of {@link java.util.concurrent.Future} that ask ({@link #get()}, {@link
 * #isDone}, {@link #resultNow} …) and {@link #done}, {@link #cancelled}, {@link #result} and {@link
 * #exception} may be called from any thread; all others only from the thread that runs the loop, or
 * while it does not run. From elsewhere: {@code loop.callSoonThreadsafe(() ->
 * future.setResult(value))}.
 *
 * @param <T> what the result is
 */
@SuppressWarnings("ReferenceEquality") // of loops and tasks
public class Future<T> extends FutureStage<T> implements java.util.concurrent.Future<T> {
  private static final int PENDING = 0;
  private static final int CANCELLED = 1;
  private static final int FINISHED = 2;
  private static final int FAILED = 3;

  private static final VarHandle WAITERS;

  static {
    try {
      WAITERS = MethodHandles.lookup().findVarHandle(Future.class, "waiters", CountDownLatch.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final CallbackLoop loop;
  private final List<StackTraceElement> source;

  /** Written after everything that it makes visible. */
  private volatile int state;

  /** Made by the first thread that waits. */
  private volatile CountDownLatch waiters;

  /** By the state: the result, the exception, or what the cancellation says. */
  private Object outcome;

  private UnretrievedException unretrieved;

  /** Null, the one {@link Task} that awaits this, or the {@link ArrayList} of all callbacks. */
  private Object callbacks;

  /** A future of {@code loop}, pending. {@link CallbackLoop#createFuture} is the usual way. */
  public Future(CallbackLoop loop) {
    this.loop = Objects.requireNonNull(loop, "loop");
    this.source = loop.getDebug() ? SourceTrace.capture() : null;
  }

  /** The loop that it belongs to. */
  @Override
  public final CallbackLoop getLoop() {
    return loop;
  }

  /** Whether it has a result or an exception, or was cancelled. */
  @Override
  public final boolean done() {
    return state != PENDING;
  }

  /** Whether it was cancelled. */
  public final boolean cancelled() {
    return state == CANCELLED;
  }

  /**
   * The result. If it ended with an exception, that is thrown, itself, even when it is a checked
   * one.
   *
   * @throws CancellationException it was cancelled
   * @throws InvalidStateException it is not done
   */
  public final T result() {
    return switch (state) {
      case CANCELLED -> throw cancellation();
      case PENDING -> throw new InvalidStateException("Result is not set.");
      case FAILED -> throw Sneaky.<RuntimeException>propagate(retrieve());
      default -> value();
    };
  }

  /**
   * Waits, in a task, until it is done: what {@code await} is to a coroutine. Other callbacks and
   * tasks run meanwhile. Returns at once when it is done already.
   *
   * <p>{@link Task#cancel(String)} of the waiting task cancels this future. Allocates nothing for
   * the first task that waits.
   *
   * @return the result. If it ended with an exception, that is thrown, itself, even when it is a
   *     checked one
   * @throws CancellationException it was cancelled, or the waiting task was
   * @throws IllegalStateException it is not done, and the caller is not a task of the same loop; or
   *     there is a native frame or a class initializer between the caller and the task's start,
   *     where a task cannot be suspended
   */
  public final T await() {
    if (state == PENDING) {
      Task<?> task = Task.toAwait(this);
      if (state == PENDING) { // else it was done while the task regained control
        task.await(this);
      }
    } else {
      regainControl();
    }
    return result();
  }

  /**
   * The exception that it ended with, or null when it has a result.
   *
   * @throws CancellationException it was cancelled
   * @throws InvalidStateException it is not done
   */
  public final Throwable exception() {
    return switch (state) {
      case CANCELLED -> throw cancellation();
      case PENDING -> throw new InvalidStateException("Exception is not set.");
      default -> retrieve();
    };
  }

  /**
   * Makes it done with a result.
   *
   * @throws InvalidStateException it is done already
   */
  public final void setResult(T value) {
    requireSettable("setResult");
    finishResult(value);
  }

  /**
   * Makes it done with an exception.
   *
   * @throws InvalidStateException it is done already
   */
  public final void setException(Throwable thrown) {
    Objects.requireNonNull(thrown, "thrown");
    requireSettable("setException");
    finishException(thrown);
  }

  /** {@link #cancel(String)} without a message. */
  public final boolean cancel() {
    return cancel(null);
  }

  /**
   * Cancels it and schedules its callbacks; false when it is done already: an exception that it
   * ended with counts as asked for.
   *
   * @param message what the {@link CancellationException} will say, or null
   */
  public boolean cancel(String message) {
    regainControl();
    if (done()) {
      retrieve();
      return false;
    }
    requireLoopThread();
    finishCancelled(message);
    return true;
  }

  /** {@link #cancel(String)} without a message; what runs elsewhere is never interrupted. */
  @Override
  public final boolean cancel(boolean mayInterruptIfRunning) {
    return cancel(null);
  }

  /** {@link #addDoneCallback(Consumer, Context)} in a copy of the current context. */
  @Override
  public final void addDoneCallback(Consumer<? super Future<T>> callback) {
    addDoneCallback(callback, null);
  }

  /**
   * Schedules {@code callback} once this is done; at once when it is.
   *
   * @param context where to run it; null: in a copy of the current context
   */
  public final void addDoneCallback(Consumer<? super Future<T>> callback, Context context) {
    Objects.requireNonNull(callback, "callback");
    regainControl();
    DoneCallback<T> added =
        new DoneCallback<>(this, callback, context == null ? Context.copyContext() : context, null);
    if (done()) {
      loop.callSoon(added, added.context());
      return;
    }
    requireLoopThread();
    callbackList().add(added);
  }

  /**
   * Removes every callback that equals {@code callback} and is not scheduled yet.
   *
   * @return how many that were
   */
  public final int removeDoneCallback(Consumer<? super Future<T>> callback) {
    Objects.requireNonNull(callback, "callback");
    regainControl();
    if (!(callbacks instanceof List)) {
      return 0;
    }
    List<DoneCallback<T>> added = callbackList();
    int before = added.size();
    added.removeIf(one -> callback.equals(one.callback()));
    return before - added.size();
  }

  // java.util.concurrent.Future

  /**
   * Waits until it is done.
   *
   * @throws ExecutionException it ended with an exception, which is the cause
   * @throws CancellationException it was cancelled
   * @throws IllegalStateException it is not done, and the caller is a callback of the same loop:
   *     nobody could make it done. A task may wait, and is only suspended
   */
  @Override
  public final T get() throws InterruptedException, ExecutionException {
    if (!done()) {
      latch().await();
    }
    return outcome();
  }

  /** {@link #get()} for at most so long. */
  @Override
  public final T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (!done() && !latch().await(timeout, unit)) {
      throw new TimeoutException();
    }
    return outcome();
  }

  @Override
  public final boolean isDone() {
    return done();
  }

  @Override
  public final boolean isCancelled() {
    return cancelled();
  }

  @Override
  public final T resultNow() {
    if (state() != State.SUCCESS) {
      throw new IllegalStateException(this + " has no result");
    }
    return value();
  }

  @Override
  public final Throwable exceptionNow() {
    if (state() != State.FAILED) {
      throw new IllegalStateException(this + " has no exception");
    }
    return retrieve();
  }

  @Override
  public final State state() {
    return switch (state) {
      case PENDING -> State.RUNNING;
      case CANCELLED -> State.CANCELLED;
      case FAILED -> State.FAILED;
      default -> State.SUCCESS;
    };
  }

  /**
   * asyncio's form: the state with its result or exception; who is called when it is done; in debug
   * mode, where it was created.
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("<").append(kind());
    switch (state) {
      case PENDING -> text.append(' ').append(pendingText()).append(details());
      case CANCELLED -> text.append(" cancelled").append(details());
      case FAILED ->
          text.append(" finished").append(details()).append(" exception=").append(outcome);
      default -> text.append(" finished").append(details()).append(" result=").append(outcome);
    }
    appendCallbacks(text);
    if (source != null && !source.isEmpty()) {
      text.append(" created at ").append(SourceTrace.site(source));
    }
    return text.append('>').toString();
  }

  private void appendCallbacks(StringBuilder text) {
    Object[] all =
        switch (callbacks) {
          case null -> new Object[0];
          case Task<?> task -> new Object[] {DoneCallback.wakeup(task)};
          default -> ((List<?>) callbacks).toArray();
        };
    if (all.length == 0) {
      return;
    }
    text.append(" cb=[").append(all[0]);
    if (all.length > 2) {
      text.append(", <").append(all.length - 2).append(" more>");
    }
    if (all.length > 1) {
      text.append(", ").append(all[all.length - 1]);
    }
    text.append(']');
  }

  // For this package

  /** The first word of {@link #toString}. */
  String kind() {
    return getClass().getSimpleName();
  }

  /** What stands behind the state in {@link #toString}. */
  String details() {
    return "";
  }

  /** What {@link #toString} calls the state before it is done. */
  String pendingText() {
    return "pending";
  }

  /** The exception that it ended with, or null, without having retrieved it. */
  final Throwable peekException() {
    return state == FAILED ? (Throwable) outcome : null;
  }

  /** Throws when {@code method} is not for the future's users. */
  void requireSettable(String method) {}

  /** Makes it pending again; nobody else refers to it. */
  final void reset() {
    state = PENDING;
    outcome = null;
  }

  void finishResult(T value) {
    requirePending();
    finish(FINISHED, value);
  }

  final void finishException(Throwable thrown) {
    requirePending();
    unretrieved = UnretrievedException.watch(this, thrown, source);
    finish(FAILED, thrown);
  }

  final void finishCancelled(String message) {
    finish(CANCELLED, message);
  }

  /** Has {@code task} go on once this is done, in the order of the callbacks. */
  final void addAwaiting(Task<?> task) {
    if (callbacks == null) {
      callbacks = task;
    } else {
      callbackList().add(new DoneCallback<>(this, null, null, task));
    }
  }

  /** Who waits for it, in the order in which they came. */
  final List<Future<?>> awaitedBy() {
    if (!(callbacks instanceof List)) {
      return callbacks instanceof Task<?> task ? List.of(task) : List.of();
    }
    List<Future<?>> waiting = new ArrayList<>();
    for (DoneCallback<T> added : callbackList()) {
      if (added.resumes() != null) {
        waiting.add(added.resumes());
      } else if (added.callback() instanceof AwaitedBy by && by.awaitedBy() != null) {
        waiting.add(by.awaitedBy());
      }
    }
    return waiting;
  }

  /** Whether one task awaits it, and nobody else has asked for it. */
  final boolean isAwaitedAlone() {
    return callbacks instanceof Task
        || callbacks instanceof List
            && callbackList().size() == 1
            && callbackList().getFirst().resumes() != null;
  }

  /**
   * A task that awaited it was cancelled instead of getting what it was done with. An exception
   * counts as asked for, as in asyncio.
   */
  void undelivered() {
    retrieve();
  }

  /** Undoes {@link #addAwaiting}. */
  final void removeAwaiting(Task<?> task) {
    if (callbacks == task) {
      callbacks = null;
    } else if (callbacks instanceof List) {
      callbackList().removeIf(added -> added.resumes() == task);
    }
  }

  /** Where it was created, in debug mode, else null. */
  final List<StackTraceElement> source() {
    return source;
  }

  /** {@link #setResult}, unless it is done. */
  final void offerResult(T value) {
    if (!done()) {
      setResult(value);
    }
  }

  /** {@link #setException}, unless it is done. */
  final void offerException(Throwable thrown) {
    if (!done()) {
      setException(thrown);
    }
  }

  /** What ended it if not a result: the exception or a {@link CancellationException}. */
  @Override
  final Throwable failure() {
    return cancelled() ? cancellation() : retrieve();
  }

  @Override
  @SuppressWarnings("unchecked") // what finishResult got
  final T value() {
    return state == FINISHED ? (T) outcome : null;
  }

  final UnretrievedException unretrieved() {
    return unretrieved;
  }

  /** A future in the state of one that is garbage, for the report about its exception. */
  static Future<?> standIn(CallbackLoop loop, Throwable exception, String kind, String details) {
    Future<Object> future =
        new Future<>(loop) {
          @Override
          String kind() {
            return kind;
          }

          @Override
          String details() {
            return details;
          }
        };
    future.outcome = exception;
    future.state = FAILED;
    return future;
  }

  private T outcome() throws ExecutionException {
    if (cancelled()) {
      throw cancellation();
    }
    Throwable thrown = retrieve();
    if (thrown != null) {
      throw new ExecutionException(thrown);
    }
    return value();
  }

  private Throwable retrieve() {
    if (unretrieved != null) {
      unretrieved.retrieved();
    }
    return peekException();
  }

  private CancellationException cancellation() {
    return new CancellationException((String) outcome);
  }

  private void requirePending() {
    regainControl();
    if (done()) {
      throw new InvalidStateException("invalid state: " + this);
    }
    requireLoopThread();
  }

  final void regainControl() {
    if (loop instanceof EngineLoop engineLoop) {
      engineLoop.regainControl();
    }
  }

  final void requireLoopThread() {
    if (loop instanceof EngineLoop engineLoop) {
      engineLoop.checkThread();
    }
  }

  /** What a thread that waits awaits; {@link #finish} opens it. */
  private CountDownLatch latch() {
    ThreadState caller = ThreadState.current();
    if (caller.loop == loop && caller.task() == null) {
      throw new IllegalStateException(this + " is not done, and waiting here would be a deadlock");
    }
    CountDownLatch latch = waiters;
    if (latch == null) {
      CountDownLatch made = new CountDownLatch(1);
      latch = WAITERS.compareAndSet(this, (CountDownLatch) null, made) ? made : waiters;
    }
    if (done()) {
      latch.countDown();
    }
    return latch;
  }

  private void finish(int how, Object with) {
    outcome = with;
    state = how;
    // Volatile write, then volatile read: pairs with latch(), which publishes, then reads the
    // state.
    CountDownLatch latch = waiters;
    if (latch != null) {
      latch.countDown();
    }
    if (callbacks instanceof Task<?> task) {
      callbacks = null;
      task.scheduleStep();
    } else if (callbacks != null) {
      List<DoneCallback<T>> scheduled = callbackList();
      callbacks = null;
      for (DoneCallback<T> callback : scheduled) {
        schedule(callback);
      }
    }
  }

  private void schedule(DoneCallback<T> callback) {
    if (callback.resumes() != null) {
      callback.resumes().scheduleStep();
    } else {
      loop.callSoon(callback, callback.context());
    }
  }

  /** {@link #callbacks} as a list, from now on. */
  @SuppressWarnings("unchecked") // of nothing else
  private List<DoneCallback<T>> callbackList() {
    if (callbacks instanceof List<?> list) {
      return (List<DoneCallback<T>>) list;
    }
    List<DoneCallback<T>> list = new ArrayList<>(1);
    if (callbacks instanceof Task<?> task) {
      list.add(new DoneCallback<>(this, null, null, task));
    }
    callbacks = list;
    return list;
  }

  /** A callback in its context; or a task that goes on, where it is not the first that waits. */
  private record DoneCallback<T>(
      Future<T> future, Consumer<? super Future<T>> callback, Context context, Task<?> resumes)
      implements Runnable {
    @Override
    public void run() {
      callback.accept(future);
    }

    static String wakeup(Task<?> task) {
      return task.getName() + ".wakeup()";
    }

    @Override
    public String toString() {
      return resumes != null ? wakeup(resumes) : CallbackText.of(callback);
    }
  }
}
