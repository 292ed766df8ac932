// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;

/**
 * A task's thread that the loop's own thread carries: the loop is its scheduler, as the default
 * scheduler of the JDK is for other virtual threads. To give control away is to run its
 * continuation, which returns when the thread parks, blocks or ends.
 *
 * <p>The JDK calls {@link #execute} when the thread becomes runnable; from any thread, when code of
 * the JDK blocked it. A virtual thread that the task starts inherits this scheduler: it is passed
 * on to the default one. So are the JDK's pollers, which would else be born here and die with the
 * loop.
 *
 * <p>A thread with a native frame or a class initializer on its stack is pinned: to park it would
 * block the loop's thread, for ever. It is told apart without asking before every park: the loop's
 * thread has a park permit ({@link LoopControl#armAgainstPinning}), so that parking on it returns
 * at once. A park that returned although the continuation did not yield had a stale permit of its
 * own, or is pinned; {@link Thread#yield} tells, which in a pinned thread does nothing.
 */
@SuppressWarnings("ReferenceEquality") // of continuations and threads
final class MountedThread extends TaskThread implements Executor {
  private Runnable continuation;

  /** How often the loop ran the continuation. */
  private int mounts;

  /** Who wakes the thread now, to run it at once, or null: the loop's thread. */
  private Thread waker;

  MountedThread(EngineLoop loop, Task<?> task, Context given) {
    super(loop, task, given);
  }

  @Override
  void create(String name) {
    thread = TaskThreads.newVirtualThread(this, name, this);
    thread.setUncaughtExceptionHandler(this);
    waker = Thread.currentThread();
    thread.start();
    waker = null;
  }

  @Override
  void transfer(boolean wakes) {
    if (wakes) {
      waker = Thread.currentThread();
      LockSupport.unpark(thread);
      waker = null;
    }
    mounts++;
    continuation.run();
  }

  @Override
  Thread recognized() {
    return thread;
  }

  @Override
  boolean isBlockedElsewhere() {
    return thread != null && thread != engineLoop.activeThread();
  }

  @Override
  void suspend(Object blocker) {
    int before = mounts;
    while (!resumed) {
      LockSupport.park(blocker);
      if (resumed) {
        break;
      }
      if (Thread.interrupted()) {
        interrupted();
      } else if (mounts == before) {
        requireUnpinned();
      }
      before = mounts;
    }
    resumed = false;
  }

  @SuppressWarnings("ThreadPriorityCheck") // it yields to learn whether it can
  private void requireUnpinned() {
    int before = mounts;
    Thread.yield();
    if (mounts == before && !resumed) {
      engineLoop.armAgainstPinning();
      throw new IllegalStateException(
          "a task cannot be suspended under a native frame or in a class initializer");
    }
  }

  /** The thread, or one that it started, can run. */
  @Override
  public void execute(Runnable runnable) {
    if (continuation == null) {
      continuation = runnable;
    }
    if (runnable != continuation) {
      TaskThreads.defaultScheduler().execute(runnable);
    } else if (Thread.currentThread() != waker) {
      engineLoop.addUnblocked(this);
    }
  }

  @Override
  void abandon() {
    TaskThreads.defaultScheduler().execute(continuation);
  }
}
