// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Signal;
import dev.ouro.linux.SignalInfo;
import dev.ouro.linux.Socket;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;

/**
 * Runs callbacks one at a time, on one thread: the half of asyncio's event loop that needs no
 * transport. {@code dev.ouro.EventLoop} is the whole. The contract is that of asyncio's page "Event
 * Loop"; what is said here is where Java makes a difference, and what that page leaves open.
 *
 * <p>Threads: {@link #callSoonThreadsafe}, {@link #isRunning}, {@link #isClosed}, {@link #time} and
 * {@link #getDebug} may be used from any thread; everything else only from the thread that runs the
 * loop, or while it does not run. In debug mode the scheduling methods throw {@link
 * IllegalStateException} when they are called from another thread while the loop runs; otherwise
 * what they schedule by such a mistake is not lost: it goes the way of {@link #callSoonThreadsafe}.
 *
 * <p>Exceptions: asyncio's {@code RuntimeError} is {@link IllegalStateException} here, its {@code
 * ValueError} and {@code TypeError} are {@link IllegalArgumentException} (and {@link
 * NullPointerException} for null), its {@code CancelledError} is {@link
 * java.util.concurrent.CancellationException}, its {@code OSError} is {@link LinuxException}. An
 * argument is checked before anything is touched. After {@link #close} every method that schedules,
 * watches or runs throws {@link IllegalStateException} ("Event loop is closed").
 */
public interface CallbackLoop extends AutoCloseable {
  // Running

  /**
   * Runs until {@link #stop}. A stop from before makes it run one turn that does not wait.
   *
   * @throws IllegalStateException this loop, or another one, runs on this thread already; or this
   *     one runs on another thread; or this is a virtual thread, which cannot own a ring, nor carry
   *     tasks that were made on a platform thread
   * @throws LoopExit and other errors that {@link LoopExit} names: what a callback threw. The loop
   *     can run again
   */
  void runForever();

  /**
   * Runs until {@code future} is done.
   *
   * @return its result; if it ended with an exception, that is thrown, itself, even when it is a
   *     checked one
   * @throws java.util.concurrent.CancellationException the future was cancelled
   * @throws IllegalArgumentException the future belongs to another loop
   * @throws IllegalStateException as {@link #runForever}; or the loop was stopped before the future
   *     was done
   */
  <T> T runUntilComplete(Future<T> future);

  /** {@link #runUntilComplete(Future)} of a task that runs {@code coro}. */
  <T> T runUntilComplete(Callable<T> coro);

  /** {@link #runUntilComplete(Future)} of a task that runs {@code coro}. */
  default void runUntilComplete(TaskBody coro) {
    runUntilComplete(TaskBody.callable(coro));
  }

  /**
   * Lets the callbacks that are queued for this turn run, then makes {@link #runForever} return.
   * What they schedule runs in the next run.
   */
  void stop();

  /** Whether the loop runs now, on any thread. */
  boolean isRunning();

  /** Whether {@link #close} was called. */
  boolean isClosed();

  /**
   * Drops what is queued without running it, ends the default executor without waiting for its
   * jobs, and frees every descriptor of the loop and of what it has opened. What outlives it, such
   * as a transport, does nothing any more. A second call does nothing.
   *
   * <p>A loop that has once waited, or is in debug mode, and becomes garbage without this call has
   * its descriptors closed by the collector.
   *
   * @throws IllegalStateException the loop runs
   */
  @Override
  void close();

  // Scheduling

  /** {@link #callSoon(Runnable, Context)} in a copy of the current context. */
  default Handle callSoon(Runnable callback) {
    return callSoon(callback, null);
  }

  /**
   * Runs {@code callback} in the next turn, after everything that was scheduled before.
   *
   * @param context where to run it; null: in a copy of the current context
   */
  Handle callSoon(Runnable callback, Context context);

  /** {@link #callSoonThreadsafe(Runnable, Context)} in a copy of the calling thread's context. */
  default Handle callSoonThreadsafe(Runnable callback) {
    return callSoonThreadsafe(callback, null);
  }

  /**
   * {@link #callSoon(Runnable, Context)} from any thread; wakes a loop that waits. One order holds
   * for both: what a thread schedules first runs first.
   */
  Handle callSoonThreadsafe(Runnable callback, Context context);

  /** {@link #callLater(Duration, Runnable, Context)} in a copy of the current context. */
  default TimerHandle callLater(Duration delay, Runnable callback) {
    return callLater(delay, callback, null);
  }

