// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.ChildWait;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Signal;
import java.util.HashSet;
import java.util.Set;

/**
 * Children that outlived their loop. Nobody hears of their end any more; so that none stays a
 * zombie, they are waited for when the next child is made or outlives its loop, as in Python.
 *
 * <p>Until a child was waited for its number is no other process's.
 */
final class AbandonedChildren {
  private static final Set<Integer> PIDS = new HashSet<>();

  private AbandonedChildren() {}

  /** Looks after {@code pid} from now on. */
  static synchronized void add(int pid) {
    reap();
    PIDS.add(pid);
  }

  /** Takes the ends of those that have ended. */
  static synchronized void reap() {
    if (!PIDS.isEmpty()) {
      PIDS.removeIf(AbandonedChildren::hasEnded);
    }
  }

  /**
   * Sends {@code signal} to {@code pid}, if it runs.
   *
   * @throws LinuxException EPERM: it may not be signalled
   */
  static synchronized void send(int pid, Signal signal) throws LinuxException {
    reap();
    if (PIDS.contains(pid)) {
      signal.send(pid);
    }
  }

  private static boolean hasEnded(int pid) {
    try {
      return ChildWait.reap(pid) != null;
    } catch (LinuxException reapedElsewhere) {
      return true;
    }
  }
}
