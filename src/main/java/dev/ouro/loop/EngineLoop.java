// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Signal;
import dev.ouro.linux.SignalInfo;
import dev.ouro.poll.Engine;
import dev.ouro.poll.EngineFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The callback loop over an {@link Engine}. How it runs is in {@link TurnLoop} and {@link
 * LoopControl}; here is what it offers, each kind by a part of its own.
 *
 * <p>What is public here and not in {@link CallbackLoop} is for transports.
 */
@SuppressWarnings({
  "exports", // the engine's types are for this module
  "this-escape" // to parts that keep it, and call it only once the loop runs
})
public class EngineLoop extends TurnLoop {
  private final FdWatches watches;
  private TaskFactory taskFactory;

  /** What transports and servers own, by number; what is closed may still be there. */
  private Fd[] owned = new Fd[64];

  /** From the first wait on, or in debug mode: to make it starts a thread. */
  private UnclosedLoop unclosed;

  private boolean keepsSpares;

  /** From the first wait with a server on, or its first connection. */
  private SpareDescriptors spares;

  /** Made when first needed. */
  private JobExecutor executor;

  /** Made when first needed. */
  private Asyncgens asyncgens;

  /** Once a signal was handled, else null. */
  private SignalHandlers signals;

  /** On the system's monotonic clock. */
  public EngineLoop(EngineFactory engines, WaitStrategy strategy) throws LinuxException {
    this(engines, strategy, new MonotonicClock());
  }

  /**
   * On {@code clock}, in nanoseconds; tests move time by hand.
   *
   * @throws LinuxException the engine cannot be opened
   */
  public EngineLoop(EngineFactory engines, WaitStrategy strategy, LongSupplier clock)
      throws LinuxException {
    super(engines, strategy, clock);
    watches = new FdWatches(this, engine);
    unclosed = debug ? UnclosedLoop.watch(this, owned) : null;
  }

  @Override
  void prepareToWait() {
    if (unclosed == null) {
      unclosed = UnclosedLoop.watch(this, owned);
    }
    if (keepsSpares && spares == null) {
      spares().take();
    }
  }

  @Override
  public void close() {
    if (isRunning()) {
      throw new IllegalStateException("Cannot close a running event loop");
    }
    if (closed) {
      return;
    }
    engine.checkMayClose();
    reportPendingTasks();
    closed = true;
    tellClosed();
    forgetScheduled();
    tasks().snapshot().forEach(Task::destroy);
    forgetScheduled();
    watches.clear();
    if (signals != null) {
      signals.removeAll();
    }
    if (executor != null) {
      executor.close();
    }
    asyncgens = null;
    closeEngine();
    if (spares != null) {
      spares.close();
    }
    if (signals != null) {
      signals.close();
    }
    if (unclosed != null) {
      unclosed.closed();
    }
  }

  /** Tells what belongs to the loop that it is closed: before the tasks, which may still use it. */
  protected void tellClosed() {}

  // Futures and tasks

