// SPDX-License-Identifier: Apache-2.0
package dev.ouro;

import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.loop.CallbackLoop;
import dev.ouro.loop.Coroutine;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Future;
import dev.ouro.loop.FutureCallGraph;
import dev.ouro.loop.RunningLoop;
import dev.ouro.loop.Sleep;
import dev.ouro.loop.Task;
import dev.ouro.loop.TaskBody;
import dev.ouro.loop.TaskFactory;
import dev.ouro.loop.TaskOptions;
import dev.ouro.loop.WaitStrategy;
import dev.ouro.streams.ClientConnected;
import dev.ouro.streams.Process;
import dev.ouro.streams.StreamConnection;
import dev.ouro.streams.StreamReader;
import dev.ouro.streams.Streams;
import dev.ouro.tasks.Completions;
import dev.ouro.tasks.DoneAndPending;
import dev.ouro.tasks.Futures;
import dev.ouro.tasks.Gathering;
import dev.ouro.tasks.ReturnWhen;
import dev.ouro.tasks.Shield;
import dev.ouro.tasks.TaskGroup;
import dev.ouro.tasks.Timeout;
import dev.ouro.tasks.Waiting;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.Stdio;
import dev.ouro.transport.SubprocessOptions;
import dev.ouro.transport.UnixConnectionOptions;
import dev.ouro.transport.UnixServerOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * asyncio's module-level functions.
 *
 * <p>The system property {@code dev.ouro.engine} says on what {@link #newEventLoop()} builds:
 * {@code io_uring}, {@code epoll}, or {@code auto} (default): io_uring where the machine allows it,
 * else epoll. {@link EventLoop#engine} tells what it was, and why. On a virtual thread it is epoll:
 * a ring belongs to a platform thread.
 */
public final class Asyncio {
  private static final String ENGINE_PROPERTY = "dev.ouro.engine";
  private static final ThreadLocal<EventLoop> CURRENT = new ThreadLocal<>();

  private Asyncio() {}

  /**
   * A new loop that waits adaptively.
   *
   * @throws UncheckedIOException the kernel refuses the engine that was asked for, or both
   * @throws IllegalArgumentException {@code dev.ouro.engine} is neither of the three
   */
  public static EventLoop newEventLoop() {
    return newEventLoop(WaitStrategy.adaptive());
  }

  /** {@link #newEventLoop()} that waits as {@code strategy} says. */
  public static EventLoop newEventLoop(WaitStrategy strategy) {
    Objects.requireNonNull(strategy, "strategy");
    String wanted = System.getProperty(ENGINE_PROPERTY, "auto");
    try {
      return switch (wanted) {
        case "io_uring" -> new ProactorEventLoop(strategy, ENGINE_PROPERTY + "=io_uring");
        case "epoll" -> new SelectorEventLoop(strategy, ENGINE_PROPERTY + "=epoll");
        case "auto" -> best(strategy);
        default ->
            throw new IllegalArgumentException(
                ENGINE_PROPERTY + ": neither io_uring, epoll nor auto: " + wanted);
      };
    } catch (LinuxException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static EventLoop best(WaitStrategy strategy) throws LinuxException {
    if (Thread.currentThread().isVirtual()) {
      return new SelectorEventLoop(strategy, "io_uring: a virtual thread cannot own a ring");
    }
    try {
      return new ProactorEventLoop(strategy, "the machine allows it");
    } catch (LinuxException e) {
      if (e.errno() == Errno.EMFILE || e.errno() == Errno.ENFILE) {
        throw e; // of no use to the other engine either
      }
      return new SelectorEventLoop(strategy, "io_uring: " + e.getMessage());
    }
  }

  /**
   * The loop that runs on the calling thread.
   *
   * @throws IllegalStateException none does: the call is not made from a callback
   */
  public static EventLoop getRunningLoop() {
    if (RunningLoop.require() instanceof EventLoop loop) {
      return loop;
    }
    throw new IllegalStateException("the running loop is not an EventLoop");
  }

  /**
   * The loop that runs on the calling thread; outside of callbacks, the one of {@link
   * #setEventLoop}.
   *
   * @throws IllegalStateException there is neither
   */
  public static EventLoop getEventLoop() {
    if (RunningLoop.current() instanceof EventLoop running) {
      return running;
    }
    EventLoop loop = CURRENT.get();
    if (loop == null) {
      throw new IllegalStateException(
          "There is no current event loop in thread '" + Thread.currentThread().getName() + "'.");
    }
    return loop;
  }

  /**
   * Sets what {@link #getEventLoop} answers outside of callbacks, on this thread; null: nothing.
   */
  public static void setEventLoop(EventLoop loop) {
    if (loop == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(loop);
    }
  }

  // Tasks

  /** {@link #run(Callable, RunnerOptions)} with {@link RunnerOptions#DEFAULT}. */
  public static <T> T run(Callable<T> coro) {
    return run(coro, RunnerOptions.DEFAULT);
  }

  /** {@link #run(Callable, RunnerOptions)} of code without a result. */
  public static void run(TaskBody coro) {
    run(TaskBody.callable(coro), RunnerOptions.DEFAULT);
  }

  /** {@link #run(Callable, RunnerOptions)} of code without a result. */
  public static void run(TaskBody coro, RunnerOptions options) {
    run(TaskBody.callable(coro), options);
  }

  /**
   * Runs {@code coro} as a task on a new loop until it is done; then cancels the tasks that are
   * left, waits for them, and closes the loop. asyncio's {@code run}: a program's entry. On SIGINT
   * (Ctrl-C) the task is cancelled, as {@link Runner} says.
   *
   * @return its result. What it throws is thrown, itself, even when it is a checked exception
   * @throws java.util.concurrent.CancellationException the task was cancelled
   * @throws KeyboardInterrupt it was so by SIGINT alone, or there was a second one
   * @throws IllegalStateException a loop runs on this thread
   */
  public static <T> T run(Callable<T> coro, RunnerOptions options) {
    Objects.requireNonNull(coro, "coro");
    if (RunningLoop.current() != null) {
      throw new IllegalStateException("Asyncio.run() cannot be called from a running event loop");
    }
    try (Runner runner = new Runner(options)) {
      return runner.run(coro);
    }
  }

  /** {@link #createTask(Callable, TaskOptions)} with {@link TaskOptions#DEFAULT}. */
  public static <T> Task<T> createTask(Callable<T> coro) {
    return RunningLoop.require().createTask(coro);
  }

  /** {@link #createTask(Callable, TaskOptions)} with {@link TaskOptions#DEFAULT}. */
  public static <T> Task<T> createTask(Coroutine<T> coro) {
    return RunningLoop.require().createTask(coro);
  }

  /** {@link #createTask(Callable, TaskOptions)} of code without a result. */
  public static Task<Void> createTask(TaskBody coro) {
    return RunningLoop.require().createTask(coro);
  }

  /** {@link #createTask(Callable, TaskOptions)}. */
  public static <T> Task<T> createTask(Coroutine<T> coro, TaskOptions options) {
    return RunningLoop.require().createTask(coro, options);
  }

  /** {@link #createTask(Callable, TaskOptions)} of code without a result. */
  public static Task<Void> createTask(TaskBody coro, TaskOptions options) {
    return RunningLoop.require().createTask(coro, options);
  }

  /**
   * {@link EventLoop#createTask(Callable, TaskOptions)} of the running loop.
   *
   * @throws IllegalStateException no loop runs on this thread
   */
  public static <T> Task<T> createTask(Callable<T> coro, TaskOptions options) {
    return RunningLoop.require().createTask(coro, options);
  }

  /**
   * The task that calls, or null in a callback.
   *
   * @throws IllegalStateException no loop runs on this thread
   */
  public static Task<?> currentTask() {
    RunningLoop.require();
    return Task.current();
  }

  /** The task of {@code loop} that has control, or null; from its thread only. */
  public static Task<?> currentTask(CallbackLoop loop) {
    Objects.requireNonNull(loop, "loop");
    return loop.equals(RunningLoop.current()) ? Task.current() : null;
  }

  /**
   * The tasks of the running loop that are not done.
   *
   * @throws IllegalStateException no loop runs on this thread
   */
  public static Set<Task<?>> allTasks() {
    return allTasks(RunningLoop.require());
  }

  /** The tasks of {@code loop} that are not done. */
  public static Set<Task<?>> allTasks(CallbackLoop loop) {
    Objects.requireNonNull(loop, "loop");
    return loop instanceof EngineLoop own ? Task.all(own) : Set.of();
  }

  /**
   * Where the calling task is, and who waits for it: asyncio's {@code capture_call_graph}.
   *
   * @return null in a callback
   * @throws IllegalStateException no loop runs on this thread
   */
  public static FutureCallGraph captureCallGraph() {
    return captureCaller(2);
  }

  /** Without the innermost {@code depth} frames: this method, and those up to the caller's. */
  private static FutureCallGraph captureCaller(int depth) {
    Task<?> task = currentTask();
    return task == null ? null : FutureCallGraph.capture(task, depth);
  }

  /** Where {@code future} is, if it is a task, and who waits for it; on its loop's thread. */
  public static FutureCallGraph captureCallGraph(Future<?> future) {
    return FutureCallGraph.capture(future, 0);
  }

  /** {@link #captureCallGraph(Future)} as text: asyncio's {@code format_call_graph}. */
  public static String formatCallGraph(Future<?> future) {
    return captureCallGraph(future).format();
  }

  /** {@link #captureCallGraph()} of the calling task as text; empty in a callback. */
  public static String formatCallGraph() {
    return formatCaller();
  }

  private static String formatCaller() {
    FutureCallGraph graph = captureCaller(3);
    return graph == null ? "" : graph.format();
  }

  /** Prints {@link #formatCallGraph(Future)}: asyncio's {@code print_call_graph}. */
  public static void printCallGraph(Future<?> future, PrintStream out) {
    out.println(formatCallGraph(future));
  }

  /** {@link #printCallGraph(Future, PrintStream)} of the calling task to {@link System#out}. */
  public static void printCallGraph() {
    System.out.println(formatCaller());
  }

  /**
   * {@code coro} as a task of the running loop, or a future or stage as it is: asyncio's {@code
   * ensure_future}.
   */
  public static <T> Future<T> ensureFuture(Callable<T> coro) {
    return createTask(coro);
  }

  /** {@link #ensureFuture(Callable)}. */
  public static <T> Future<T> ensureFuture(Coroutine<T> coro) {
    return createTask(coro);
  }

  /** {@link #ensureFuture(Callable)} of code without a result. */
  public static Future<Void> ensureFuture(TaskBody coro) {
    return createTask(coro);
  }

  /** {@code stage} as a future of the running loop, which cancels it when it is cancelled. */
  public static <T> Future<T> ensureFuture(CompletionStage<T> stage) {
    return Futures.wrap(RunningLoop.require(), stage);
  }

  /** {@link #ensureFuture(CompletionStage)}: asyncio's {@code wrap_future}. */
  public static <T> Future<T> wrapFuture(CompletionStage<T> stage) {
    return ensureFuture(stage);
  }

  /**
   * A task factory that starts every task at once: {@code
   * loop.setTaskFactory(Asyncio::eagerTaskFactory)}.
   */
  public static Task<?> eagerTaskFactory(EngineLoop loop, Callable<?> coro, TaskOptions options) {
    return new Task<>(
        loop, coro, options.eagerStart() == null ? options.withEagerStart(true) : options);
  }

  /**
   * {@link #eagerTaskFactory} for tasks that {@code constructor} makes, such as ones of a subclass:
   * asyncio's {@code create_eager_task_factory}.
   */
  public static TaskFactory createEagerTaskFactory(TaskFactory constructor) {
    Objects.requireNonNull(constructor, "constructor");
    return (loop, coro, options) ->
        constructor.create(
            loop, coro, options.eagerStart() == null ? options.withEagerStart(true) : options);
  }

  /**
   * Has {@code coro} run as a task of {@code loop}; from any other thread.
   *
   * @return what comes of it; to cancel it is to cancel the task
   * @throws IllegalStateException the loop is closed
   */
  public static <T> CompletableFuture<T> runCoroutineThreadsafe(
      Callable<T> coro, CallbackLoop loop) {
    return Futures.runThreadsafe(loop, coro);
  }

  /** {@link #runCoroutineThreadsafe(Callable, CallbackLoop)} of code without a result. */
  public static CompletableFuture<Void> runCoroutineThreadsafe(TaskBody coro, CallbackLoop loop) {
    return Futures.runThreadsafe(loop, TaskBody.callable(coro));
  }

  // What tasks wait for. All of these suspend the calling task, and throw CancellationException
  // when it is cancelled meanwhile, and IllegalStateException outside of tasks.

  /**
   * Suspends the calling task for {@code delay}; for zero or less, for one turn of the loop.
   *
   * @throws java.util.concurrent.CancellationException the task was cancelled
   */
  public static void sleep(Duration delay) {
    Sleep.sleep(delay);
  }

  /** {@link #sleep(Duration)}; answers {@code result}. */
  public static <T> T sleep(Duration delay, T result) {
    Sleep.sleep(delay);
    return result;
  }

  /**
   * Suspends the calling task until {@code stage} is done, which may be of any kind.
   *
   * @return its result. If it ended with an exception, that is thrown, itself and not in a {@link
   *     java.util.concurrent.CompletionException}, even when it is a checked one
   * @throws java.util.concurrent.CancellationException it or the task was cancelled
   */
  public static <T> T await(CompletionStage<T> stage) {
    return ensureFuture(stage).await();
  }

  /** {@link #gather(Collection)}. */
  @SafeVarargs
  @SuppressWarnings("varargs") // passed on to List.of, which is safe, too
  public static <T> List<T> gather(CompletionStage<? extends T>... futures) {
    return gather(List.of(futures));
  }

  /** {@link #gather(Collection)} of tasks that run {@code coros}. */
  @SafeVarargs
  @SuppressWarnings("varargs") // passed on to List.of, which is safe, too
  public static <T> List<T> gather(Callable<? extends T>... coros) {
    return gather(Futures.<T>tasks(List.of(coros)));
  }

  /** {@link #gather(Collection)} of tasks that run {@code coros}. */
  @SafeVarargs
  @SuppressWarnings("varargs") // passed on to List.of, which is safe, too
  public static <T> List<T> gather(Coroutine<? extends T>... coros) {
    return gather(Futures.<T>tasks(List.of(coros)));
  }

  /** {@link #gather(Collection)} of tasks that run {@code coros}, which have no results. */
  public static List<Void> gather(TaskBody... coros) {
    return gather(Futures.tasks(callables(coros)));
  }

  /**
   * Waits for all of {@code futures}, which are this loop's, or stages of any other kind. The first
   * exception is thrown at once, itself, while the others go on. If the calling task is cancelled,
   * all that are not done are.
   *
   * @return their results, in their order
   * @throws IllegalArgumentException one belongs to another loop
   */
  public static <T> List<T> gather(Collection<? extends CompletionStage<? extends T>> futures) {
    CallbackLoop loop = RunningLoop.require();
    return new Gathering<T>(loop, Futures.own(loop, futures), false).await();
  }

  /** {@link #gatherReturnExceptions(Collection)}. */
  public static List<Object> gatherReturnExceptions(CompletionStage<?>... futures) {
    return gatherReturnExceptions(List.of(futures));
  }

  /** {@link #gatherReturnExceptions(Collection)} of tasks that run {@code coros}. */
  public static List<Object> gatherReturnExceptions(Callable<?>... coros) {
    return gatherReturnExceptions(Futures.<Object>tasks(List.of(coros)));
  }

  /** {@link #gatherReturnExceptions(Collection)} of tasks that run {@code coros}. */
  public static List<Object> gatherReturnExceptions(Coroutine<?>... coros) {
    return gatherReturnExceptions(Futures.<Object>tasks(List.of(coros)));
  }

  /** {@link #gatherReturnExceptions(Collection)} of tasks that run {@code coros}. */
  public static List<Object> gatherReturnExceptions(TaskBody... coros) {
    return gatherReturnExceptions(Futures.tasks(callables(coros)));
  }

  /** {@link #gather(Collection)} with {@code return_exceptions}: each counts as a result. */
  public static List<Object> gatherReturnExceptions(
      Collection<? extends CompletionStage<?>> futures) {
    CallbackLoop loop = RunningLoop.require();
    return new Gathering<>(loop, Futures.own(loop, futures), true).await();
  }

  private static List<Callable<Void>> callables(TaskBody... coros) {
    return Stream.of(coros).map(TaskBody::callable).toList();
  }

  /**
   * Waits for {@code future}, for {@code timeout} at most; then it is cancelled.
   *
   * @param future this loop's, or a stage of any other kind
   * @param timeout null: without limit
   * @throws TimeoutException the time is over
   */
  public static <T> T waitFor(CompletionStage<T> future, Duration timeout) throws TimeoutException {
    return Futures.waitFor(Futures.own(future), timeout);
  }

  /**
   * Runs {@code coro} in the calling task, for {@code timeout} at most; then it is cancelled.
   *
   * @param timeout null: without limit; zero or less: {@code coro} does not run at all
   * @return what it returns. What it throws is thrown, itself, even when it is a checked exception
   * @throws TimeoutException the time is over
   */
  public static <T> T waitFor(Callable<T> coro, Duration timeout) throws TimeoutException {
    return Futures.waitFor(coro, timeout);
  }

  /** {@link #waitFor(Callable, Duration)}: {@code waitFor(reader::readline, timeout)}. */
  public static <T> T waitFor(Coroutine<T> coro, Duration timeout) throws TimeoutException {
    return Futures.waitFor(coro, timeout);
  }

  /** {@link #waitFor(Callable, Duration)} of code without a result. */
  public static void waitFor(TaskBody coro, Duration timeout) throws TimeoutException {
    Futures.waitFor(TaskBody.callable(coro), timeout);
  }

  /** {@link #wait(Collection, Duration, ReturnWhen)} for all, without limit. */
  public static <F extends Future<?>> DoneAndPending<F> wait(Collection<F> futures) {
    return Waiting.await(futures, null, ReturnWhen.ALL_COMPLETED);
  }

  /** {@link #wait(Collection, Duration, ReturnWhen)} for all. */
  public static <F extends Future<?>> DoneAndPending<F> wait(
      Collection<F> futures, Duration timeout) {
    return Waiting.await(futures, timeout, ReturnWhen.ALL_COMPLETED);
  }

  /** {@link #wait(Collection, Duration, ReturnWhen)} without limit. */
  public static <F extends Future<?>> DoneAndPending<F> wait(
      Collection<F> futures, ReturnWhen returnWhen) {
    return Waiting.await(futures, null, returnWhen);
  }

  /**
   * Waits until {@code futures} are done as {@code returnWhen} says, for {@code timeout} at most.
   * Cancels none of them.
   *
   * @param timeout null: without limit
   * @throws IllegalArgumentException {@code futures} is empty, or one belongs to another loop
   */
  public static <F extends Future<?>> DoneAndPending<F> wait(
      Collection<F> futures, Duration timeout, ReturnWhen returnWhen) {
    return Waiting.await(futures, timeout, returnWhen);
  }

  /** {@link #asCompleted(Collection, Duration)} without limit. */
  public static <F extends Future<?>> Iterable<F> asCompleted(Collection<F> futures) {
    return asCompleted(futures, null);
  }

  /**
   * The futures in the order in which they are done, for one {@code for} loop, which suspends the
   * task until the next one is.
   *
   * @param timeout when it is over, the loop throws {@link TimeoutException}; null: never
   */
  public static <F extends Future<?>> Iterable<F> asCompleted(
      Collection<F> futures, Duration timeout) {
    Completions<F> completions = new Completions<>(futures, timeout);
    return () -> completions;
  }

  /**
   * A limit of {@code delay} from now on for what is then passed to {@link Timeout#call}.
   *
   * @param delay null: none, until {@link Timeout#reschedule}
   */
  public static Timeout timeout(Duration delay) {
    return new Timeout(Futures.deadline(delay));
  }

  /** {@link #timeout(Duration)} around {@code body}. */
  public static <T> T timeout(Duration delay, Callable<T> body) throws TimeoutException {
    return timeout(delay).call(body);
  }

  /** {@link #timeout(Duration)} around {@code body}. */
  public static <T> T timeout(Duration delay, Coroutine<T> body) throws TimeoutException {
    return timeout(delay).call(body);
  }

  /** {@link #timeout(Duration)} around {@code body}. */
  public static void timeout(Duration delay, TaskBody body) throws TimeoutException {
    timeout(delay).run(body);
  }

  /** A limit at {@code whenNanos} on the scale of {@link EventLoop#time}. */
  public static Timeout timeoutAt(long whenNanos) {
    return new Timeout(OptionalLong.of(whenNanos));
  }

  /** {@link #timeoutAt(long)} around {@code body}. */
  public static <T> T timeoutAt(long whenNanos, Callable<T> body) throws TimeoutException {
    return timeoutAt(whenNanos).call(body);
  }

  /** {@link #timeoutAt(long)} around {@code body}. */
  public static <T> T timeoutAt(long whenNanos, Coroutine<T> body) throws TimeoutException {
    return timeoutAt(whenNanos).call(body);
  }

  /** {@link #timeoutAt(long)} around {@code body}. */
  public static void timeoutAt(long whenNanos, TaskBody body) throws TimeoutException {
    timeoutAt(whenNanos).run(body);
  }

  /**
   * Waits for {@code future}, this loop's or a stage of any other kind, which goes on when the
   * calling task is cancelled meanwhile.
   */
  public static <T> T shield(CompletionStage<T> future) {
    Future<T> own = Futures.own(future);
    return own.done() ? own.result() : new Shield<>(own).await();
  }

  /** {@link #shield(CompletionStage)} of a task that runs {@code coro}. */
  public static <T> T shield(Callable<T> coro) {
    return shield(createTask(coro));
  }

  /** {@link #shield(CompletionStage)} of a task that runs {@code coro}. */
  public static <T> T shield(Coroutine<T> coro) {
    return shield(createTask(coro));
  }

  /** {@link #shield(CompletionStage)} of a task that runs {@code coro}. */
  public static void shield(TaskBody coro) {
    shield(createTask(coro));
  }

  /** {@link TaskGroup#run}. {@link TaskGroup#call} is the form with a result. */
  public static void taskGroup(TaskGroup.Body body) {
    TaskGroup.run(body);
  }

  /**
   * Runs {@code function} in the default executor, in a copy of the current context.
   *
   * @return what it returns. What it throws is thrown, itself, even when it is a checked exception
   */
  public static <T> T toThread(Callable<T> function) {
    return Futures.toThread(function);
  }

  /** {@link #toThread(Callable)} of code without a result. */
  public static void toThread(TaskBody function) {
    Futures.toThread(TaskBody.callable(function));
  }

  // Streams

  /**
   * Connects to a TCP server.
   *
   * @throws IOException the name is not known, or no address answers
   */
  public static StreamConnection openConnection(String host, int port) throws IOException {
    return openConnection(ConnectionOptions.of(host, port));
  }

  /** {@link #openConnection(ConnectionOptions, int)} with the usual limit. */
  public static StreamConnection openConnection(ConnectionOptions options) throws IOException {
    return openConnection(options, StreamReader.DEFAULT_LIMIT);
  }

  /**
   * Connects as {@code options} say: asyncio's {@code open_connection}.
   *
   * @param limitBytes of the reader's buffer
   * @throws IOException the name is not known, or no address answers
   */
  public static StreamConnection openConnection(ConnectionOptions options, int limitBytes)
      throws IOException {
    EventLoop loop = getRunningLoop();
    return Streams.connect(
        loop, loop::startTls, limitBytes, factory -> loop.createConnection(factory, options));
  }

  /**
   * Connects to a Unix socket; with a leading NUL, to an abstract name.
   *
   * @throws IOException nobody listens there
   */
  public static StreamConnection openUnixConnection(String path) throws IOException {
    return openUnixConnection(UnixConnectionOptions.of(path), StreamReader.DEFAULT_LIMIT);
  }

  /** {@link #openUnixConnection(UnixConnectionOptions, int)} with the usual limit. */
  public static StreamConnection openUnixConnection(UnixConnectionOptions options)
      throws IOException {
    return openUnixConnection(options, StreamReader.DEFAULT_LIMIT);
  }

  /**
   * Connects as {@code options} say: asyncio's {@code open_unix_connection}.
   *
   * @param limitBytes of the reader's buffer
   * @throws IOException nobody listens there
   */
  public static StreamConnection openUnixConnection(UnixConnectionOptions options, int limitBytes)
      throws IOException {
    EventLoop loop = getRunningLoop();
    return Streams.connect(
        loop, loop::startTls, limitBytes, factory -> loop.createUnixConnection(factory, options));
  }

  /**
   * Serves on TCP: {@code clientConnected} runs for each connection, as a task.
   *
   * @return the server, which accepts already. Its {@code serveForever} suspends a task that calls
   *     it, until it is cancelled or the server is closed
   * @throws IOException the address cannot be had
   */
  public static Server startServer(String host, int port, ClientConnected clientConnected)
      throws IOException {
    return startServer(ServerOptions.of(host, port), clientConnected);
  }

  /** {@link #startServer(ServerOptions, int, ClientConnected)} with the usual limit. */
  public static Server startServer(ServerOptions options, ClientConnected clientConnected)
      throws IOException {
    return startServer(options, StreamReader.DEFAULT_LIMIT, clientConnected);
  }

  /**
   * {@link #startServer(String, int, ClientConnected)} as {@code options} say.
   *
   * @param limitBytes of each reader's buffer
   * @throws IOException the address cannot be had
   */
  public static Server startServer(
      ServerOptions options, int limitBytes, ClientConnected clientConnected) throws IOException {
    EventLoop loop = getRunningLoop();
    return Streams.serve(
        loop,
        loop::startTls,
        clientConnected,
        limitBytes,
        factory -> loop.createServer(factory, options));
  }

  /**
   * Serves on a Unix socket; with a leading NUL, on an abstract name.
   *
   * @return the server, as {@link #startServer(String, int, ClientConnected)}
   * @throws IOException the path cannot be had
   */
  public static Server startUnixServer(String path, ClientConnected clientConnected)
      throws IOException {
    return startUnixServer(UnixServerOptions.of(path), StreamReader.DEFAULT_LIMIT, clientConnected);
  }

  /** {@link #startUnixServer(UnixServerOptions, int, ClientConnected)} with the usual limit. */
  public static Server startUnixServer(UnixServerOptions options, ClientConnected clientConnected)
      throws IOException {
    return startUnixServer(options, StreamReader.DEFAULT_LIMIT, clientConnected);
  }

  /**
   * {@link #startUnixServer(String, ClientConnected)} as {@code options} say.
   *
   * @param limitBytes of each reader's buffer
   * @throws IOException the path cannot be had
   */
  public static Server startUnixServer(
      UnixServerOptions options, int limitBytes, ClientConnected clientConnected)
      throws IOException {
    EventLoop loop = getRunningLoop();
    return Streams.serve(
        loop,
        loop::startTls,
        clientConnected,
        limitBytes,
        factory -> loop.createUnixServer(factory, options));
  }

  // Child processes

  /**
   * Runs a program with this process's own standard input, output and error.
   *
   * @param args the program and its arguments
   * @throws IOException it cannot be run
   */
  public static Process createSubprocessExec(String... args) throws IOException {
    return createSubprocessExec(List.of(args), SubprocessOptions.DEFAULT);
  }

  /** {@link #createSubprocessExec(List, SubprocessOptions, int)} with the usual limit. */
  public static Process createSubprocessExec(List<?> args, SubprocessOptions options)
      throws IOException {
    return createSubprocessExec(args, options, StreamReader.DEFAULT_LIMIT);
  }

  /**
   * Runs a program: asyncio's {@code create_subprocess_exec}. Standard input, output and error that
   * {@code options} do not set are this process's own; for a stream of {@link Process}, set {@link
   * Stdio#PIPE}.
   *
   * @param args as {@link EventLoop#subprocessExec} takes them
   * @param limitBytes of each reader's buffer
   * @throws IOException it cannot be run
   */
  public static Process createSubprocessExec(
      List<?> args, SubprocessOptions options, int limitBytes) throws IOException {
    EventLoop loop = getRunningLoop();
    SubprocessOptions given = inheriting(options);
    return Streams.process(loop, limitBytes, factory -> loop.subprocessExec(factory, args, given));
  }

  /**
   * Runs a command of the shell with this process's own standard input, output and error.
   *
   * @throws IOException the shell cannot be run
   */
  public static Process createSubprocessShell(String cmd) throws IOException {
    return createSubprocessShell(cmd, SubprocessOptions.DEFAULT);
  }

  /** {@link #createSubprocessShell(String, SubprocessOptions, int)} with the usual limit. */
  public static Process createSubprocessShell(String cmd, SubprocessOptions options)
      throws IOException {
    return createSubprocessShell(cmd, options, StreamReader.DEFAULT_LIMIT);
  }

  /**
   * Runs a command of the shell: asyncio's {@code create_subprocess_shell}. Standard input, output
   * and error as {@link #createSubprocessExec(List, SubprocessOptions, int)} has them.
   *
   * @param limitBytes of each reader's buffer
   * @throws IOException the shell cannot be run
   */
  public static Process createSubprocessShell(String cmd, SubprocessOptions options, int limitBytes)
      throws IOException {
    EventLoop loop = getRunningLoop();
    SubprocessOptions given = inheriting(options);
    return Streams.process(loop, limitBytes, factory -> loop.subprocessShell(factory, cmd, given));
  }

  private static SubprocessOptions inheriting(SubprocessOptions options) {
    return Objects.requireNonNull(options, "options").withDefaultStdio(Stdio.INHERIT);
  }
}
