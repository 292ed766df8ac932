// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import dev.ouro.linux.Fd;
import dev.ouro.linux.FileCalls;
import dev.ouro.linux.LinuxException;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** The other end of a pipe, by plain calls. */
public final class RawFd {
  private static final int READ_BYTES = 64 * 1024;

  private RawFd() {}

  /** Writes {@code text}, which must find room. */
  public static void write(Fd fd, String text) throws LinuxException {
    write(fd, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes {@code bytes}; on a blocking descriptor, all of them. */
  public static void write(Fd fd, byte[] bytes) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
      long count = FileCalls.write(fd.number(), segment.address(), bytes.length);
      if (LinuxException.check("write", count) != bytes.length) {
        throw new AssertionError("no room for more than " + count + " bytes");
      }
    }
  }

  /** What one read finds; empty at the end. */
  public static byte[] read(Fd fd) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(READ_BYTES);
      long count = FileCalls.read(fd.number(), segment.address(), READ_BYTES);
      LinuxException.check("read", count);
      return segment.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /** What one read finds, as text. */
  public static String readText(Fd fd) throws LinuxException {
    return new String(read(fd), StandardCharsets.UTF_8);
  }

  /** Everything up to the end, from a blocking descriptor. */
  public static byte[] readAll(Fd fd) throws LinuxException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] piece = read(fd); piece.length > 0; piece = read(fd)) {
      all.writeBytes(piece);
    }
    return all.toByteArray();
  }

  /** A blocking descriptor as a stream, which does not close it. */
  public static InputStream stream(Fd fd) {
    return new InputStream() {
      @Override
      public int read() {
        throw new UnsupportedOperationException("by pieces only");
      }

      @Override
      public int read(byte[] into, int offset, int length) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
          MemorySegment segment = arena.allocate(length);
          int count = FileCalls.read(fd.number(), segment.address(), length);
          LinuxException.check("read", count);
          MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, 0, into, offset, count);
          return count == 0 ? -1 : count;
        }
      }
    };
  }
}
