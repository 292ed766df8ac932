// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.NativeMemory;
import dev.ouro.uring.BufferRing;
import dev.ouro.uring.Uring;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A group of buffers that the kernel receives into, shared by all streams. A buffer is out from its
 * completion until it has been handed over, never longer: what must be kept is copied.
 */
final class ReceiveBuffers {
  private static final int SMALL_GROUP = 0;
  private static final int SMALL_BYTES = 4 * 1024;
  private static final int SMALL_COUNT = 1024;
  private static final int LARGE_GROUP = 1;

  /** How much a large buffer takes. */
  static final int LARGE_BYTES = 64 * 1024;

  private static final int LARGE_COUNT = 16;

  private final BufferRing ring;
  private final int sizeBytes;
  private final ByteBuffer[] views;

  private ReceiveBuffers(Uring uring, int group, int count, int sizeBytes) throws LinuxException {
    this.ring = BufferRing.register(uring, group, count, sizeBytes, false);
    this.sizeBytes = sizeBytes;
    this.views = new ByteBuffer[count];
  }

  /** For streams of small messages: many share a little memory. */
  static ReceiveBuffers small(Uring uring) throws LinuxException {
    return new ReceiveBuffers(uring, SMALL_GROUP, SMALL_COUNT, SMALL_BYTES);
  }

  /** For streams of large messages: one completion takes much. */
  static ReceiveBuffers large(Uring uring) throws LinuxException {
    return new ReceiveBuffers(uring, LARGE_GROUP, LARGE_COUNT, LARGE_BYTES);
  }

  /** The group itself, for the entry that receives. */
  BufferRing group() {
    return ring;
  }

  /** How much one buffer takes. */
  int sizeBytes() {
    return sizeBytes;
  }

  /** Takes the buffer that a completion names from the kernel: where its bytes are. */
  long take(int cqeFlags, int length) {
    return ring.take(cqeFlags, length);
  }

  /** The first {@code length} bytes of buffer {@code id}. */
  ByteBuffer view(int id, int length) {
    ByteBuffer view = views[id];
    if (view == null) {
      view = NativeMemory.buffer(ring.address(id), sizeBytes);
      views[id] = view;
    }
    return view.clear().limit(length).order(ByteOrder.BIG_ENDIAN);
  }

  /** Gives buffer {@code id} back to the kernel. */
  void release(int id) {
    ring.release(id);
  }
}
