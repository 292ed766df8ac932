// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import dev.ouro.linux.LinuxException;
import dev.ouro.poll.Engine;
import dev.ouro.poll.EngineFactory;
import dev.ouro.poll.Ready;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;

/**
 * What is scheduled on a loop, and the turns that run it, in the order of {@link #runOnce}, which
 * is the only place where callbacks run.
 */
@SuppressWarnings("ReferenceEquality") // of loops
abstract class TurnLoop extends LoopControl {
  private static final long LONGEST_POLL_NANOS = Duration.ofHours(24).toNanos();

  final Engine engine;
  final ErrorReports errors = new ErrorReports(this);
  final SlowCallbacks slow = new SlowCallbacks();
  private final ReadyQueue ready = new ReadyQueue();
  private final Inbox inbox = new Inbox();
  private final TimerHeap timers = new TimerHeap();
  private final FlushList flushList = new FlushList();
  private final LongSupplier clock;
  private final Waiter waiter;
  private ThreadState threadState;
  private boolean stopping;
  private boolean preparedToWait;
  private boolean pollFound;
  private long turn;

  TurnLoop(EngineFactory engines, WaitStrategy strategy, LongSupplier clock) throws LinuxException {
    Objects.requireNonNull(strategy, "strategy");
    this.clock = Objects.requireNonNull(clock, "clock");
    engine = engines.open(ready);
    waiter = new Waiter(engine, inbox, clock, strategy, Runtime.getRuntime().availableProcessors());
  }

  // Running

  @Override
  public void runForever() {
    attach();
    ThreadState state = ThreadState.current();
    state.loop = this;
    threadState = state;
    activate(Thread.currentThread(), state);
    thread = Thread.currentThread();
    if (!tasks().isEmpty()) {
      armAgainstPinning();
    }
    pollFound = false;
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

  /**
   * Makes the calling thread the one that runs this loop: to be called before anything is begun
   * that only a run can end.
   *
   * @throws IllegalStateException the loop cannot run here, or not now
   */
  public final void attach() {
    checkCanRun();
    engine.attach();
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
  public <T> T runUntilComplete(Callable<T> coro) {
    attach(); // before there is a task that nobody waits for
    return runUntilComplete(createTask(coro));
  }

  @Override
  public void stop() {
    regainControl();
    stopping = true;
  }

  // Scheduling

  @Override
  public Handle callSoon(Runnable callback, Context context) {
    checkCanSchedule();
    ThreadState caller = callerState();
    Handle handle = new Handle(callback, this, context, caller);
    if (runsElsewhere(caller)) {
      addFromElsewhere(handle);
    } else {
      takeInbox();
      ready.add(handle);
    }
    return handle;
  }

  /**
   * Whether the loop runs, and not on the caller's thread: then its queues are not the caller's.
   */
  final boolean runsElsewhere(ThreadState caller) {
    return caller.loop != this && isRunning();
  }

  private void addFromElsewhere(Handle handle) {
    inbox.add(handle);
    waiter.wake();
  }

  private void addFromElsewhere(Runnable ownWork) {
    addFromElsewhere(new Handle(ownWork, this, new Context(), null));
  }

  @Override
  public Handle callSoonThreadsafe(Runnable callback, Context context) {
    requireOpen();
    Handle handle = new Handle(callback, this, context, callerState());
    addFromElsewhere(handle);
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
    ThreadState caller = callerState();
    TimerHandle timer = new TimerHandle(whenNanos, callback, this, context, caller);
    if (runsElsewhere(caller)) {
      addFromElsewhere(() -> {
        if (!timer.cancelled()) {
          timers.add(timer);
        }
      });
    } else {
      timers.add(timer);
    }
    return timer;
  }

  @Override
  public final long time() {
    return clock.getAsLong();
  }

  /** {@link #callSoon(Runnable)} of something that exists already. Allocates nothing. */
  public final void callSoonReady(Ready entry) {
    checkCanSchedule();
    if (runsElsewhere(callerState())) {
      addFromElsewhere(() -> entry.run(0, 0));
      return;
    }
    takeInbox();
    ready.add(entry, 0, 0);
  }

  /** Code of the JDK lets {@code blocked} go on. From any thread. */
  final void addUnblocked(TaskThread blocked) {
    if (closed) {
      blocked.abandon();
    } else if (Thread.currentThread() == activeThread() || Thread.currentThread() == thread) {
      takeInbox();
      ready.add(blocked, TaskThread.UNBLOCKED, 0);
    } else {
      addFromElsewhere(() -> blocked.run(TaskThread.UNBLOCKED, 0));
    }
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

  /** Forgets everything that is scheduled. */
  final void forgetScheduled() {
    ready.clear();
    timers.clear();
    inbox.takeAll();
    flushList.clear();
  }

  /** Nobody schedules any more. */
  final void closeEngine() {
    waiter.close();
    engine.close();
  }

  /** The loop will wait, for the first time or the first since {@link #prepareBeforeWait}. */
  abstract void prepareToWait();

  /** Has {@link #prepareToWait} called once more. */
  final void prepareBeforeWait() {
    preparedToWait = false;
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
    if (timeoutNanos != 0 && !preparedToWait) {
      preparedToWait = true;
      prepareToWait();
    }
    // 4. Submit, wait, and take what was completed; tasks that this wakes go on before the next.
    pollFound = !(pollFound && onlyWokenTasks()) && waiter.poll(timeoutNanos);
    // 5. Take what other threads scheduled.
    takeInbox();
    // 6. Take the timers that are due.
    takeDueTimers();
    // 7. Run what is queued now; what it schedules waits for the next turn.
    for (int left = ready.size(); left > 0; left--) {
      runFirst();
    }
  }

  private boolean onlyWokenTasks() {
    return inbox.isEmpty() && ready.holdsOnlyWokenTasks();
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
      reportOrRethrow("Exception in callback ", entry, thrown);
    }
  }

  private void reportOrRethrow(String message, Object callback, Throwable thrown) {
    withSpares(() -> errors.reportOrRethrow(message + CallbackText.of(callback), thrown));
  }

  /** Runs {@code report}, which tells of an error, with descriptors that were kept for it. */
  abstract void withSpares(Runnable report);

  private void flush() {
    for (int left = flushList.size(); left > 0; left--) {
      Flushable flushable = flushList.takeFirst();
      try {
        flushable.flush();
      } catch (Throwable thrown) {
        reportOrRethrow("Exception in flush of ", flushable, thrown);
      }
    }
  }

  /** What was written in the last turn of a run leaves before the run ends, as in asyncio. */
  private void submitWhatIsLeft() {
    flush();
    submit();
  }

  /** Has begin, or end, what an engine that batches would begin, or end, with the next poll. */
  public final void submit() {
    if (engine.batchesSends()) {
      engine.poll(0);
    }
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
