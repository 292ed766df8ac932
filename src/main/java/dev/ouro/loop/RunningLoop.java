// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

/** Which loop runs on the calling thread: what {@code asyncio.get_running_loop()} asks. */
public final class RunningLoop {
  private RunningLoop() {}

  /** The loop that runs on the calling thread, or null outside of callbacks. */
  public static CallbackLoop current() {
    return ThreadState.current().loop;
  }

  /**
   * The loop that runs on the calling thread.
   *
   * @throws IllegalStateException none does
   */
  public static CallbackLoop require() {
    CallbackLoop loop = current();
    if (loop == null) {
      throw new IllegalStateException("no running event loop");
    }
    return loop;
  }

  /**
   * For authors of what tasks share: to be called before that is touched. A task that code of the
   * JDK has blocked runs beside its loop from then on, where the JDK does not let the loop schedule
   * the task's thread; this waits until it has control again. Elsewhere it does nothing. Allocates
   * nothing.
   */
  public static void regainControl() {
    if (Thread.currentThread().isVirtual()) {
      ThreadState.current();
    }
  }

  /**
   * For authors of loops: marks {@code loop}, or none for null, as the one that runs on the calling
   * thread. Whoever sets it restores it.
   */
  public static void set(CallbackLoop loop) {
    ThreadState.current().loop = loop;
  }
}
