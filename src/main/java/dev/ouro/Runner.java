// SPDX-License-Identifier: Apache-2.0
package dev.ouro;

import dev.ouro.loop.Context;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.RunningLoop;
import dev.ouro.loop.Task;
import dev.ouro.loop.TaskBody;
import dev.ouro.loop.TaskOptions;
import dev.ouro.tasks.Gathering;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;

/**
 * Runs tasks one after the other on a loop of its own, in one context: asyncio's {@code Runner}.
 * The loop is made with the first {@link #run}. One thread uses it.
 *
 * <p>SIGINT (Ctrl-C), while {@code run} runs on the program's main thread, does not end the JVM but
 * cancels the main task, which may clean up, awaiting if it must. If it ends by that, {@code run}
 * throws {@link KeyboardInterrupt}; if it ends otherwise, its result or exception stands. A second
 * SIGINT makes {@code run} throw {@code KeyboardInterrupt} at once. While a first one waits for the
 * loop, whose thread computes or blocks without awaiting, the next does what it does outside of a
 * run: the JVM runs its shutdown hooks and ends.
 *
 * <p>SIGINT is left alone where {@link EventLoop#addSignalHandler(dev.ouro.linux.Signal, Runnable)}
 * has taken it, before or during the run; on other threads than {@code main}; in a JVM with {@code
 * -Xrs}, and where it is ignored. A handler of {@code sun.misc.Signal} does not hear of it during a
 * run on the main thread.
 *
 * {@snippet :
 * try (Runner runner = new Runner()) {
 *   runner.run(() -> prepare());
 *   runner.run(() -> serve());
 * }
 * }
 */
public final class Runner implements AutoCloseable {
  /** asyncio's THREAD_JOIN_TIMEOUT. */
  private static final Duration THREAD_JOIN_TIMEOUT = Duration.ofMinutes(5);

  private final RunnerOptions options;
  private EventLoop loop;
  private Context context;
  private boolean closed;

  /** With {@link RunnerOptions#DEFAULT}. */
  public Runner() {
    this(RunnerOptions.DEFAULT);
  }

  /** As {@code options} say. */
  public Runner(RunnerOptions options) {
    this.options = Objects.requireNonNull(options, "options");
  }

  /** {@link #run(Callable, Context)} in the runner's context. */
  public <T> T run(Callable<T> coro) {
    return run(coro, null);
  }

  /** {@link #run(Callable, Context)} of code without a result, in the runner's context. */
  public void run(TaskBody coro) {
    run(TaskBody.callable(coro), null);
  }

  /** {@link #run(Callable, Context)} of code without a result. */
  public void run(TaskBody coro, Context context) {
    run(TaskBody.callable(coro), context);
  }

  /**
   * Runs {@code coro} as a task until it is done.
   *
   * @param context where to run it; null: in the runner's, a copy of what was current when its loop
   *     was made
   * @return its result. What it throws is thrown, itself, even when it is a checked exception
   * @throws CancellationException the task was cancelled
   * @throws KeyboardInterrupt it was so by SIGINT alone, or there was a second one
   * @throws IllegalStateException a loop runs on this thread, or the runner is closed
   */
  public <T> T run(Callable<T> coro, Context context) {
    Objects.requireNonNull(coro, "coro");
    if (RunningLoop.current() != null) {
      throw new IllegalStateException("Runner.run() cannot be called from a running event loop");
    }
    EventLoop runs = getLoop();
    if (runs instanceof EngineLoop engineLoop) {
      engineLoop.attach();
    }
    Task<T> task =
        runs.createTask(
            coro, TaskOptions.DEFAULT.withContext(context != null ? context : this.context));
    Interruption interruption = Interruption.begin(runs, task);
    try {
      return runs.runUntilComplete(task);
    } catch (CancellationException cancelled) {
      if (interruption.hasCancelled()) {
        throw new KeyboardInterrupt(cancelled);
      }
      throw cancelled;
    } finally {
      interruption.end();
    }
  }

  /**
   * The loop, which is made now if it was not.
   *
   * @throws IllegalStateException the runner is closed
   */
  public EventLoop getLoop() {
    if (closed) {
      throw new IllegalStateException("Runner is closed");
    }
    if (loop == null) {
      loop = options.loopFactory().get();
      if (options.debug() != null) {
        loop.setDebug(options.debug());
      }
      context = Context.copyContext();
      if (options.setsEventLoop()) {
        Asyncio.setEventLoop(loop);
      }
    }
    return loop;
  }

  /**
   * Cancels the tasks that are left and waits for them, closes what {@link EventLoop#addAsyncgen}
   * noted, ends the default executor (for at most five minutes), and closes the loop. What tasks
   * throw on being cancelled goes to the exception handler. A second call does nothing.
   */
  @Override
  public void close() {
    if (closed || loop == null) {
      closed = true;
      return;
    }
    closed = true;
    try {
      cancelAllTasks();
      loop.runUntilComplete(loop.shutdownAsyncgens());
      loop.runUntilComplete(loop.shutdownDefaultExecutor(THREAD_JOIN_TIMEOUT));
    } finally {
      if (options.setsEventLoop()) {
        Asyncio.setEventLoop(null);
      }
      loop.close();
    }
  }

  private void cancelAllTasks() {
    List<Task<?>> left = List.copyOf(Asyncio.allTasks(loop));
    if (left.isEmpty()) {
      return;
    }
    left.forEach(Task::cancel);
    loop.runUntilComplete(new Gathering<>(loop, left, true));
    for (Task<?> task : left) {
      Throwable failure = task.cancelled() ? null : task.exception();
      if (failure != null) {
        loop.callExceptionHandler(
            ExceptionContext.of("unhandled exception during asyncio.run() shutdown", failure)
                .with("task", task));
      }
    }
  }
}
