// SPDX-License-Identifier: Apache-2.0
package dev.ouro.tasks;

import dev.ouro.loop.AwaitedBy;
import dev.ouro.loop.CallbackLoop;
import dev.ouro.loop.Coroutine;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.ExceptionGroup;
import dev.ouro.loop.Future;
import dev.ouro.loop.LoopExit;
import dev.ouro.loop.RunningLoop;
import dev.ouro.loop.Sneaky;
import dev.ouro.loop.Task;
import dev.ouro.loop.TaskBody;
import dev.ouro.loop.TaskOptions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;

/**
 * Tasks that end together: asyncio's {@code TaskGroup}. {@link #run} and {@link #call} return when
 * the body and all tasks of the group are done. The first failure, of a task or of the body,
 * cancels all others; all errors come out together, as one {@link ExceptionGroup}. A task that is
 * cancelled is no error.
 *
 * <p>asyncio's is a context manager. A {@code try} of Java's does not learn how its body ended, so
 * the body is passed in.
 *
 * {@snippet :
 * String both = TaskGroup.call(group -> {
 *   Task<String> one = group.createTask(() -> fetch("one"));
 *   Task<String> two = group.createTask(() -> fetch("two"));
 *   return one.await() + two.await();
 * });
 * }
 */
public final class TaskGroup {
  /** What {@link #run} runs. */
  @FunctionalInterface
  public interface Body {
    /**
     * Runs, in the task that called {@link TaskGroup#run}.
     *
     * @throws Exception what is then one of the group's errors
     */
    void run(TaskGroup group) throws Exception;
  }

  /**
   * What {@link #call} runs.
   *
   * @param <T> what it returns
   */
  @FunctionalInterface
  public interface CallableBody<T> {
    /**
     * Runs, in the task that called {@link TaskGroup#call}.
     *
     * @throws Exception what is then one of the group's errors
     */
    T call(TaskGroup group) throws Exception;
  }

  private final class TaskDone implements AwaitedBy {
    @Override
    public void accept(Future<?> task) {
      taskDone(task);
    }

    @Override
    public Future<?> awaitedBy() {
      return parent;
    }
  }

  private final CallbackLoop loop;
  private final Task<?> parent;
  private final Set<Task<?>> tasks = new LinkedHashSet<>();
  private final List<Throwable> errors = new ArrayList<>();
  private Throwable fatal;
  private Future<Void> allDone;
  private boolean parentCancelRequested;
  private boolean aborting;
  private boolean exiting;

  private TaskGroup(CallbackLoop loop, Task<?> parent) {
    this.loop = loop;
    this.parent = parent;
  }

  /** {@link #call} of a body without a result. */
  public static void run(Body body) {
    Objects.requireNonNull(body, "body");
    call(group -> {
      body.run(group);
      return null;
    });
  }

  /**
   * Runs {@code body} in the calling task, and waits for the tasks that it, or they, have created
   * in the group.
   *
   * @return what {@code body} returns
   * @throws ExceptionGroup "unhandled errors in a TaskGroup": what tasks and {@code body} threw
   * @throws CancellationException the calling task was cancelled, and nothing else went wrong
   * @throws IllegalStateException the caller is not a task
   */
  public static <T> T call(CallableBody<T> body) {
    Objects.requireNonNull(body, "body");
    CallbackLoop loop = RunningLoop.require();
    Task<?> parent = Task.current();
    if (parent == null) {
      throw new IllegalStateException("a TaskGroup cannot determine the parent task");
    }
    TaskGroup group = new TaskGroup(loop, parent);
    T result = null;
    Throwable thrown = null;
    try {
      result = body.call(group);
    } catch (Throwable failure) {
      thrown = failure;
    }
    group.exit(thrown);
    return result;
  }

  /** {@link #createTask(Callable, TaskOptions)} with {@link TaskOptions#DEFAULT}. */
  public <T> Task<T> createTask(Callable<T> coro) {
    return createTask(coro, TaskOptions.DEFAULT);
  }

  /** {@link #createTask(Callable, TaskOptions)} with {@link TaskOptions#DEFAULT}. */
  public <T> Task<T> createTask(Coroutine<T> coro) {
    return createTask((Callable<T>) coro, TaskOptions.DEFAULT);
  }

