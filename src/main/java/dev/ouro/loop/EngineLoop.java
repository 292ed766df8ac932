// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Signal;
import dev.ouro.linux.SignalInfo;
import dev.ouro.poll.Engine;
import dev.ouro.poll.Ready;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The callback loop over an {@link Engine}. {@link #turn()} by turn, in the order of {@link
 * #runOnce}, which is the only place where callbacks run.
 *
 * <p>What is public here and not in {@link CallbackLoop} is for transports.
 */
@SuppressWarnings({
  "ReferenceEquality", // of loops
  "exports", // the engine's types are for this module
  "this-escape" // to parts that keep it, and call it only once the loop runs
})
public class EngineLoop implements CallbackLoop {
  private static final long LONGEST_POLL_NANOS = Duration.ofHours(24).toNanos();
  private static final long CLOCK_ORIGIN = System.nanoTime();

  private final ReadyQueue ready = new ReadyQueue();
  private final Inbox inbox = new Inbox();
  private final TimerHeap timers = new TimerHeap();
  private final FlushList flushList = new FlushList();
  private final LongSupplier clock;
  private final Engine engine;
  private final Waiter waiter;
  private final FdWatches watches;
  private final ErrorReports errors = new ErrorReports(this);
  private final SlowCallbacks slow = new SlowCallbacks();
  private final JobExecutor executor = new JobExecutor(this);

  /** The thread that runs the loop, or null. */
  private volatile Thread thread;

  private volatile boolean closed;
  private volatile boolean debug = SlowCallbacks.debugByDefault();
  private ThreadState threadState;

  /** Who has control: the loop's thread while it runs, or a task's. */
  private Thread activeThread;

  private ThreadState activeState;
  private final TaskList tasks = new TaskList();
  private TaskFactory taskFactory;

  /** Whether the loop's thread carries tasks; null until the first one. */
  private Boolean mountsTasks;

  private boolean stopping;
  private long turn;

  /** What transports and servers own, by number; what is closed may still be there. */
  private Fd[] owned = new Fd[64];

  /** From the first wait on, or in debug mode: to make it starts a thread. */
  private UnclosedLoop unclosed;

  /** Made when first needed. */
  private Asyncgens asyncgens;

  /** Once a signal was handled, else null. */
  private SignalHandlers signals;

  /** On the system's monotonic clock. */
  public EngineLoop(EngineFactory engines, WaitStrategy strategy) throws LinuxException {
    this(engines, strategy, () -> System.nanoTime() - CLOCK_ORIGIN);
  }

  /**
   * On {@code clock}, in nanoseconds; tests move time by hand.
   *
   * @throws LinuxException the engine cannot be opened
   */
  public EngineLoop(EngineFactory engines, WaitStrategy strategy, LongSupplier clock)
      throws LinuxException {
    Objects.requireNonNull(strategy, "strategy");
    this.clock = Objects.requireNonNull(clock, "clock");
    engine = engines.open(ready);
    waiter = new Waiter(engine, inbox, clock, strategy, Runtime.getRuntime().availableProcessors());
    watches = new FdWatches(this, engine);
    unclosed = debug ? UnclosedLoop.watch(this, owned) : null;
  }

  // Running

  @Override
  public void runForever() {
    checkCanRun();
    engine.attach();
    ThreadState state = ThreadState.current();
    state.loop = this;
    threadState = state;
    activate(Thread.currentThread(), state);
    thread = Thread.currentThread();
    if (!tasks.isEmpty()) {
      armAgainstPinning();
    }
    try {
      do {
        runOnce();
      } while (!stopping);
    } finally {
      stopping = false;
      try {
        submitWhatIsLeft();
      } finally {
        thread = null;
        threadState = null;
        activate(null, null);
        state.loop = null;
      }
    }
  }

  @Override
  public <T> T runUntilComplete(Future<T> future) {
    Objects.requireNonNull(future, "future");
    if (future.getLoop() != this) {
      throw new IllegalArgumentException(
          "future: it belongs to a different loop than the one that is to run it: " + future);
    }
    checkCanRun();
    UntilDone<T> untilDone = new UntilDone<>();
    future.addDoneCallback(untilDone);
    try {
      runForever();
    } finally {
      future.removeDoneCallback(untilDone);
      untilDone.over = true;
    }
    if (!future.done()) {
      throw new IllegalStateException("Event loop stopped before Future completed.");
    }
    return future.result();
  }

  @Override
  public void stop() {
    stopping = true;
  }

  @Override
  public boolean isRunning() {
    return thread != null;
  }

  @Override
  public boolean isClosed() {
    return closed;
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
    ready.clear();
    tasks.snapshot().forEach(Task::destroy);
    ready.clear();
    timers.clear();
    inbox.takeAll();
    flushList.clear();
    watches.clear();
    if (signals != null) {
      signals.removeAll();
    }
    executor.close();
    asyncgens = null;
    waiter.close();
    engine.close();
    if (signals != null) {
      signals.close();
    }
    if (unclosed != null) {
      unclosed.closed();
    }
  }

  /** Tells what belongs to the loop that it is closed: before the tasks, which may still use it. */
  protected void tellClosed() {}

  // Scheduling

  @Override
  public Handle callSoon(Runnable callback, Context context) {
    checkCanSchedule();
    Handle handle = new Handle(callback, this, context, callerState());
    takeInbox();
    ready.add(handle);
    return handle;
  }

  @Override
  public Handle callSoonThreadsafe(Runnable callback, Context context) {
    checkOpen();
    Handle handle = new Handle(callback, this, context, callerState());
    inbox.add(handle);
    waiter.wake();
    return handle;
  }

  @Override
  public TimerHandle callLater(Duration delay, Runnable callback, Context context) {
    Objects.requireNonNull(delay, "delay");
    return callAt(Durations.after(time(), delay), callback, context);
  }

  @Override
  public TimerHandle callAt(long whenNanos, Runnable callback, Context context) {
    checkCanSchedule();
    TimerHandle timer = new TimerHandle(whenNanos, callback, this, context, callerState());
    timers.add(timer);
    return timer;
  }

  @Override
  public final long time() {
    return clock.getAsLong();
  }

  @Override
  public <T> Future<T> createFuture() {
    return new Future<>(this);
  }

  // Tasks

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
    taskFactory = factory;
  }

  @Override
  public TaskFactory getTaskFactory() {
    return taskFactory;
  }

  final TaskList tasks() {
    return tasks;
  }

  /** Whether this loop's tasks are {@link MountedThread}s. */
  final boolean mountsTasks() {
    if (mountsTasks == null) {
      // A virtual thread cannot carry others.
      mountsTasks = TaskThreads.mounted() && (thread == null || !thread.isVirtual());
      armAgainstPinning();
    }
    return mountsTasks;
  }

  /** Has the loop's thread not block when a task that is pinned to it parks. */
  final void armAgainstPinning() {
    LockSupport.unpark(thread);
  }

  final Thread activeThread() {
    return activeThread;
  }

  final ThreadState activeState() {
    return activeState;
  }

  final void activate(Thread active, ThreadState state) {
    activeThread = active;
    activeState = state;
  }

  /** Runs {@code action} now, on the thread that runs the loop, which may be a task's carrier. */
  final void runOnLoopThread(Runnable action) {
    if (callerState() instanceof TaskThread caller) {
      caller.callOnLoopThread(action);
    } else {
      action.run();
    }
  }

  /** Code of the JDK lets {@code blocked} go on. From any thread. */
  final void addUnblocked(TaskThread blocked) {
    if (closed) {
      blocked.abandon();
    } else if (Thread.currentThread() == activeThread || Thread.currentThread() == thread) {
      takeInbox();
      ready.add(blocked, TaskThread.UNBLOCKED, 0);
    } else {
      Runnable goOn = () -> blocked.run(TaskThread.UNBLOCKED, 0);
      inbox.add(new Handle(goOn, this, new Context(), null));
      waiter.wake();
    }
  }

  private void reportPendingTasks() {
    for (Task<?> task : tasks.snapshot()) {
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
    return watches.removeReader(fd);
  }

  @Override
  public Handle addWriter(int fd, Runnable callback) throws LinuxException {
    checkCanSchedule();
    return watches.addWriter(fd, callback);
  }

  @Override
  public boolean removeWriter(int fd) {
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
    Objects.requireNonNull(signal, "signal");
    checkThread();
    return signals != null && signals.remove(signal);
  }

  // Executors

  @Override
  public <T> Future<T> runInExecutor(Executor in, Callable<T> job) {
    Objects.requireNonNull(job, "job");
    checkOpen();
    return executor.run(in, job);
  }

  @Override
  public void setDefaultExecutor(ExecutorService replacement) {
    executor.replace(Objects.requireNonNull(replacement, "executor"));
  }

  @Override
  public Future<Void> shutdownDefaultExecutor(Duration timeout) {
    if (timeout != null && timeout.isNegative()) {
      throw new IllegalArgumentException("timeout: " + timeout + " is negative");
    }
    checkOpen();
    return executor.shutdown(timeout);
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
    errors.report(Objects.requireNonNull(context, "context"));
  }

  @Override
  public boolean getDebug() {
    return debug;
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

  /** The number of the turn that runs, or ran last: 1 for the first. */
  public final long turn() {
    return turn;
  }

  /**
   * Calls {@code flushable} once, before the loop polls next; whoever registers twice is called
   * twice. Allocates nothing.
   */
  public final void beforePoll(Flushable flushable) {
    flushList.add(flushable);
  }

  /** {@link #callSoon(Runnable)} of something that exists already. Allocates nothing. */
  public final void callSoonReady(Ready entry) {
    checkCanSchedule();
    takeInbox();
    ready.add(entry, 0, 0);
  }

  /**
   * For who runs the loop: runs {@code callback} for SIGINT, as {@link #addSignalHandler(Signal,
   * Runnable)} does, but one at a time. While one waits for the loop, which may be busy for good,
   * the next one does what SIGINT did before. A handler that {@link #addSignalHandler(Signal,
   * Runnable)} adds replaces this one; {@link #removeSignalHandler} does not know it.
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

  /** Runs {@code body} in {@code context}, now; what it throws comes out. Allocates nothing. */
  public final void runInContext(Context context, Runnable body) {
    ThreadState state = callerState();
    ContextCell previous = context.cell.enter(state);
    try {
      body.run();
    } finally {
      context.cell.leave(state, previous);
    }
  }

  /** {@link #runInContext(Context, Runnable)} for a body that need not capture its arguments. */
  public final <A, B> void runInContext(
      Context context, BiConsumer<? super A, ? super B> body, A first, B second) {
    ThreadState state = callerState();
    ContextCell previous = context.cell.enter(state);
    try {
      body.accept(first, second);
    } finally {
      context.cell.leave(state, previous);
    }
  }

  /**
   * To be called before the parts of a transport or server are touched by a task: one that code of
   * the JDK has blocked may run beside the loop until then, where the JDK does not let the loop
   * schedule its thread. Costs nothing on the loop's own thread.
   */
  public final void regainControl() {
    callerState();
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

  /** Ends {@link #claimDescriptor}, when the transport is closing; no-op for another's claim. */
  public final void releaseDescriptor(int fd, Object transport) {
    watches.release(fd, transport);
  }

  // The loop

  /** One turn: asyncio's {@code _run_once}. The only place where callbacks run. */
  private void runOnce() {
    turn++;
    // 1. Forget cancelled timers.
    timers.prune();
    // 2. Send what transports wrote.
    flush();
    // 3. How long may it wait?
    long timeoutNanos = pollTimeoutNanos();
    if (timeoutNanos != 0 && unclosed == null) {
      unclosed = UnclosedLoop.watch(this, owned);
    }
    // 4. Submit, wait, and take what was completed.
    waiter.poll(timeoutNanos);
    // 5. Take what other threads scheduled.
    takeInbox();
    // 6. Take the timers that are due.
    takeDueTimers();
    // 7. Run what is queued now; what it schedules waits for the next turn.
    for (int left = ready.size(); left > 0; left--) {
      runFirst();
    }
  }

  private long pollTimeoutNanos() {
    if (stopping || ready.size() > 0 || !inbox.isEmpty() || !flushList.isEmpty()) {
      return 0;
    }
    long next = timers.nextNanos();
    if (next == Long.MAX_VALUE) {
      return timers.size() == 0 ? -1 : LONGEST_POLL_NANOS;
    }
    return Math.clamp(Durations.subtract(next, time()), 0, LONGEST_POLL_NANOS);
  }

  private void takeInbox() {
    for (Handle handle = inbox.takeAll(); handle != null; ) {
      Handle following = handle.next;
      handle.next = null;
      ready.add(handle);
      handle = following;
    }
  }

  private void takeDueTimers() {
    if (timers.size() == 0) {
      return;
    }
    long now = time();
    for (TimerHandle due = timers.pollDue(now); due != null; due = timers.pollDue(now)) {
      ready.add(due);
    }
  }

  private void runFirst() {
    Object entry = ready.first();
    long completion = ready.firstCompletion();
    long data = ready.firstData();
    ready.removeFirst();
    if (entry instanceof Handle handle) {
      runHandle(handle);
    } else if (debug) {
      slow.time(this, entry, () -> runReady((Ready) entry, completion, data));
    } else {
      runReady((Ready) entry, completion, data);
    }
  }

  final void runHandle(Handle handle) {
    if (debug) {
      slow.time(this, handle, () -> handle.run(threadState));
    } else {
      handle.run(threadState);
    }
  }

  private void runReady(Ready entry, long completion, long data) {
    try {
      entry.run(completion, data);
    } catch (Throwable thrown) {
      errors.reportOrRethrow("Exception in callback " + CallbackText.of(entry), thrown);
    }
  }

  private void flush() {
    for (int left = flushList.size(); left > 0; left--) {
      Flushable flushable = flushList.takeFirst();
      try {
        flushable.flush();
      } catch (Throwable thrown) {
        errors.reportOrRethrow("Exception in flush of " + CallbackText.of(flushable), thrown);
      }
    }
  }

  /** What was written in the last turn of a run leaves before the run ends, as in asyncio. */
  private void submitWhatIsLeft() {
    flush();
    if (engine.batchesSends()) {
      engine.poll(0);
    }
  }

  /** The state of the calling thread. */
  final ThreadState callerState() {
    return Thread.currentThread() == activeThread ? activeState : ThreadState.current();
  }

  /**
   * To be called before anything is begun.
   *
   * @throws IllegalStateException the loop is closed
   */
  public final void requireOpen() {
    checkOpen();
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("Event loop is closed");
    }
  }

  private void checkCanSchedule() {
    checkOpen();
    checkThread();
  }

  private void checkCanRun() {
    checkOpen();
    if (isRunning()) {
      throw new IllegalStateException("This event loop is already running");
    }
    if (RunningLoop.current() != null) {
      throw new IllegalStateException("Cannot run the event loop while another loop is running");
    }
  }

  /** In debug mode, refuses a thread that is not the one that runs this loop. */
  final void checkThread() {
    if (debug && isRunning() && RunningLoop.current() != this) {
      throw new IllegalStateException(
          "Non-thread-safe operation invoked on an event loop other than the current one");
    }
  }

  @Override
  public String toString() {
    return "<"
        + getClass().getSimpleName()
        + " running="
        + isRunning()
        + " closed="
        + closed
        + " debug="
        + debug
        + ">";
  }

  /** Stops the loop when the future of {@link #runUntilComplete} is done. */
  private final class UntilDone<T> implements java.util.function.Consumer<Future<T>> {
    private boolean over;

    @Override
    public void accept(Future<T> future) {
      boolean leavesByItself =
          !future.cancelled() && future.failure() != null && LoopExit.isFatal(future.failure());
      if (!over && !leavesByItself) {
        stop();
      }
    }
  }
}
