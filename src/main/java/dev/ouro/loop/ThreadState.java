// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

/** What a thread is in: the loop that it runs, and its current context. Only its thread uses it. */
final class ThreadState {
  private static final ThreadLocal<ThreadState> CURRENT = ThreadLocal.withInitial(ThreadState::new);

  /** The loop that runs on this thread, or null. */
  CallbackLoop loop;

  ContextCell context = new ContextCell(ContextMap.EMPTY);

  private ThreadState() {}

  static ThreadState current() {
    return CURRENT.get();
  }
}
