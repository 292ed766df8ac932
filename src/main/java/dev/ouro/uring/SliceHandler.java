// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

/** What {@link BufferRing#forEachSlice} calls for each piece of received data, in order. */
@FunctionalInterface
public interface SliceHandler {
  /**
   * {@code length} bytes are at {@code address}. They are valid until {@link BufferRing#release} is
   * called with {@code bufferId}, which must happen once for each call.
   */
  void slice(long address, int length, int bufferId);
}