  /** {@link #createTask(Callable, TaskOptions)} of code without a result. */
  public Task<Void> createTask(TaskBody coro) {
    return createTask(TaskBody.callable(coro), TaskOptions.DEFAULT);
  }

  /** {@link #createTask(Callable, TaskOptions)}. */
  public <T> Task<T> createTask(Coroutine<T> coro, TaskOptions options) {
    return createTask((Callable<T>) coro, options);
  }

  /** {@link #createTask(Callable, TaskOptions)} of code without a result. */
  public Task<Void> createTask(TaskBody coro, TaskOptions options) {
    return createTask(TaskBody.callable(coro), options);
  }

  /**
   * Creates a task that belongs to the group.
   *
   * @throws IllegalStateException the group is finished, or shutting down since something failed
   */
  public <T> Task<T> createTask(Callable<T> coro, TaskOptions options) {
    RunningLoop.regainControl();
    if (exiting && tasks.isEmpty()) {
      throw new IllegalStateException("TaskGroup " + this + " is finished");
    }
    if (aborting) {
      throw new IllegalStateException("TaskGroup " + this + " is shutting down");
    }
    Task<T> task = loop.createTask(coro, options);
    if (task.done()) {
      taskDone(task);
    } else {
      tasks.add(task);
      task.addDoneCallback(new TaskDone());
    }
    return task;
  }

  private void taskDone(Future<?> task) {
    tasks.remove(task);
    if (allDone != null && tasks.isEmpty() && !allDone.done()) {
      allDone.setResult(null);
    }
    Throwable failure = task.cancelled() ? null : task.exception();
    if (failure == null) {
      return;
    }
    errors.add(failure);
    if (fatal == null && LoopExit.leavesRun(failure)) {
      fatal = failure;
    }
    if (parent.done()) {
      loop.callExceptionHandler(
          ExceptionContext.of(
                  "Task "
                      + task
                      + " has errored out but its parent task "
                      + parent
                      + " is already completed",
                  failure)
              .with("task", task));
      return;
    }
    if (!aborting && !parentCancelRequested) {
      // The body may be waiting for something: it shall not wait in vain.
      abort();
      parentCancelRequested = true;
      parent.cancel();
    }
  }

  private void abort() {
    aborting = true;
    for (Task<?> task : List.copyOf(tasks)) {
      task.cancel();
    }
  }

  private void exit(Throwable thrown) {
    RunningLoop.regainControl();
    exiting = true;
    if (thrown != null && fatal == null && LoopExit.leavesRun(thrown)) {
      fatal = thrown;
    }
    Throwable cancellation = isCancellation(thrown) ? thrown : null;
    if (thrown != null && !aborting) {
      abort();
    }
    cancellation = waitForTasks(cancellation);
    if (fatal != null) {
      throw Sneaky.<RuntimeException>propagate(fatal);
    }
    if (parentCancelRequested && parent.uncancel() == 0) {
      cancellation = null; // it was this group's doing alone
    }
    if (cancellation != null && errors.isEmpty()) {
      throw Sneaky.<RuntimeException>propagate(cancellation);
    }
    if (thrown != null && !isCancellation(thrown)) {
      errors.add(thrown);
    }
    if (!errors.isEmpty()) {
      if (parent.cancelling() > 0) {
        // Somebody else's cancellation is still to be delivered, after this.
        parent.uncancel();
        parent.cancel();
      }
      throw new ExceptionGroup("unhandled errors in a TaskGroup", errors);
    }
  }

  /** The cancellation of the parent, if there was one, now or before. */
  private Throwable waitForTasks(Throwable before) {
    Throwable cancellation = before;
    while (!tasks.isEmpty()) {
      allDone = loop.createFuture();
      try {
        allDone.await();
      } catch (CancellationException cancelled) {
        if (!aborting) {
          cancellation = cancelled;
          abort();
        }
      }
      allDone = null;
    }
    return cancellation;
  }

  private static boolean isCancellation(Throwable thrown) {
    return thrown instanceof CancellationException || thrown instanceof InterruptedException;
  }

  @Override
  public String toString() {
    return "<TaskGroup"
        + (tasks.isEmpty() ? "" : " tasks=" + tasks.size())
        + (errors.isEmpty() ? "" : " errors=" + errors.size())
        + (aborting ? " cancelling" : " entered")
        + ">";
  }
}
