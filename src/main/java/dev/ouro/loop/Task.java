// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.io.PrintStream;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Code that runs on a loop and may wait: asyncio's {@code Task}, made by {@link
 * CallbackLoop#createTask(Callable)}. It is the future of what the code returns or throws.
 *
 * <p>The code is straight-line Java on a virtual thread of its own, which the loop carries: it runs
 * alternately with callbacks and other tasks, never at the same time, and whatever holds on the
 * loop's thread holds in it. Where asyncio writes {@code await f}, it calls {@link Future#await}.
 * Blocking calls of the JDK ({@link Thread#sleep}, sockets, locks, queues) suspend the task alone,
 * too; {@link #cancel(String)} interrupts them.
 *
 * <p>Cancellation is asyncio's: a {@link CancellationException} from the {@code await} that the
 * task is in, or from its next one. The code may catch it to clean up, awaiting if it must, and
 * should throw it on. To be interrupted is to be cancelled. A task that throws a {@code
 * CancellationException} or an {@link InterruptedException} is cancelled.
 *
 * <p>Threads: as {@link Future}.
 *
 * {@snippet :
 * Task<String> task = loop.createTask(() -> {
 *   Future<String> answer = ask();
 *   return answer.await().trim();
 * });
 * }
 *
 * @param <T> what the code returns
 */
@SuppressWarnings("ReferenceEquality") // of loops and tasks
public class Task<T> extends Future<T> {
  private static final AtomicLong NUMBERS = new AtomicLong();

  /**
   * What the threads of tasks are called that have no name but their number, which costs 57 bytes.
   */
  private static final String NUMBERED_THREAD = "Task";

  /** After so many waits of a task whose loop was closed, it is left where it is. */
  private static final int PATIENCE_AT_CLOSE = 3;

  /** The task's neighbours in {@link TaskList}. */
  Task<?> previous;

  Task<?> next;

  private final Callable<? extends T> coro;
  private final TaskThread thread;

  /** Null until it is asked for, if the task is known by its number. */
  private String name;

  private final long number;
  private Context context;
  private Future<?> waiter;
  private String pendingMessage;
  private int cancelRequests;
  private byte waitsAfterClose;
  private boolean mustCancel;
  private boolean suspended;

  /** Whether {@link #cancel(String)} has interrupted the thread, and it has not awaited since. */
  private boolean interruptSent;

  /**
   * For task factories: a task that is scheduled to run in the loop's next turn, or ran already
   * until it first waited, if {@code options} want an eager start and the loop runs.
   *
   * @throws IllegalStateException the loop is closed; or an eager start is to be in a context that
   *     somebody is in, such as the caller's own instead of a copy
   */
  @SuppressWarnings("this-escape") // to the loop, on whose thread this is
  public Task(EngineLoop loop, Callable<? extends T> coro, TaskOptions options) {
    super(loop);
    this.coro = Objects.requireNonNull(coro, "coro");
    loop.requireOpen();
    context = options.context();
    name = options.name();
    number = name == null ? NUMBERS.incrementAndGet() : 0;
    thread = TaskThreads.of(loop, this, context);
    if (Boolean.TRUE.equals(options.eagerStart()) && loop.isRunning()) {
      cell().checkFree();
      loop.tasks().add(this);
      loop.runOnLoopThread(this::step);
    } else {
      loop.callSoonReady(thread);
      loop.tasks().add(this);
    }
  }

  /** The task that calls, or null outside of tasks. */
  public static Task<?> current() {
    return ThreadState.current().task();
  }

  /** The tasks of {@code loop} that are not done. */
  public static Set<Task<?>> all(EngineLoop loop) {
    return loop.tasks().snapshot();
  }

  // asyncio's methods

  /** The name, for people: {@code Task-} and a number, if none was given. */
  public final String getName() {
    if (name == null) {
      name = "Task-" + number;
    }
    return name;
  }

  /** Gives it, and the thread that it runs on, another name. */
  public final void setName(String changed) {
    name = Objects.requireNonNull(changed, "name");
    if (thread.thread != null) {
      thread.thread.setName(changed);
    }
  }

  /** What it runs. */
  public final Callable<? extends T> getCoro() {
    return coro;
  }

  /** The context in which it runs. */
  public final Context getContext() {
    if (context == null) {
      context = new Context(thread);
    }
    return context;
  }

  /**
   * Asks the task to end: it gets a {@link CancellationException} from the {@code await} that it is
   * in, or from its next one; a blocking call of the JDK is interrupted. What it awaits is
   * cancelled. The task may catch that and go on; then {@link #uncancel} is due.
   *
   * @param message what the exception will say, or null
   * @return false when it is done already
   */
  @Override
  public boolean cancel(String message) {
    regainControl();
    if (done()) {
      return super.cancel(message);
    }
    requireLoopThread();
    cancelRequests++;
    if (waiter != null && waiter.cancel(message)) {
      return true;
    }
    mustCancel = true;
    pendingMessage = message;
    if (!suspended && thread.isBlockedElsewhere()) {
      interruptSent = true;
      thread.thread.interrupt();
    }
    return true;
  }

  /** How many calls of {@link #cancel(String)} have not been taken back by {@link #uncancel}. */
  public final int cancelling() {
    return cancelRequests;
  }

  /**
   * Takes one {@link #cancel(String)} back: the code that caught the exception goes on on purpose.
   *
   * @return how many are left
   */
  public final int uncancel() {
    regainControl();
    if (cancelRequests > 0) {
      cancelRequests--;
      if (cancelRequests == 0) {
        mustCancel = false;
      }
    }
    return cancelRequests;
  }

  /**
   * Where the task is, innermost frame first, without the loop's own; empty before it started. Of a
   * task that failed, where the exception was thrown.
   */
  public final List<StackTraceElement> getStack() {
    return TaskStack.of(this);
  }

  /** Prints {@link #getStack} in the form of an exception's trace. */
  public final void printStack(PrintStream out) {
    TaskStack.print(this, out);
  }

  /** {@link #printStack(PrintStream)} to {@link System#err}. */
  public final void printStack() {
    printStack(System.err);
  }

  // On the loop's thread

  /** Has the task go on in the next turn. */
  final void scheduleStep() {
    engineLoop().callSoonReady(thread);
  }

  /**
   * Whether it is suspended until a future is done; not in {@code sleep(0)}, nor before it began.
   */
  final boolean awaitsFuture() {
    return waiter != null;
  }

  /** Runs the task until it waits or ends. */
  final void step() {
    if (!thread.hasBegun()) {
      if (mustCancel) {
        mustCancel = false;
        leave();
        finishCancelled(pendingMessage);
        return;
      }
      thread.begin(threadName());
    } else {
      thread.resume();
    }
    rethrowFatal();
  }

  /** After a step: throws what the task has ended with, if that is to leave the run. */
  final void rethrowFatal() {
    Throwable failure = peekException();
    if (failure != null) {
      LoopExit.rethrowIfFatal(failure);
    }
  }

  private String threadName() {
    return name != null || getLoop().getDebug() ? getName() : NUMBERED_THREAD;
  }

  /** The loop was closed: unwinds the task, as the collector does with a coroutine of Python's. */
  final void destroy() {
    if (suspended) {
      thread.resume();
    } else if (thread.hasBegun()) {
      thread.thread.interrupt();
    }
  }

  // On the task's thread

  /** The calling task, which is about to await {@code future}. */
  static Task<?> toAwait(Future<?> future) {
    CallbackLoop loop = future.getLoop();
    Task<?> task =
        (loop instanceof EngineLoop own ? own.callerState() : ThreadState.current()).task();
    if (task == null) {
      throw new IllegalStateException("await() was called outside of a task, on " + future);
    }
    if (task == future) {
      throw new IllegalStateException("Task cannot await on itself: " + task);
    }
    if (task.getLoop() != loop) {
      throw new IllegalStateException(
          "Task " + task + " got Future " + future + " attached to a different loop");
    }
    return task;
  }

  /** Waits until {@code future} is done, or this task is cancelled without it. */
  final void await(Future<?> future) {
    settleInterrupt();
    future.addAwaiting(this);
    waiter = future;
    if (mustCancel && future.cancel(pendingMessage)) {
      mustCancel = false;
    }
    try {
      suspend(future);
    } catch (CancellationException cancelled) {
      future.undelivered();
      throw cancelled;
    }
  }

  /** Lets a turn of the loop go by: {@code sleep(0)}. */
  final void yieldOnce() {
    settleInterrupt();
    engineLoop().callSoonReady(thread);
    suspend(this);
  }

  /** An interrupt that the JDK has turned into an exception has delivered the cancellation. */
  private void settleInterrupt() {
    if (interruptSent) {
      interruptSent = false;
      if (!Thread.interrupted()) {
        mustCancel = false;
      }
    }
  }

  private void suspend(Object blocker) {
    suspended = true;
    boolean refused = true;
    try {
      if (!engineLoop().isClosed() || waitsAfterClose > PATIENCE_AT_CLOSE) {
        thread.suspend(blocker);
      }
      refused = false;
    } finally {
      endSuspension(refused);
    }
    throwIfCancelled(blocker);
  }

  private void endSuspension(boolean refused) {
    if (refused && waiter != null) {
      waiter.removeAwaiting(this);
    }
    waiter = null;
    suspended = false;
  }

  private void throwIfCancelled(Object blocker) {
    if (engineLoop().isClosed()) {
      waitsAfterClose++;
      throw new LoopClosedError();
    }
    if (mustCancel) {
      mustCancel = false;
      if (!(blocker instanceof Future<?> awaited && awaited.cancelled())) {
        throw new CancellationException(pendingMessage);
      } // else what comes out is the future's own cancellation: that of the first cancel
    }
  }

  /** On the task's thread: runs the code, and makes the task done. Throws nothing. */
  final void main() {
    T value;
    try {
      value = coro.call();
    } catch (Throwable failure) {
      end(null, failure);
      return;
    }
    end(value, null);
  }

  private void end(T value, Throwable thrown) {
    thread.rejoin();
    if (engineLoop().isClosed()) {
      return; // nobody hears of it
    }
    leave();
    settleInterrupt();
    switch (thrown) {
      case null -> {
        if (mustCancel) {
          mustCancel = false;
          finishCancelled(pendingMessage);
        } else {
          finishResult(value);
        }
      }
      case CancellationException cancelled -> finishCancelled(cancelled.getMessage());
      case InterruptedException interrupted ->
          finishCancelled(pendingMessage != null ? pendingMessage : interrupted.getMessage());
      default -> finishException(thrown);
    }
  }

  private void leave() {
    engineLoop().tasks().remove(this);
  }

  // About it

  private EngineLoop engineLoop() {
    return thread.engineLoop;
  }

  final ContextCell cell() {
    return context != null ? context.cell : thread;
  }

  /** The thread that it runs on, or null before it started. */
  final Thread thread() {
    return thread.thread;
  }

  @Override
  final void requireSettable(String method) {
    throw new IllegalStateException("Task does not support " + method + " operation");
  }

  @Override
  String kind() {
    return "Task";
  }

  @Override
  String pendingText() {
    return cancelRequests > 0 ? "cancelling" : "pending";
  }

  @Override
  String details() {
    StringBuilder text = new StringBuilder(" name='").append(getName()).append("' coro=<");
    text.append(CallbackText.of(coro)).append('>');
    if (waiter != null) {
      text.append(" wait_for=").append(waiter);
    }
    return text.toString();
  }
}
