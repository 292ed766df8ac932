// SPDX-License-Identifier: Apache-2.0
package dev.ouro;

import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Handle;
import dev.ouro.loop.Task;

/** SIGINT while a runner runs: the first one cancels the main task, the second leaves the run. */
final class Interruption implements Runnable {
  private final Task<?> task;
  private Handle handle;
  private int count;

  private Interruption(Task<?> task) {
    this.task = task;
  }

  /** Begins, on the program's main thread, where nobody else has SIGINT; else does nothing. */
  static Interruption begin(EventLoop loop, Task<?> task) {
    Interruption interruption = new Interruption(task);
    if (isMainThread() && loop instanceof EngineLoop own) {
      interruption.handle = own.addInterruptHandler(interruption);
    }
    return interruption;
  }

  /** By its names: the JDK does not tell. */
  private static boolean isMainThread() {
    Thread thread = Thread.currentThread();
    ThreadGroup group = thread.getThreadGroup();
    return thread.getName().equals("main") && group != null && group.getName().equals("main");
  }

  @Override
  public void run() {
    if (++count == 1 && !task.done()) {
      task.cancel();
    } else {
      throw new KeyboardInterrupt(null);
    }
  }

  /** Whether it was for this alone that the task was cancelled. */
  boolean hasCancelled() {
    return count > 0 && task.uncancel() == 0;
  }

  void end() {
    if (handle != null) {
      handle.cancel();
    }
  }

  @Override
  public String toString() {
    return "SIGINT of " + task;
  }
}
