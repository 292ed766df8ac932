// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Where direct buffers are. The JDK tells by an object per question; a writer mostly has one
 * buffer, so the last answer is kept.
 */
final class BufferAddress {
  private ByteBuffer last;
  private long base;

  /** The address of the first byte that remains in {@code buffer}, which is direct. */
  @SuppressWarnings("ReferenceEquality") // equal buffers are elsewhere
  long of(ByteBuffer buffer) {
    if (buffer != last) {
      base = MemorySegment.ofBuffer(buffer).address() - buffer.position();
      last = buffer;
    }
    return base + buffer.position();
  }

  /** Holds no buffer any more. */
  void forget() {
    last = null;
  }
}
