// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Mapping;
import dev.ouro.linux.NativeMemory;
import dev.ouro.linux.Nr;
import dev.ouro.linux.Syscall;

/**
 * Tries incremental buffers ({@code IOU_PBUF_RING_INC}) once per process, on a ring and a socket
 * pair of its own: several kernels that have them account for them wrongly.
 */
final class IncrementalSelfTest {
  private static final int BUFFER_SIZE = 64;
  private static final long PATIENCE_NANOS = 1_000_000_000L;
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;

  /** Null when it passed. */
  private static final String FAILURE = run();

  private IncrementalSelfTest() {}

  static boolean passed() {
    return FAILURE == null;
  }

  static String reason() {
    return FAILURE;
  }

  /** Also on a virtual thread: it never waits in Java, and a class's initialiser pins it. */
  static String run() {
    try (Mapping memory = Mapping.anonymous(4096);
        Uring ring = Uring.openHere(UringOptions.entries(8))) {
      LinuxException.check(
          "socketpair",
          Syscall.call(Nr.SOCKETPAIR, AF_UNIX, SOCK_STREAM_CLOEXEC, 0, memory.address()));
      try (Fd reader = new Fd(NativeMemory.getInt(memory.address()));
          Fd writer = new Fd(NativeMemory.getInt(memory.address() + 4));
          BufferRing group = BufferRing.registerUntested(ring, 0, 2, BUFFER_SIZE, true)) {
        return exchange(ring, reader.number(), writer.number(), group, memory.address());
      }
    } catch (LinuxException e) {
      return e.getMessage();
    }
  }

  /** Two pieces that leave room, one that fills the buffer, one into the next buffer. */
  private static String exchange(Uring ring, int reader, int writer, BufferRing group, long data) {
    int[] pieces = {10, 20, BUFFER_SIZE - 30, 5};
    int sent = 0;
    for (int i = 0; i < pieces.length; i++) {
      for (int b = 0; b < pieces[i]; b++) {
        NativeMemory.putByte(data + b, (byte) sent++);
      }
      Syscall.call(Nr.SENDTO, writer, data, pieces[i], OpFlag.MSG_NOSIGNAL, 0, 0);
      ring.prepareRecv(reader, group, 0, 0, 0).submit();
      ring.submitAndWait(1, PATIENCE_NANOS);
      if (ring.ready() != 1) {
        return "piece " + i + " did not arrive";
      }
      int result = ring.cqeResult(0);
      int flags = ring.cqeFlags(0);
      ring.advance(1);
      boolean fills = i == 2;
      boolean more = (flags & CqeFlag.IORING_CQE_F_BUF_MORE) != 0;
      if (result != pieces[i] || BufferRing.bufferId(flags) != (i < 3 ? 0 : 1) || more == fills) {
        return "piece " + i + ": result " + result + ", flags 0x" + Integer.toHexString(flags);
      }
      long address = group.take(flags, result);
      for (int b = 0; b < result; b++) {
        if (NativeMemory.getByte(address + b) != (byte) (sent - result + b)) {
          return "piece " + i + ": byte " + b + " is wrong";
        }
      }
    }
    return null;
  }
}
