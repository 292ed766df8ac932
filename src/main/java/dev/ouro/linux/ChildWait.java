// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.Arena;

/** {@code waitid(2)}: the ends of children. */
public final class ChildWait {
  /** By process number. */
  static final int P_PID = 1;

  private static final int WEXITED = 4;
  private static final int WNOHANG = 1;
  private static final int CODE = 8;
  private static final int PID = 16;
  private static final int STATUS = 24;

  private ChildWait() {}

  /**
   * Waits for the end of child {@code pid} and takes it.
   *
   * @throws LinuxException ECHILD: not a child of this process, or somebody else waited for it
   */
  public static ExitStatus await(int pid) throws LinuxException {
    return waitid(P_PID, pid, WEXITED);
  }

  /**
   * Takes the end of child {@code pid}, if it has ended.
   *
   * @return null while it runs
   * @throws LinuxException ECHILD: not a child of this process, or somebody else waited for it
   */
  public static ExitStatus reap(int pid) throws LinuxException {
    return waitid(P_PID, pid, WEXITED | WNOHANG);
  }

  /** Null when the child runs and {@code options} say not to wait. */
  static ExitStatus waitid(int idType, int id, int options) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long info = arena.allocate(SignalInfo.SIZE, Long.BYTES).address();
      long result = Syscall.retrying(Nr.WAITID, idType, id, info, options, 0, 0);
      LinuxException.check("waitid", result);
      int pid = NativeMemory.getInt(info + PID);
      if (pid == 0) {
        return null;
      }
      return new ExitStatus(
          pid, NativeMemory.getInt(info + CODE), NativeMemory.getInt(info + STATUS));
    }
  }
}
