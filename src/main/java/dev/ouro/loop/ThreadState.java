// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

/**
 * What a thread is in: the loop that it runs, or whose task it is, and its current context. Only
 * its thread uses it.
 *
 * <p>It is also the cell of the context in which the thread begins.
 *
 * <p>A platform thread has it as a thread-local. A task's thread has a {@link TaskThread} as its
 * exception handler, which saves the 136 bytes of a map of thread-locals for each task.
 */
class ThreadState extends ContextCell {
  private static final ThreadLocal<ThreadState> CURRENT = new ThreadLocal<>();

  /** The loop that runs on this thread, or null. */
  CallbackLoop loop;

  ContextCell context;

  ThreadState(CallbackLoop loop, ContextMap values) {
    super(values);
    this.loop = loop;
    this.context = this;
  }

  static ThreadState current() {
    Thread thread = Thread.currentThread();
    if (thread.isVirtual() && thread.getUncaughtExceptionHandler() instanceof ThreadState own) {
      return own.withControl();
    }
    ThreadState state = CURRENT.get();
    if (state == null) {
      state = new ThreadState(null, ContextMap.EMPTY);
      CURRENT.set(state);
    }
    return state;
  }

  /** The task that this thread is, or null. */
  Task<?> task() {
    return null;
  }

  /** This, once its thread may touch what belongs to the loop. */
  ThreadState withControl() {
    return this;
  }
}
