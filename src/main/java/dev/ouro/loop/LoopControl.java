// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;

/**
 * Which thread has control of a loop, the loop's own or a task's, in which context; and what the
 * loop refuses, by its state and the calling thread.
 */
@SuppressWarnings("ReferenceEquality") // of loops
abstract class LoopControl implements CallbackLoop {
  /** The thread that runs the loop, or null. */
  volatile Thread thread;

  volatile boolean closed;
  volatile boolean debug = SlowCallbacks.debugByDefault();

  /** Who has control: the loop's thread while it runs, or a task's; null for a hand-over's. */
  private Thread activeThread;

  private ThreadState activeState;
  private final TaskList tasks = new TaskList();

  /** Whether the loop's thread carries tasks; null until the first one. */
  private Boolean mountsTasks;

  @Override
  public boolean isRunning() {
    return thread != null;
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public boolean getDebug() {
    return debug;
  }

  /** The state of the calling thread. */
  final ThreadState callerState() {
    return Thread.currentThread() == activeThread ? activeState : ThreadState.current();
  }

  /** Whether this loop's tasks are {@link MountedThread}s. */
  final boolean mountsTasks() {
    if (mountsTasks == null) {
      // A virtual thread cannot carry others.
      // Before a run: who makes the task mostly runs it, too.
      Thread runner = thread == null ? Thread.currentThread() : thread;
      mountsTasks = TaskThreads.mounted() && !runner.isVirtual();
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

  final TaskList tasks() {
    return tasks;
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
   * {@link RunningLoop#regainControl()}, cheaper on this loop's own thread and in tasks that it
   * carries. What users call of a transport, a server or the loop begins with it, if it touches
   * anything that changes.
   */
  public final void regainControl() {
    if (Thread.currentThread() != activeThread) {
      RunningLoop.regainControl();
    }
  }

  /**
   * To be called before anything is begun.
   *
   * @throws IllegalStateException the loop is closed
   */
  public final void requireOpen() {
    if (closed) {
      throw new IllegalStateException("Event loop is closed");
    }
  }

  final void checkCanSchedule() {
    regainControl();
    requireOpen();
    checkThread();
  }

  final void checkCanRun() {
    requireOpen();
    if (isRunning()) {
      throw new IllegalStateException("This event loop is already running");
    }
    if (RunningLoop.current() != null) {
      throw new IllegalStateException("Cannot run the event loop while another loop is running");
    }
    if (Boolean.TRUE.equals(mountsTasks) && Thread.currentThread().isVirtual()) {
      throw new IllegalStateException(
          "Cannot run the event loop on a virtual thread: its tasks were made on another thread, to"
              + " be carried by a platform thread");
    }
  }

  /** In debug mode, refuses a thread that is not the one that runs this loop. */
  final void checkThread() {
    if (debug && isRunning() && RunningLoop.current() != this) {
      throw wrongThread();
    }
  }

  /**
   * To be called before memory is written that the loop's thread reads, such as what a transport
   * has to send. A comparison on the loop's own thread.
   *
   * @throws IllegalStateException the loop runs on another thread
   */
  public final void requireThread() {
    if (callerState().loop != this && isRunning()) {
      throw wrongThread();
    }
  }

  private static IllegalStateException wrongThread() {
    return new IllegalStateException(
        "Non-thread-safe operation invoked on an event loop other than the current one");
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
}
