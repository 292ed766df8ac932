// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.OpenFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** The file of a {@link SendfileOperation}: read by the kernel itself, or into a buffer. */
interface FileSource {
  /** What {@code sendfile(2)} can read from, or −1. */
  int fd();

  /**
   * Reads from {@code offset} on into {@code into}, a direct buffer, and moves its position. From
   * any thread.
   *
   * @return how many bytes, 0 or −1 at the end
   */
  int read(ByteBuffer into, long offset) throws IOException;

  /** Sets the file's own position. */
  void position(long offset) throws IOException;

  static FileSource of(OpenFile file) {
    return new FileSource() {
      @Override
      public int fd() {
        return file.status().isRegular() ? file.fd().number() : -1;
      }

      @Override
      public int read(ByteBuffer into, long offset) throws IOException {
        long address = MemorySegment.ofBuffer(into).address();
        long length = LinuxException.check("pread", file.read(offset, address, into.remaining()));
        into.position(into.position() + (int) length);
        return (int) length;
      }

      @Override
      public void position(long offset) throws IOException {
        file.position(offset);
      }

      @Override
      public String toString() {
        return file.toString();
      }
    };
  }

  /** The JDK does not tell a channel's descriptor. */
  static FileSource of(FileChannel file) {
    return new FileSource() {
      @Override
      public int fd() {
        return -1;
      }

      @Override
      public int read(ByteBuffer into, long offset) throws IOException {
        return file.read(into, offset);
      }

      @Override
      public void position(long offset) throws IOException {
        file.position(offset);
      }

      @Override
      public String toString() {
        return "FileChannel";
      }
    };
  }
}
