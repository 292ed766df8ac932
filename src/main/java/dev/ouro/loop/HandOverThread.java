// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * A task's thread where the JDK does not let the loop be a scheduler: an ordinary virtual thread,
 * with which the loop's thread takes turns.
 *
 * <p>{@link #turn} says who has control. The loop's thread makes it TASK and waits for it to
 * change; the task's makes it LOOP and waits likewise. When code of the JDK blocks the task's
 * thread, nobody tells: the waiting loop looks at the thread's state now and then, and makes it
 * ASTRAY. From then on the loop goes on, and the thread, once it is unblocked, runs beside it: only
 * until it calls something of the loop's ({@link #rejoin}) or ends, but up to there the code of the
 * task is not alone, as it is with {@link MountedThread}.
 *
 * <p>A thread that was seen blocked may be awake before it is ASTRAY, and have asked already
 * whether it has control. So there is PROBED in between: a thread that asks now makes it TASK
 * again, and one that asked before is seen to run, or is blocked again, when the loop looks once
 * more.
 */
final class HandOverThread extends TaskThread {
  private static final int LOOP = 0;
  private static final int TASK = 1;
  private static final int PROBED = 2;
  private static final int ASTRAY = 3;

  private static final int SPINS = 200;

  /** So often in a row the thread must have been seen blocked. */
  private static final int LOOKS = 3;

  private static final long SHORTEST_LOOK_NANOS = 50_000;
  private static final long LONGEST_LOOK_NANOS = 1_000_000;

  private static final VarHandle TURN;

  static {
    try {
      TURN = MethodHandles.lookup().findVarHandle(HandOverThread.class, "turn", int.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private volatile int turn = LOOP;
  private Thread loopThread;
  private boolean begun;

  HandOverThread(EngineLoop loop, Task<?> task, Context given) {
    super(loop, task, given);
  }

  // On the loop's thread

  @Override
  void create(String name) {
    thread = Thread.ofVirtual().name(name).unstarted(this);
    thread.setUncaughtExceptionHandler(this);
  }

  @Override
  void transfer(boolean wakes) {
    loopThread = Thread.currentThread();
    turn = TASK;
    if (begun) {
      LockSupport.unpark(thread);
    } else {
      begun = true;
      thread.start();
    }
    for (int spins = 0; spins < SPINS && turn == TASK; spins++) {
      Thread.onSpinWait();
    }
    long lookNanos = SHORTEST_LOOK_NANOS;
    int blockedLooks = 0;
    while (turn == TASK) {
      LockSupport.parkNanos(this, lookNanos);
      blockedLooks = isBlocked() ? blockedLooks + 1 : 0;
      if (blockedLooks >= LOOKS && takesControl()) {
        return;
      }
      lookNanos = Math.min(2 * lookNanos, LONGEST_LOOK_NANOS);
    }
  }

  /** Whether the loop may go on without the thread, which was seen blocked. */
  private boolean takesControl() {
    if (!TURN.compareAndSet(this, TASK, PROBED)) {
      return false;
    }
    if (isBlocked() && !isLoadingClasses() && TURN.compareAndSet(this, PROBED, ASTRAY)) {
      return true;
    }
    TURN.compareAndSet(this, PROBED, TASK);
    return false;
  }

  private boolean isBlocked() {
    return switch (thread.getState()) {
      case WAITING, TIMED_WAITING, BLOCKED -> true;
      default -> false;
    };
  }

  /** That may block for a moment, where the task's code does not expect to be left. */
  private boolean isLoadingClasses() {
    for (StackTraceElement frame : thread.getStackTrace()) {
      if (frame.getMethodName().equals("loadClass") || frame.getMethodName().equals("<clinit>")) {
        return true;
      }
    }
    return false;
  }

  @Override
  boolean isBlockedElsewhere() {
    return turn == ASTRAY;
  }

  /** It can lose control at any time: it must ask {@link #turn}. */
  @Override
  Thread recognized() {
    return null;
  }

  @Override
  void abandon() {
    LockSupport.unpark(thread);
  }

  // On the task's thread

  @Override
  public void run() {
    try {
      super.run();
    } finally {
      giveBack();
    }
  }

  private void giveBack() {
    Thread waiting = loopThread;
    while (!TURN.compareAndSet(this, TASK, LOOP)) {
      if (engineLoop.isClosed()) {
        return;
      }
      rejoin();
    }
    LockSupport.unpark(waiting);
  }

  @Override
  void suspend(Object blocker) {
    giveBack();
    while (turn != TASK) {
      LockSupport.park(blocker);
      if (turn != TASK && Thread.interrupted()) {
        interrupted();
      }
    }
    resumed = false;
  }

  @Override
  void rejoin() {
    int seen = turn;
    if (seen == TASK || seen == LOOP || Thread.currentThread() != thread) {
      return;
    }
    if (TURN.compareAndSet(this, PROBED, TASK) || turn != ASTRAY) {
      return;
    }
    boolean wasInterrupted = false;
    if (!engineLoop.isClosed()) {
      engineLoop.addUnblocked(this);
    }
    while (turn == ASTRAY && !engineLoop.isClosed()) {
      LockSupport.park(engineLoop);
      wasInterrupted |= Thread.interrupted();
    }
    if (wasInterrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
