// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What a process does when a signal arrives, {@code struct sigaction}. Immutable; belongs to the
 * whole process.
 *
 * <p>A handler is native code that any thread may run at any instruction: never an upcall into
 * Java. {@link SignalPipe} has one.
 */
public final class SigAction {
  /** The handler gets a {@code siginfo_t}. */
  public static final int SA_SIGINFO = 4;

  /** Calls that the signal interrupts are started again, where that is possible. */
  public static final int SA_RESTART = 0x10000000;

  /** The handler runs on the thread's alternative stack, if it has one. */
  public static final int SA_ONSTACK = 0x08000000;

  private static final int SIG_DFL = 0;
  private static final int SIG_IGN = 1;

  private static final int SIZE = 152;
  private static final int HANDLER = 0;
  private static final int MASK = 8;
  private static final int FLAGS = 136;

  private static final MethodHandle SIGACTION = Syscall.function("sigaction");

  private final byte[] struct;

  private SigAction(byte[] struct) {
    this.struct = struct;
  }

  /** The kernel's default: mostly, the process ends. */
  public static SigAction ofDefault() {
    return of(SIG_DFL, 0, SignalSet.EMPTY);
  }

  /** Nothing happens. */
  public static SigAction ofIgnore() {
    return of(SIG_IGN, 0, SignalSet.EMPTY);
  }

  /**
   * Native code is called.
   *
   * @param handler its address: {@code void f(int)}, or with {@link #SA_SIGINFO} {@code void f(int,
   *     siginfo_t *, void *)}
   * @param flags {@code SA_*}
   * @param blocked what the thread blocks meanwhile
   */
  public static SigAction of(long handler, int flags, SignalSet blocked) {
    byte[] struct = new byte[SIZE];
    try (Arena arena = Arena.ofConfined()) {
      long action = arena.allocate(SIZE, Long.BYTES).address();
      NativeMemory.putLong(action + HANDLER, handler);
      blocked.write(action + MASK);
      NativeMemory.putInt(action + FLAGS, flags);
      NativeMemory.copyTo(action, struct, 0, SIZE);
    }
    return new SigAction(struct);
  }

  /**
   * What is done about {@code signal} now, {@code sigaction(2)}.
   *
   * @throws LinuxException EINVAL: no such signal
   */
  public static SigAction get(Signal signal) throws LinuxException {
    return exchange(signal, null);
  }

  /**
   * Does this about {@code signal} from now on, {@code sigaction(2)}.
   *
   * @return what was done before
   * @throws LinuxException EINVAL: it cannot be caught
   */
  public SigAction install(Signal signal) throws LinuxException {
    return exchange(signal, this);
  }

  private static SigAction exchange(Signal signal, SigAction action) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long old = arena.allocate(2 * SIZE, Long.BYTES).address();
      long wanted = 0;
      if (action != null) {
        wanted = old + SIZE;
        NativeMemory.copyFrom(action.struct, 0, wanted, SIZE);
      }
      int result =
          (int) (long) SIGACTION.invokeExact((long) signal.number(), wanted, old, 0L, 0L, 0L, 0L);
      if (result != 0) {
        // Its only error with addresses that are good; to ask costs a start 5 ms.
        throw LinuxException.of("sigaction", Errno.EINVAL, signal.toString());
      }
      byte[] struct = new byte[SIZE];
      NativeMemory.copyTo(old, struct, 0, SIZE);
      return new SigAction(struct);
    } catch (LinuxException e) {
      throw e;
    } catch (Throwable t) {
      throw Syscall.unreachable(t);
    }
  }

  /** The handler's address; 0 for the default, 1 to ignore. */
  public long handler() {
    return ByteBuffer.wrap(struct).order(ByteOrder.nativeOrder()).getLong(HANDLER);
  }

  /** Whether this is the kernel's default. */
  public boolean isDefault() {
    return handler() == SIG_DFL;
  }

  /** Whether this is to do nothing. */
  public boolean isIgnore() {
    return handler() == SIG_IGN;
  }

  @Override
  public String toString() {
    return isDefault()
        ? "SIG_DFL"
        : isIgnore() ? "SIG_IGN" : "handler 0x" + Long.toHexString(handler());
  }
}
