// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Functions of libc with their errno, which the JVM must fetch before anything else of its own runs
 * on the thread. System calls need none of it: {@link SyscallStub}.
 */
final class CapturedErrno {
  private static final StructLayout LAYOUT = Linker.Option.captureStateLayout();
  private static final long ERRNO_OFFSET = offsetOf("errno");

  /** One per thread, since a call may be preempted. */
  private static final ThreadLocal<MemorySegment> SEGMENT = new Segments();

  private CapturedErrno() {}

  /**
   * {@code LAYOUT.byteOffset} without the machinery of layout paths, which costs 5 ms when it is
   * first used.
   */
  private static long offsetOf(String name) {
    long offset = 0;
    for (MemoryLayout member : LAYOUT.memberLayouts()) {
      if (name.equals(member.name().orElse(null))) {
        return offset;
      }
      offset += member.byteSize();
    }
    throw new AssertionError("the linker captures no " + name);
  }

  /** The handle of a libc function: {@code (segment, long × 7) → long}. */
  @SuppressWarnings("restricted")
  static MethodHandle function(String name) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name),
        Syscall.SHAPE,
        Linker.Option.captureCallState("errno"));
  }

  /** This thread's segment, the first argument of every handle of {@link #function}. */
  static MemorySegment segment() {
    return SEGMENT.get();
  }

  /** The errno that the last call left in {@code segment}. */
  static int in(MemorySegment segment) {
    return segment.get(ValueLayout.JAVA_INT, ERRNO_OFFSET);
  }

  private static final class Segments extends ThreadLocal<MemorySegment> {
    @Override
    protected MemorySegment initialValue() {
      return Arena.ofAuto().allocate(LAYOUT);
    }
  }
}