  /**
   * Runs {@code callback} once {@code delay} has passed, never earlier; in the next turn when it is
   * zero or negative, before timers that are due later. Delays beyond 292 years never end.
   *
   * @param context where to run it; null: in a copy of the current context
   */
  TimerHandle callLater(Duration delay, Runnable callback, Context context);

  /** {@link #callAt(long, Runnable, Context)} in a copy of the current context. */
  default TimerHandle callAt(long whenNanos, Runnable callback) {
    return callAt(whenNanos, callback, null);
  }

  /**
   * Runs {@code callback} when {@link #time} has reached {@code whenNanos}, never earlier. Timers
   * for the same time run in the order in which they were scheduled.
   *
   * @param whenNanos on the scale of {@link #time}; {@link Long#MAX_VALUE}: never
   * @param context where to run it; null: in a copy of the current context
   */
  TimerHandle callAt(long whenNanos, Runnable callback, Context context);

  /** The loop's monotonic clock in nanoseconds, read now; its zero means nothing. */
  long time();

  /** A new future of this loop. */
  <T> Future<T> createFuture();

  // Tasks

  /** {@link #createTask(Callable, TaskOptions)} with {@link TaskOptions#DEFAULT}. */
  default <T> Task<T> createTask(Callable<T> coro) {
    return createTask(coro, TaskOptions.DEFAULT);
  }

  /** {@link #createTask(Callable, TaskOptions)} with {@link TaskOptions#DEFAULT}. */
  default <T> Task<T> createTask(Coroutine<T> coro) {
    return createTask((Callable<T>) coro);
  }

  /** {@link #createTask(Callable, TaskOptions)} for code without a result. */
  default Task<Void> createTask(TaskBody coro) {
    return createTask(TaskBody.callable(coro), TaskOptions.DEFAULT);
  }

  /** {@link #createTask(Callable, TaskOptions)}. */
  default <T> Task<T> createTask(Coroutine<T> coro, TaskOptions options) {
    return createTask((Callable<T>) coro, options);
  }

  /** {@link #createTask(Callable, TaskOptions)} for code without a result. */
  default Task<Void> createTask(TaskBody coro, TaskOptions options) {
    return createTask(TaskBody.callable(coro), options);
  }

  /**
   * Runs {@code coro} as a task, from the next turn on; or by the task factory, if there is one.
   *
   * @throws IllegalStateException the loop is closed
   */
  <T> Task<T> createTask(Callable<T> coro, TaskOptions options);

  /** Sets what {@link #createTask(Callable, TaskOptions)} makes tasks with; null: the default. */
  void setTaskFactory(TaskFactory factory);

  /** What was set, or null. */
  TaskFactory getTaskFactory();

  // Watching descriptors

  /**
   * Runs {@code callback} in every turn in which descriptor {@code fd} can be read without
   * blocking, or has failed or ended, until {@link #removeReader}. Replaces a reader that {@code
   * fd} has: that one's handle is cancelled. The descriptor stays the caller's; who closes it
   * removes its reader and writer first.
   *
   * @return the callback's handle; to cancel it is to remove the reader
   * @throws IllegalArgumentException {@code fd} is negative
   * @throws IllegalStateException {@code fd} belongs to a transport that is not closing
   * @throws LinuxException EPERM: {@code fd} is a regular file or a folder; EBADF: it is not open
   */
  Handle addReader(int fd, Runnable callback) throws LinuxException;

  /** {@link #addReader(int, Runnable)} for the descriptor's number. */
  default Handle addReader(Fd fd, Runnable callback) throws LinuxException {
    return addReader(Objects.requireNonNull(fd, "fd").number(), callback);
  }

  /** {@link #addReader(int, Runnable)} for the socket's descriptor. */
  default Handle addReader(Socket socket, Runnable callback) throws LinuxException {
    return addReader(Objects.requireNonNull(socket, "socket").fd(), callback);
  }

  /**
   * Ends {@link #addReader}: the callback does not run any more, not even when it was about to in
   * this turn.
   *
   * @return whether there was a reader; false on a closed loop
   * @throws IllegalStateException {@code fd} belongs to a transport that is not closing
   */
  boolean removeReader(int fd);

  /** {@link #removeReader(int)} for the descriptor's number. */
  default boolean removeReader(Fd fd) {
    return removeReader(Objects.requireNonNull(fd, "fd").number());
  }

  /** {@link #removeReader(int)} for the socket's descriptor. */
  default boolean removeReader(Socket socket) {
    return removeReader(Objects.requireNonNull(socket, "socket").fd());
  }

