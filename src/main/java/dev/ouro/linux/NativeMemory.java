// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * Reads and writes native memory at raw addresses, without an object per access.
 *
 * <p>Nothing here is checked: an address that is not mapped ends the process. The callers are the
 * classes that lay out kernel structures, which own the memory they name. All methods may be called
 * from any thread; only the {@code Acquire} and {@code Release} forms order anything.
 */
public final class NativeMemory {
  @SuppressWarnings("restricted")
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  // The ordered accesses need natural alignment, which every ring head, tail and flag word has.
  private static final VarHandle ORDERED_INT = ValueLayout.JAVA_INT.varHandle();
  private static final VarHandle ORDERED_SHORT = ValueLayout.JAVA_SHORT.varHandle();

  /** No process has an address above: x86-64 gives it 56 bits at most, aarch64 52. */
  private static final long HIGHEST_ADDRESS = (1L << 56) - 1;

  private NativeMemory() {}

  /**
   * The same address, told to the compiler to be one: accesses at it, and at constant distances
   * from it, are compiled to a bare load or store each. For runs of them on hot paths.
   */
  public static long address(long address) {
    return address & HIGHEST_ADDRESS;
  }

  /** The byte at {@code address}. */
  public static byte getByte(long address) {
    return ALL.get(ValueLayout.JAVA_BYTE, address);
  }

  /** Stores one byte at {@code address}. */
  public static void putByte(long address, byte value) {
    ALL.set(ValueLayout.JAVA_BYTE, address, value);
  }

  /** The 16-bit value at {@code address}, in native byte order. */
  public static short getShort(long address) {
    return ALL.get(SHORT, address);
  }

  /** Stores 16 bits at {@code address}, in native byte order. */
  public static void putShort(long address, short value) {
    ALL.set(SHORT, address, value);
  }

  /** The 32-bit value at {@code address}, in native byte order. */
  public static int getInt(long address) {
    return ALL.get(INT, address);
  }

  /** Stores 32 bits at {@code address}, in native byte order. */
  public static void putInt(long address, int value) {
    ALL.set(INT, address, value);
  }

  /** The 64-bit value at {@code address}, in native byte order. */
  public static long getLong(long address) {
    return ALL.get(LONG, address);
  }

  /** Stores 64 bits at {@code address}, in native byte order. */
  public static void putLong(long address, long value) {
    ALL.set(LONG, address, value);
  }

  /** The 32-bit value at {@code address} (aligned to 4), with acquire order. */
  public static int getIntAcquire(long address) {
    return (int) ORDERED_INT.getAcquire(ALL, address);
  }

  /** Stores 32 bits at {@code address} (aligned to 4), with release order. */
  public static void putIntRelease(long address, int value) {
    ORDERED_INT.setRelease(ALL, address, value);
  }

  /** Stores 32 bits at {@code address} (aligned to 4) in one step with reading what was there. */
  public static int exchangeInt(long address, int value) {
    return (int) ORDERED_INT.getAndSet(ALL, address, value);
  }

  /** Stores 16 bits at {@code address} (aligned to 2), with release order. */
  public static void putShortRelease(long address, short value) {
    ORDERED_SHORT.setRelease(ALL, address, value);
  }

  /** Copies {@code sizeBytes} bytes; the two ranges may overlap. */
  public static void copy(long from, long to, long sizeBytes) {
    MemorySegment.copy(ALL, from, ALL, to, sizeBytes);
  }

  /** Copies {@code length} bytes of {@code from}, starting at {@code offset}, to {@code to}. */
  public static void copyFrom(byte[] from, int offset, long to, int length) {
    MemorySegment.copy(from, offset, ALL, ValueLayout.JAVA_BYTE, to, length);
  }

  /** Copies all of {@code from} to {@code to}, in native byte order. */
  public static void copyFrom(long[] from, long to) {
    MemorySegment.copy(from, 0, ALL, LONG, to, from.length);
  }

  /** Copies {@code length} bytes at {@code from} into {@code to}, starting at {@code offset}. */
  public static void copyTo(long from, byte[] to, int offset, int length) {
    MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, from, to, offset, length);
  }

  /** Sets {@code sizeBytes} bytes at {@code address} to zero. */
  public static void zero(long address, long sizeBytes) {
    ALL.asSlice(address, sizeBytes).fill((byte) 0);
  }

  /**
   * A view of the {@code sizeBytes} bytes at {@code address}. The view does not keep the memory
   * alive: whoever hands it out says how long it is valid.
   */
  public static MemorySegment segment(long address, long sizeBytes) {
    return ALL.asSlice(address, sizeBytes);
  }

  /** A direct buffer over the {@code sizeBytes} bytes at {@code address}, as {@link #segment}. */
  public static ByteBuffer buffer(long address, int sizeBytes) {
    return segment(address, sizeBytes).asByteBuffer();
  }

  /** Reads the NUL-terminated string of bytes at {@code address}, without the NUL. */
  public static byte[] cString(long address) {
    int length = 0;
    while (getByte(address + length) != 0) {
      length++;
    }
    byte[] bytes = new byte[length];
    copyTo(address, bytes, 0, length);
    return bytes;
  }
}
