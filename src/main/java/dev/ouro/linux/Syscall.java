// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * System calls: the one door to the kernel.
 *
 * <p>Every call of Ouro, to the kernel and to libc, has the same shape: seven {@code long}s in, a
 * {@code long} out. The seventh is there because a system call has a number and up to six
 * arguments. One shape matters: each further one costs about 5 ms when the JVM starts. Those
 * functions of libc whose errno is wanted have a second one, with errno captured, which is linked
 * when the first of them is needed: {@code CapturedErrno}.
 *
 * <p>All methods may be called from any thread. None is {@code critical}: each may block.
 */
public final class Syscall {
  /** Seven {@code long}s in, a {@code long} out. */
  static final FunctionDescriptor SHAPE =
      FunctionDescriptor.of(
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG);

  private static final MethodHandle SYSCALL = SyscallStub.link();

  private Syscall() {}

  /** The handle of a libc function whose errno nobody wants: {@code (long × 7) → long}. */
  @SuppressWarnings("restricted")
  static MethodHandle function(String name) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), SHAPE);
  }

  /** Where libc has what {@code name} names; 0 where it has not. */
  static long symbol(String name) {
    return Linker.nativeLinker().defaultLookup().find(name).map(MemorySegment::address).orElse(0L);
  }

  /**
   * Calls number {@code nr} with up to six arguments; those it does not take are ignored.
   *
   * @return the result, ≥ 0 (or, for {@code mmap}, an address), or −errno. Nothing is retried:
   *     EINTR comes back as {@code -Errno.EINTR}.
   */
  public static long call(long nr, long a, long b, long c, long d, long e, long f) {
    try {
      return (long) SYSCALL.invokeExact(nr, a, b, c, d, e, f);
    } catch (Throwable t) {
      throw unreachable(t);
    }
  }

  /** {@link #call} without arguments five and six. */
  public static long call(long nr, long a, long b, long c, long d) {
    return call(nr, a, b, c, d, 0, 0);
  }

  /** {@link #call} with three arguments. */
  public static long call(long nr, long a, long b, long c) {
    return call(nr, a, b, c, 0, 0, 0);
  }

  /** {@link #call} with two arguments. */
  public static long call(long nr, long a, long b) {
    return call(nr, a, b, 0, 0, 0, 0);
  }

  /** {@link #call} with one argument. */
  public static long call(long nr, long a) {
    return call(nr, a, 0, 0, 0, 0, 0);
  }

  /** {@link #call}, again for as long as the answer is EINTR. */
  public static long retrying(long nr, long a, long b, long c, long d, long e, long f) {
    long result;
    do {
      result = call(nr, a, b, c, d, e, f);
    } while (result == -Errno.EINTR);
    return result;
  }

  /** What a downcall through a handle of the universal shape cannot throw. */
  static AssertionError unreachable(Throwable t) {
    return new AssertionError("a downcall threw", t);
  }
}
