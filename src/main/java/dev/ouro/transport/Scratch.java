// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Mapping;
import dev.ouro.linux.NativeMemory;
import dev.ouro.linux.SockAddr;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/**
 * Memory for the arguments of one system call at a time: an address and data. It is mapped when it
 * is first needed, and grows. One thread only.
 */
final class Scratch {
  private static final int LENGTH_OFFSET = SockAddr.SIZE_BYTES;
  private static final int DATA_OFFSET = SockAddr.SIZE_BYTES + Long.BYTES;
  private static final int INITIAL_BYTES = 64 * 1024;

  private Mapping mapping;
  private int sizeBytes;

  /** Where an address is, {@link SockAddr#SIZE_BYTES}. */
  long address() {
    return sized(0).address();
  }

  /** Where the address's length is: how much there is room for, until a call changes it. */
  long addressLength() {
    return address() + LENGTH_OFFSET;
  }

  /** Says that an address may be written. */
  void prepareAddress() {
    NativeMemory.putInt(addressLength(), SockAddr.SIZE_BYTES);
  }

  /** The address that a call has written, or null. */
  SocketAddress readAddress() {
    return SockAddr.read(address(), NativeMemory.getInt(addressLength()));
  }

  /** Where {@code wantedBytes} bytes are. What was there before is lost. */
  long data(int wantedBytes) {
    return sized(wantedBytes).address() + DATA_OFFSET;
  }

  /**
   * Where up to {@code limitBytes} of what remains in {@code source} are: in the buffer itself, or
   * copied. Its position does not move.
   */
  long dataOf(ByteBuffer source, int limitBytes) {
    if (source.isDirect()) {
      return MemorySegment.ofBuffer(source).address();
    }
    int length = Math.min(source.remaining(), limitBytes);
    long to = data(length);
    NativeMemory.buffer(to, length).put(0, source, source.position(), length);
    return to;
  }

  private Mapping sized(int wantedBytes) {
    if (mapping == null || wantedBytes > sizeBytes) {
      int size = Math.max(Math.max(wantedBytes, INITIAL_BYTES), sizeBytes);
      try {
        Mapping larger = Mapping.anonymous((long) size + DATA_OFFSET);
        if (mapping != null) {
          mapping.close();
        }
        mapping = larger;
        sizeBytes = size;
      } catch (LinuxException e) {
        OutOfMemoryError error = new OutOfMemoryError(size + " bytes: " + e.getMessage());
        error.initCause(e);
        throw error;
      }
    }
    return mapping;
  }

  void close() {
    if (mapping != null) {
      mapping.close();
      mapping = null;
    }
  }
}
