// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Mapping;
import dev.ouro.linux.NativeMemory;
import dev.ouro.linux.Syscall;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** Makes a system call fail, by a seccomp filter, for a thread that ends with the test. */
public final class Seccomp {
  private static final boolean X86_64 = System.getProperty("os.arch").equals("amd64");
  private static final int PRCTL = X86_64 ? 157 : 167;
  private static final int PR_SET_NO_NEW_PRIVS = 38;
  private static final int PR_SET_SECCOMP = 22;
  private static final int SECCOMP_MODE_FILTER = 2;
  private static final int RET_ERRNO = 0x00050000;
  private static final int RET_ALLOW = 0x7fff0000;
  private static final int LOAD_WORD = 0x20;
  private static final int JUMP_IF_EQUAL = 0x15;
  private static final int JUMP_IF_GREATER = 0x25;
  private static final int RETURN = 0x06;
  private static final int ARGUMENTS = 16;

  private Seccomp() {}

  /** When a call fails: its argument {@code index} has the value, or is greater. */
  public record Condition(int index, boolean greater, int value) {
    public static final Condition ALWAYS = new Condition(-1, false, 0);

    public static Condition equal(int index, int value) {
      return new Condition(index, false, value);
    }

    public static Condition greater(int index, int value) {
      return new Condition(index, true, value);
    }
  }

  /** Runs {@code body} on a thread where call {@code nr} answers {@code errno}. */
  public static <T> T where(int nr, int errno, Condition condition, Callable<T> body)
      throws Exception {
    FutureTask<T> task =
        new FutureTask<>(() -> {
          install(nr, errno, condition);
          return body.call();
        });
    Thread thread = new Thread(task, "filtered");
    thread.start();
    try {
      return task.get();
    } catch (java.util.concurrent.ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw (Error) e.getCause();
    } finally {
      thread.join();
    }
  }

  private static void install(int nr, int errno, Condition condition) throws LinuxException {
    try (Mapping memory = Mapping.anonymous(4096)) {
      long program = memory.address();
      long filter = program + 64;
      boolean always = condition.index() < 0;
      int length = always ? 4 : 6;
      // Jumps name how many instructions to leave out.
      instruction(filter, 0, LOAD_WORD, 0, 0, 0);
      instruction(filter, 1, JUMP_IF_EQUAL, 0, length - 3, nr);
      if (!always) {
        instruction(filter, 2, LOAD_WORD, 0, 0, ARGUMENTS + 8 * condition.index());
        int jump = condition.greater() ? JUMP_IF_GREATER : JUMP_IF_EQUAL;
        instruction(filter, 3, jump, 0, 1, condition.value());
      }
      instruction(filter, length - 2, RETURN, 0, 0, RET_ERRNO | errno);
      instruction(filter, length - 1, RETURN, 0, 0, RET_ALLOW);
      NativeMemory.putShort(program, (short) length);
      NativeMemory.putLong(program + 8, filter);
      LinuxException.check("prctl", Syscall.call(PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0));
      LinuxException.check(
          "prctl", Syscall.call(PRCTL, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program));
    }
  }

  private static void instruction(
      long filter, int at, int code, int whenTrue, int whenFalse, int k) {
    long instruction = filter + 8L * at;
    NativeMemory.putShort(instruction, (short) code);
    NativeMemory.putByte(instruction + 2, (byte) whenTrue);
    NativeMemory.putByte(instruction + 3, (byte) whenFalse);
    NativeMemory.putInt(instruction + 4, k);
  }
}
