// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Which signals threads block, {@code rt_sigprocmask(2)} and {@code /proc/PID/task/TID/status}.
 *
 * <p>A thread of the JVM blocks what the one that made it did, but for those that the JVM needs. So
 * a signal is blocked in all of them if the process was started so.
 */
public final class SignalMask {
  private static final int SIG_SETMASK = 2;
  private static final Path TASKS = Path.of("/proc/self/task");
  private static final String BLOCKED = "SigBlk:";
  private static final int HEXADECIMAL = 16;

  private SignalMask() {}

  /** What every thread of this process blocks; nothing where {@code /proc} is missing. */
  public static SignalSet blockedInAllThreads() {
    long blocked = -1;
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
      for (Path task : tasks) {
        blocked &= blockedIn(task);
      }
    } catch (IOException | DirectoryIteratorException noProc) {
      return SignalSet.EMPTY;
    }
    return new SignalSet(blocked);
  }

  private static long blockedIn(Path task) {
    try {
      for (String line : Files.readAllLines(task.resolve("status"))) {
        if (line.startsWith(BLOCKED)) {
          String digits = line.substring(BLOCKED.length()).strip();
          return Long.parseUnsignedLong(digits, HEXADECIMAL);
        }
      }
      return 0;
    } catch (IOException | UncheckedIOException ended) {
      return -1; // the thread ended meanwhile: it blocks nothing from arriving
    }
  }

  /**
   * {@code rt_sigprocmask(2)} with SIG_SETMASK, of the calling thread: what it blocked before. A
   * Java thread that blocks what the JVM needs stops the JVM.
   *
   * @throws LinuxException as the call says
   */
  public static SignalSet set(SignalSet blocked) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long sets = arena.allocate(2 * Long.BYTES, Long.BYTES).address();
      NativeMemory.putLong(sets, blocked.bits());
      long old = sets + Long.BYTES;
      long result = Syscall.call(Nr.RT_SIGPROCMASK, SIG_SETMASK, sets, old, Long.BYTES);
      LinuxException.check("rt_sigprocmask", result);
      return new SignalSet(NativeMemory.getLong(old));
    }
  }
}
