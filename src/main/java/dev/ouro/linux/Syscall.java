// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * {@code syscall(2)}: the one door to the kernel.
 *
 * <p>Every call of Ouro, to the kernel and to libc, has the same shape: seven {@code long}s in, a
 * {@code long} out, errno captured. The seventh is there because {@code syscall(2)} takes the
 * number and six arguments. One shape matters: each further one costs about 5 ms when the JVM
 * starts.
 *
 * <p>All methods may be called from any thread. None is {@code critical}: each may block.
 */
public final class Syscall {
  private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
  private static final long ERRNO_OFFSET = offsetOf("errno");
  private static final FunctionDescriptor SHAPE =
      FunctionDescriptor.of(
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG);

  /**
   * Not final, and never written: a constant handle is inlined into its caller, however deep that
   * is, and beyond the compiler's inlining depth the JDK's check of the capture segment allocates
   * 40 bytes. Any other handle is compiled on its own, and allocates nothing anywhere, for 2 to 3
   * ns.
   */
  @SuppressWarnings("FieldMayBeFinal")
  private static MethodHandle syscall = libc("syscall");

  /** Where libc's errno lands after a call: one per thread, since a call may be preempted. */
  private static final ThreadLocal<MemorySegment> ERRNO = new CaptureSegments();

  private Syscall() {}

  /**
   * {@code CAPTURE.byteOffset} without the machinery of layout paths, which costs 5 ms at start.
   */
  private static long offsetOf(String name) {
    long offset = 0;
    for (MemoryLayout member : CAPTURE.memberLayouts()) {
      if (name.equals(member.name().orElse(null))) {
        return offset;
      }
      offset += member.byteSize();
    }
    throw new AssertionError("the linker captures no " + name);
  }

  /** The handle of a libc function in the universal shape: {@code (capture, long × 7) → long}. */
  @SuppressWarnings("restricted")
  static MethodHandle libc(String name) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name), SHAPE, Linker.Option.captureCallState("errno"));
  }

  /** This thread's capture segment, the first argument of every handle of {@link #libc}. */
  static MemorySegment capture() {
    return ERRNO.get();
  }

  /** The errno that the last call with {@code capture} left there. */
  static int errno(MemorySegment capture) {
    return capture.get(ValueLayout.JAVA_INT, ERRNO_OFFSET);
  }

  /**
   * Calls number {@code nr} with up to six arguments; those it does not take are ignored.
   *
   * @return the result, ≥ 0 (or, for {@code mmap}, an address), or −errno. Nothing is retried:
   *     EINTR comes back as {@code -Errno.EINTR}.
   */
  public static long call(long nr, long a, long b, long c, long d, long e, long f) {
    return call(ERRNO.get(), nr, a, b, c, d, e, f);
  }

  /**
   * {@link #call(long, long, long, long, long, long, long)} with a capture segment of the caller's
   * own, for an object that calls from one thread only: to look up the thread's takes 20 ns after a
   * call into the kernel, of 155.
   *
   * @param capture from {@link #newCapture}; used by one thread at a time
   */
  public static long call(
      MemorySegment capture, long nr, long a, long b, long c, long d, long e, long f) {
    long result;
    try {
      result = (long) syscall.invokeExact(capture, nr, a, b, c, d, e, f);
    } catch (Throwable t) {
      throw unreachable(t);
    }
    return result == -1 ? -errno(capture) : result;
  }

  /** Where errno lands: for as long as the segment is reachable. */
  public static MemorySegment newCapture() {
    return Arena.ofAuto().allocate(CAPTURE);
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

  private static final class CaptureSegments extends ThreadLocal<MemorySegment> {
    @Override
    protected MemorySegment initialValue() {
      return newCapture();
    }
  }
}