  /**
   * {@link #addReader(int, Runnable)} for writing; independent of a reader of the same {@code fd}.
   */
  Handle addWriter(int fd, Runnable callback) throws LinuxException;

  /** {@link #addWriter(int, Runnable)} for the descriptor's number. */
  default Handle addWriter(Fd fd, Runnable callback) throws LinuxException {
    return addWriter(Objects.requireNonNull(fd, "fd").number(), callback);
  }

  /** {@link #addWriter(int, Runnable)} for the socket's descriptor. */
  default Handle addWriter(Socket socket, Runnable callback) throws LinuxException {
    return addWriter(Objects.requireNonNull(socket, "socket").fd(), callback);
  }

  /** {@link #removeReader(int)} for what {@link #addWriter} added. */
  boolean removeWriter(int fd);

  /** {@link #removeWriter(int)} for the descriptor's number. */
  default boolean removeWriter(Fd fd) {
    return removeWriter(Objects.requireNonNull(fd, "fd").number());
  }

  /** {@link #removeWriter(int)} for the socket's descriptor. */
  default boolean removeWriter(Socket socket) {
    return removeWriter(Objects.requireNonNull(socket, "socket").fd());
  }

  // Signals

  /**
   * Runs {@code callback} on the loop, once for each {@code signal} that arrives, like any other
   * callback: it may use the loop, and it wakes a loop that waits. Replaces the callback that the
   * loop has for this signal. asyncio's {@code add_signal_handler}.
   *
   * <p>What the process did about the signal before (end, run the JVM's shutdown hooks …) it does
   * not any more, until {@link #removeSignalHandler} or {@link #close}. Any thread may have got the
   * signal. While a signal is pending, another one of the same number is the same one, except of
   * real-time signals, which all arrive; two that two threads get at once may change places.
   *
   * <p>A signal belongs to one loop of the process at a time, whichever thread runs that loop.
   * Nobody else should change its action meanwhile ({@code sun.misc.Signal}, native code): the loop
   * would hear of it no more. Where every thread of the process blocks the signal, it is taken by
   * {@code signalfd(2)}, else by a handler in machine code that writes to a pipe.
   *
   * {@snippet :
   * loop.addSignalHandler(Signal.SIGTERM, loop::stop);
   * }
   *
   * @return the callback's handle; to cancel it is to remove it
   * @throws IllegalStateException the signal cannot be caught, or the JVM needs it itself, or
   *     another loop has it; or the kernel refuses what it takes. The message says which
   */
  Handle addSignalHandler(Signal signal, Runnable callback);

  /**
   * {@link #addSignalHandler(Signal, Runnable)} of the signal of that number.
   *
   * @throws IllegalArgumentException there is no such signal
   */
  default Handle addSignalHandler(int signum, Runnable callback) {
    return addSignalHandler(Signal.of(signum), callback);
  }

  /**
   * {@link #addSignalHandler(Signal, Runnable)} with a callback that hears who sent the signal, and
   * with what value. An addition to asyncio.
   */
  Handle addSignalHandler(Signal signal, Consumer<? super SignalInfo> callback);

  /**
   * {@link #addSignalHandler(Signal, Consumer)} of the signal of that number.
   *
   * @throws IllegalArgumentException there is no such signal
   */
  default Handle addSignalHandler(int signum, Consumer<? super SignalInfo> callback) {
    return addSignalHandler(Signal.of(signum), callback);
  }

  /**
   * Ends {@link #addSignalHandler(Signal, Runnable)}: the process does about the signal what it did
   * before. A signal that is queued does not run the callback any more. asyncio's {@code
   * remove_signal_handler}.
   *
   * @return whether the loop had a callback; false on a closed loop
   */
  boolean removeSignalHandler(Signal signal);

  /**
   * {@link #removeSignalHandler(Signal)} of the signal of that number.
   *
   * @throws IllegalArgumentException there is no such signal
   */
  default boolean removeSignalHandler(int signum) {
    return removeSignalHandler(Signal.of(signum));
  }

  // Executors

  /** {@link #runInExecutor(Executor, Callable)} in the default executor. */
  default <T> Future<T> runInExecutor(Callable<T> job) {
    return runInExecutor(null, job);
  }

  /** {@link #runInExecutor(Executor, Callable)} of a job without a result, in the default one. */
  default Future<Void> runInExecutor(TaskBody job) {
    return runInExecutor(null, job);
  }