  @Override
  public <T> Future<T> createFuture() {
    return new Future<>(this);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> Task<T> createTask(Callable<T> coro, TaskOptions options) {
    Objects.requireNonNull(coro, "coro");
    Objects.requireNonNull(options, "options");
    checkCanSchedule();
    if (taskFactory == null) {
      return new Task<>(this, coro, options);
    }
    return (Task<T>)
        Objects.requireNonNull(taskFactory.create(this, coro, options), "task factory");
  }

  @Override
  public void setTaskFactory(TaskFactory factory) {
    regainControl();
    taskFactory = factory;
  }

  @Override
  public TaskFactory getTaskFactory() {
    return taskFactory;
  }

  private void reportPendingTasks() {
    for (Task<?> task : tasks().snapshot()) {
      callExceptionHandler(
          ExceptionContext.of("Task was destroyed but it is pending!")
              .with("task", task)
              .with("source_traceback", task.source()));
    }
  }

  // Watching descriptors

  @Override
  public Handle addReader(int fd, Runnable callback) throws LinuxException {
    checkCanSchedule();
    return watches.addReader(fd, callback);
  }

  @Override
  public boolean removeReader(int fd) {
    regainControl();
    return watches.removeReader(fd);
  }

  @Override
  public Handle addWriter(int fd, Runnable callback) throws LinuxException {
    checkCanSchedule();
    return watches.addWriter(fd, callback);
  }

  @Override
  public boolean removeWriter(int fd) {
    regainControl();
    return watches.removeWriter(fd);
  }

  // Signals

  @Override
  public Handle addSignalHandler(Signal signal, Runnable callback) {
    return addSignalHandler(signal, new SignalHandlers.Callback(callback));
  }

  @Override
  public Handle addSignalHandler(Signal signal, Consumer<? super SignalInfo> callback) {
    return addSignalHandler(signal, new SignalHandlers.Callback(callback));
  }

  private Handle addSignalHandler(Signal signal, SignalHandlers.Callback callback) {
    Objects.requireNonNull(signal, "signal");
    checkCanSchedule();
    return signals().add(signal, callback);
  }

  private SignalHandlers signals() {
    if (signals == null) {
      signals = new SignalHandlers(this);
    }
    return signals;
  }

  @Override
  public boolean removeSignalHandler(Signal signal) {
    regainControl();
    Objects.requireNonNull(signal, "signal");
    checkThread();
    return signals != null && signals.remove(signal);
  }

  // Executors

  @Override
  public <T> Future<T> runInExecutor(Executor in, Callable<T> job) {
    regainControl();
    Objects.requireNonNull(job, "job");
    requireOpen();
    return executor().run(in, job);
  }

  @Override
  public void setDefaultExecutor(ExecutorService replacement) {
    regainControl();
    executor().replace(Objects.requireNonNull(replacement, "executor"));
  }

  @Override
  public Future<Void> shutdownDefaultExecutor(Duration timeout) {
    regainControl();
    if (timeout != null && timeout.isNegative()) {
      throw new IllegalArgumentException("timeout: " + timeout + " is negative");
    }
    requireOpen();
    return executor().shutdown(timeout);
  }

  private JobExecutor executor() {
    if (executor == null) {
      executor = new JobExecutor(this);
    }
    return executor;
  }

  // Open resources

  @Override
  public void addAsyncgen(AutoCloseable asyncgen) {
    Objects.requireNonNull(asyncgen, "asyncgen");
    checkCanSchedule();
    asyncgens().add(asyncgen);
  }

  @Override
  public boolean removeAsyncgen(AutoCloseable asyncgen) {
    regainControl();
    return asyncgens != null && asyncgens.remove(asyncgen);
  }

  @Override
  public Future<Void> shutdownAsyncgens() {
    checkCanSchedule();
    return asyncgens().shutdown();
  }

  private Asyncgens asyncgens() {
    if (asyncgens == null) {
      asyncgens = new Asyncgens(this);
    }
    return asyncgens;
  }

  // Errors and debugging

  @Override
  public void setExceptionHandler(ExceptionHandler handler) {
    regainControl();
    errors.setHandler(handler);
  }

  @Override
  public ExceptionHandler getExceptionHandler() {
    return errors.handler();
  }

  @Override
  public void defaultExceptionHandler(ExceptionContext context) {
    errors.log(Objects.requireNonNull(context, "context"));
  }

  @Override
  public void callExceptionHandler(ExceptionContext context) {
    regainControl();
    Objects.requireNonNull(context, "context");
    withSpares(() -> errors.report(context));
  }

  @Override
  public void setDebug(boolean enabled) {
    debug = enabled;
    if (unclosed != null) {
      unclosed.warns(enabled);
    } else if (enabled && !closed) {
      unclosed = UnclosedLoop.watch(this, owned);
    }
  }

  @Override
  public Duration slowCallbackDuration() {
    return slow.threshold();
  }

  @Override
  public void setSlowCallbackDuration(Duration duration) {
    slow.setThreshold(duration);
  }

  // For transports

  /** What completes this loop's operations. Only the loop's thread may use it. */
  public final Engine pollEngine() {
    return engine;
  }

  /**
   * For who runs the loop: runs {@code callback} for SIGINT, as {@link #addSignalHandler(Signal,
   * Runnable)} does, but one at a time. While one waits for the loop, which may be busy for good,
   * the next one does what SIGINT did before. A handler that {@link #addSignalHandler(Signal,
   * Runnable)} of any loop adds takes SIGINT away from it; {@link #removeSignalHandler} does not
   * know it.
   *
   * @return to be cancelled in the end: from then on SIGINT does what it did before, also one that
   *     has arrived and was not taken. Null when SIGINT is left as it is: a loop handles it, or
   *     nobody does (SIG_DFL, as of a JVM with {@code -Xrs}; SIG_IGN), or the kernel refuses what
   *     it takes
   */
  public final Handle addInterruptHandler(Runnable callback) {
    Objects.requireNonNull(callback, "callback");
    checkCanSchedule();
    return signals().addInterrupt(callback);
  }

  /**
   * Notes that {@code fd} belongs to {@code transport}: until {@link #releaseDescriptor}, {@link
   * #addReader} and its like refuse it. Allocates nothing once so many descriptors were open.
   */
  public final void claimDescriptor(int fd, Object transport) {
    watches.claim(fd, transport);
  }

  /**
   * Refuses a descriptor of a transport's; −1, a closed one, is refused by whatever is done with
   * it.
   *
   * @throws IllegalStateException {@code fd} belongs to a transport that is not closing; or the
   *     loop is closed
   */
  public final void checkDescriptor(int fd) {
    checkCanSchedule();
    if (fd >= 0) {
      watches.checkFree(fd);
    }
  }

  /**
   * Runs {@code waiter}, plainly, in every turn in which {@code fd} is ready, beside what {@link
   * #addReader} and {@link #addWriter} have set. Replaces another waiter for the same.
   *
   * @param reads for what: reading or writing; errors and hang-ups count for both
   * @throws LinuxException as {@link #addReader}
   */
  public final void awaitReady(int fd, boolean reads, Runnable waiter) throws LinuxException {
    watches.addWaiter(fd, reads, waiter);
  }

  /** Ends {@link #awaitReady}, unless another waiter has replaced {@code waiter}. */
  public final void stopAwaiting(int fd, boolean reads, Runnable waiter) {
    watches.removeWaiter(fd, reads, waiter);
  }

  /**
   * Notes that {@code fd} is one that closes with this loop, should the collector find the loop
   * unclosed. Allocates nothing once so many descriptors were open.
   */
  public final void ownDescriptor(Fd fd) {
    int number = fd.number();
    if (number >= owned.length) {
      owned = Arrays.copyOf(owned, Math.max(number + 1, 2 * owned.length));
      if (unclosed != null) {
        unclosed.owned(owned);
      }
    }
    if (number >= 0) {
      owned[number] = fd;
    }
  }

  /** A server serves: from the next wait on the loop holds {@link #spares}. */
  public final void keepSpares() {
    keepsSpares = true;
    prepareBeforeWait();
  }

  /** What servers need when no descriptor is free. Only the loop's thread may use it. */
  public final SpareDescriptors spares() {
    if (spares == null) {
      spares = new SpareDescriptors(this);
    }
    return spares;
  }

  @Override
  final void withSpares(Runnable report) {
    if (spares != null && isRunning() && !runsElsewhere(callerState())) {
      spares.lendTo(report);
    } else {
      report.run();
    }
  }

  /** Ends {@link #claimDescriptor}, when the transport is closing; no-op for another's claim. */
  public final void releaseDescriptor(int fd, Object transport) {
    watches.release(fd, transport);
  }
}
