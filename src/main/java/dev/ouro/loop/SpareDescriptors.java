// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import dev.ouro.linux.EventFd;
import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.ResourceLimit;

/**
 * Descriptors that a loop with servers holds so that these accept no connection with the process's
 * last ones. When no other is free, the servers pause and the spares are given to the program: the
 * first use of a logger opens every jar and stays silent for good if it cannot, a class that lies
 * in a folder has to be opened, and one that could not be is never looked for again.
 *
 * <p>On the loop's thread. Nothing here needs a class that may not be loaded yet, while none is
 * free.
 */
public final class SpareDescriptors {
  private static final int COUNT = 8;

  private final EngineLoop loop;
  private final Fd[] held = new Fd[COUNT];
  private int count;
  private long limit;
  private boolean closed;

  SpareDescriptors(EngineLoop loop) {
    this.loop = loop;
  }

  /**
   * Holds what is missing.
   *
   * @return whether servers may accept: all are held, and another one is free
   */
  public boolean take() {
    holdMissing();
    return count == COUNT && isOneFree();
  }

  private void holdMissing() {
    if (count < COUNT) {
      limit = limit();
      hold();
    }
  }

  /**
   * Whether {@link #take} is to be asked, now that {@code number} was accepted. The kernel hands
   * out the lowest free number, so the last one is hardly ever in the lower half.
   */
  public boolean mayBeNeeded(int number) {
    holdMissing();
    return count < COUNT || number >= limit / 2;
  }

  /**
   * Frees them for the program, until {@link #take}.
   *
   * @param pause stops the loop's acceptors
   */
  public void give(Runnable pause) {
    release();
    load(LoopExit.class, CallbackText.class, TaskThread.class);
    pause.run();
    hold(); // or an accept that the kernel has not ended yet would get one
    loop.submit();
    release();
  }

  /**
   * To name a class is to load it: these are what the loop itself may need next, and the program
   * may have used the spares up by then.
   */
  private static void load(Class<?>... unused) {}

  /** Runs {@code report}, which tells of an error and so may need some of them. */
  void lendTo(Runnable report) {
    if (count == 0) {
      report.run();
      return;
    }
    release();
    try {
      report.run();
    } finally {
      hold();
    }
  }

  /** The loop is closed. */
  void close() {
    closed = true;
    release();
  }

  private static long limit() {
    try {
      return ResourceLimit.of(ResourceLimit.RLIMIT_NOFILE).soft();
    } catch (LinuxException e) {
      return 0; // then each number may be the last one
    }
  }

  private void hold() {
    while (count < COUNT && !closed) {
      // Of no socket: a listener's duplicate would keep its port.
      int number = count == 0 ? EventFd.open() : Fd.tryDuplicate(held[0].number(), 0);
      if (number < 0) {
        return; // those few then
      }
      held[count] = new Fd(number);
      loop.ownDescriptor(held[count++]);
    }
  }

  private void release() {
    while (count > 0) {
      held[--count].close();
      held[count] = null;
    }
  }

  private boolean isOneFree() {
    int number = Fd.tryDuplicate(held[0].number(), 0);
    if (number < 0) {
      return false;
    }
    new Fd(number).close();
    return true;
  }
}
