// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import dev.ouro.poll.Ready;

/**
 * The virtual thread of a task, and how the loop lets it run.
 *
 * <p>One of two threads has the loop's <em>control</em>: the loop's own, or the task's. The loop
 * gives it away in {@link #resume} and waits; the task gives it back when it awaits ({@link
 * #suspend}), when it blocks in code of the JDK, and when it ends. So callbacks and tasks never run
 * at the same time, and each sees what the one before it did. How control moves is the business of
 * the two kinds: {@link MountedThread} and {@link HandOverThread}.
 *
 * <p>In the ready queue this is the task's next step.
 */
@SuppressWarnings("ReferenceEquality") // of threads
abstract class TaskThread extends ThreadState
    implements Ready, Runnable, Thread.UncaughtExceptionHandler {
  /** What an entry of the ready queue means: the task's next step. */
  static final long STEP = 0;

  /** What an entry of the ready queue means: code of the JDK that blocked the thread goes on. */
  static final long UNBLOCKED = 1;

  final EngineLoop engineLoop;
  Thread thread;

  /** Set by the loop when the task may go on from {@link #suspend}, which clears it. */
  boolean resumed;

  private final Task<?> task;
  private Runnable request;
  private boolean over;

  /**
   * The thread of {@code task}.
   *
   * @param given the context that was given to the task; null: it gets one of its own, this, a copy
   *     of the caller's
   */
  TaskThread(EngineLoop loop, Task<?> task, Context given) {
    super(loop, given != null ? null : loop.callerState().context.values);
    this.engineLoop = loop;
    this.task = task;
    if (given != null) {
      context = given.cell;
    }
  }

  // On the loop's thread

  /** Makes the thread, which will call {@link #run()}, without letting it run. */
  abstract void create(String name);

  /**
   * Gives control to the thread, and waits until it gives it back.
   *
   * @param wakes whether it waits in {@link #suspend}; else it can go on already
   */
  abstract void transfer(boolean wakes);

  /** The thread, if whoever is that thread has control for certain; else null. */
  abstract Thread recognized();

  /** The loop is closed: lets the thread, which could go on, do so without it. */
  abstract void abandon();

  @Override
  public final void run(long completion, long data) {
    if (over) {
      return; // before a late wake-up
    }
    if (completion == STEP) {
      task.step();
    } else {
      proceed(false);
      task.rethrowFatal();
    }
  }

  /** Whether the entry of the ready queue with {@code completion} is the end of an await. */
  final boolean isWoken(long completion) {
    return completion == STEP && task.awaitsFuture();
  }

  /** Whether {@link #begin} was called. */
  final boolean hasBegun() {
    return thread != null;
  }

  /** Makes the thread and lets it run until it gives control back. */
  final void begin(String name) {
    create(name);
    proceed(false);
  }

  /** Lets the thread go on from {@link #suspend} until it gives control back. */
  final void resume() {
    resumed = true;
    proceed(true);
  }

  private void proceed(boolean wakes) {
    ContextCell cell = task.cell();
    Thread previousThread = engineLoop.activeThread();
    ThreadState previousState = engineLoop.activeState();
    cell.occupy();
    engineLoop.activate(recognized(), this);
    try {
      transfer(wakes);
      while (request != null) {
        Runnable asked = request;
        request = null;
        engineLoop.activate(previousThread, previousState);
        try {
          asked.run();
        } finally {
          engineLoop.activate(recognized(), this);
          resumed = true;
          transfer(true);
        }
      }
    } finally {
      engineLoop.activate(previousThread, previousState);
      cell.vacate();
    }
  }

  /** Whether the thread gave control back in code of the JDK, and not in {@link #suspend}. */
  abstract boolean isBlockedElsewhere();

  // On the task's thread

  /**
   * Gives control back until {@link #resume}.
   *
   * @param blocker what it waits for, for diagnostics
   * @throws IllegalStateException the thread cannot be suspended here
   */
  abstract void suspend(Object blocker);

  /** Waits for control, if the thread has lost it unasked. */
  void rejoin() {}

  /**
   * Has {@code action} run on the loop's own thread; goes on after that, before anything else. What
   * it throws is thrown here.
   */
  final void callOnLoopThread(Runnable action) {
    Throwable[] thrown = new Throwable[1];
    request =
        () -> {
          try {
            action.run();
          } catch (Throwable failure) {
            thrown[0] = failure;
          }
        };
    try {
      suspend(action);
    } finally {
      request = null;
    }
    if (thrown[0] != null) {
      throw Sneaky.<RuntimeException>propagate(thrown[0]);
    }
  }

  /** What the thread runs. Few frames stand between here and where the task waits: each costs. */
  @Override
  public void run() {
    task.main();
    over = true;
  }

  /** Somebody has interrupted the thread: to a task that is its cancellation. */
  final void interrupted() {
    try {
      engineLoop.callSoonThreadsafe(task::cancel);
    } catch (IllegalStateException closed) {
      // nobody goes on
    }
  }

  @Override
  final Task<?> task() {
    return task;
  }

  @Override
  final ThreadState withControl() {
    rejoin();
    return this;
  }

  /** An error of this package: {@link Task#main} lets nothing escape. */
  @Override
  public final void uncaughtException(Thread ending, Throwable thrown) {
    engineLoop.callExceptionHandler(
        ExceptionContext.of("Exception in the thread of a task", thrown).with("task", task));
  }

  @Override
  public final String toString() {
    return task.toString();
  }
}
