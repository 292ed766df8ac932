// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

/**
 * How a process ended, as {@code waitid(2)} tells it.
 *
 * @param pid its number
 * @param code {@code si_code}: {@link #CLD_EXITED}, {@link #CLD_KILLED} or {@link #CLD_DUMPED}
 * @param status its exit status, 0..255, or the number of the signal that ended it
 */
public record ExitStatus(int pid, int code, int status) {
  /** It exited by itself. */
  public static final int CLD_EXITED = 1;

  /** A signal ended it. */
  public static final int CLD_KILLED = 2;

  /** A signal ended it, and its memory was dumped. */
  public static final int CLD_DUMPED = 3;

  /** asyncio's form: the exit status, or minus the number of the signal. */
  public int returncode() {
    return code == CLD_EXITED ? status : -status;
  }
}