  /** {@link #runInExecutor(Executor, Callable)} of a job without a result. */
  default Future<Void> runInExecutor(Executor executor, TaskBody job) {
    return runInExecutor(executor, TaskBody.callable(job));
  }

  /**
   * Runs {@code job} on a thread of {@code executor}. Cancelling the future keeps a job from being
   * started; a job that runs is left alone. A job that ends after the loop was closed is forgotten.
   *
   * @param executor null: the default one, which is made when it is first needed: up to 32 daemon
   *     threads ({@code ouro-executor-N}), or four more than there are processors if that is less
   * @return the job's result, or what it threw
   * @throws IllegalStateException the default executor was shut down
   * @throws java.util.concurrent.RejectedExecutionException the executor does not take it
   */
  <T> Future<T> runInExecutor(Executor executor, Callable<T> job);

  /** Sets what {@link #runInExecutor(Callable)} uses; {@link #close} shuts it down. */
  void setDefaultExecutor(ExecutorService executor);

  /** {@link #shutdownDefaultExecutor(Duration)} without a limit. */
  default Future<Void> shutdownDefaultExecutor() {
    return shutdownDefaultExecutor(null);
  }

  /**
   * Ends the default executor for good and waits for its jobs, at most for {@code timeout}: then a
   * warning is logged, and the jobs that still run are not waited for.
   *
   * @param timeout null: as long as it takes
   * @throws IllegalArgumentException {@code timeout} is negative
   */
  Future<Void> shutdownDefaultExecutor(Duration timeout);

  // Open resources

  /**
   * Notes that {@code asyncgen} is open, for {@link #shutdownAsyncgens} to close. What asyncio does
   * by itself for every asynchronous generator that is iterated, Java code does here, for anything
   * that is to be closed before the loop is. It is kept from being garbage until {@link
   * #removeAsyncgen}, the shutdown or the loop's end. A second time for the same one does nothing.
   *
   * <p>After the shutdown was called a warning is logged: nobody will close it.
   */
  void addAsyncgen(AutoCloseable asyncgen);

  /**
   * Ends {@link #addAsyncgen}: its owner has closed it.
   *
   * @return whether it was noted
   */
  boolean removeAsyncgen(AutoCloseable asyncgen);

  /**
   * Closes everything that {@link #addAsyncgen} noted, the last first, each in a callback of its
   * own, on the loop's thread. asyncio's {@code shutdown_asyncgens}. What a {@code close} throws
   * goes to the exception handler, with the key {@code asyncgen}, and keeps none of the others from
   * being closed.
   *
   * {@snippet :
   * try {
   *   loop.runForever();
   * } finally {
   *   loop.runUntilComplete(loop.shutdownAsyncgens());
   *   loop.close();
   * }
   * }
   *
   * @return done once all are closed
   */
  Future<Void> shutdownAsyncgens();

  // Errors and debugging

  /** Sets who hears of errors that nobody else can hear of; null for the default. */
  void setExceptionHandler(ExceptionHandler handler);

  /** The handler that was set, or null. */
  ExceptionHandler getExceptionHandler();

  /**
   * Logs {@code context} as an error with {@link System.Logger} {@code dev.ouro}: its message, its
   * other entries sorted by key, and the exception with its trace. What happens when no handler is
   * set; a handler may call it.
   */
  void defaultExceptionHandler(ExceptionContext context);

  /**
   * Calls the exception handler, in the context of the task, future or handle that {@code context}
   * has. If the handler throws, the default one hears of both errors; if that throws, it is logged.
   *
   * @throws LoopExit and other errors that {@link LoopExit} names: what the handler threw
   */
  void callExceptionHandler(ExceptionContext context);

  /**
   * Whether debug mode is on. It is at first when the system property {@code dev.ouro.debug} is set
   * to anything but {@code false}, or else the environment variable {@code OURO_DEBUG} is not
   * empty.
   */
  boolean getDebug();

  /**
   * Turns debug mode on or off, also while running. It checks threads, logs slow callbacks, records
   * where handles and futures are created, and warns of a loop that is garbage before it is closed,
   * or closed before its transports and servers are.
   */
  void setDebug(boolean enabled);

  /** From what duration on a callback is logged as slow in debug mode; 100 ms at first. */
  Duration slowCallbackDuration();

  /**
   * Sets {@link #slowCallbackDuration}.
   *
   * @throws IllegalArgumentException {@code duration} is negative
   */
  void setSlowCallbackDuration(Duration duration);
}
