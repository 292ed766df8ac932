// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.Errno;
import dev.ouro.linux.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** Sending and receiving on stream sockets. */
class StreamTest {
  /** Behaviour 22. */
  @Test
  void shouldReceiveTheDataAndThenTheEndWhenTheSenderShutsDownAtOnce() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pair = kernel.socketPair();
      long buffer = kernel.allocate(64);
      for (boolean linked : new boolean[] {true, false}) {
        int[] mine = linked ? pair : kernel.socketPair();
        Sqe send =
            ring.prepareSend(mine[0], kernel.bytes("data"), 4, OpFlag.MSG_NOSIGNAL).userData(1);
        (linked ? send.link() : send).submit();
        if (linked) {
          ring.prepareShutdown(mine[0], Kernel.SHUT_WR).userData(2).submit();
          Rings.await(ring, 2);
        } else {
          Rings.await(ring, 1);
          Kernel.shutdownWriting(mine[0]);
        }

        ring.prepareRecv(mine[1], buffer, 64, 0).submit();
        assertThat(Rings.awaitOne(ring).result()).isEqualTo(4);
        assertThat(Kernel.text(buffer, 4)).isEqualTo("data");
        ring.prepareRecv(mine[1], buffer, 64, 0).submit();
        assertThat(Rings.awaitOne(ring).result()).isZero();
      }
    }
  }

  /** Behaviour 30. */
  @Test
  void shouldArriveByteForByteWhenTheReaderIsSlow() throws Exception {
    int size = 600_000;
    int piece = 777;
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pair = kernel.socketPair();
      long data = kernel.allocate(size);
      for (int i = 0; i < size; i += 4) {
        NativeMemory.putInt(data + i, i * 0x9e3779b9);
      }
      long buffer = kernel.allocate(piece);
      ring.prepareSend(pair[0], data, size, OpFlag.MSG_WAITALL | OpFlag.MSG_NOSIGNAL)
          .userData(1)
          .submit();
      ring.submit();

      int received = 0;
      boolean sent = false;
      while (received < size) {
        ring.prepareRecv(pair[1], buffer, piece, 0).userData(2).submit();
        Rings.Cqe cqe = Rings.awaitOne(ring);
        if (cqe.userData() == 1) {
          assertThat(cqe.result()).isEqualTo(size);
          sent = true;
          cqe = Rings.awaitOne(ring);
        }
        assertThat(cqe.result()).isPositive();
        MemorySegment expected = NativeMemory.segment(data + received, cqe.result());
        assertThat(expected.mismatch(NativeMemory.segment(buffer, cqe.result()))).isEqualTo(-1);
        received += cqe.result();
      }
      if (!sent) {
        assertThat(Rings.awaitOne(ring)).isEqualTo(new Rings.Cqe(1, size, 0));
      }
    }
  }

  /** Behaviour 31. */
  @Test
  void shouldAnswerEagainWhenToldNotToWaitOnABlockingSocket() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pair = kernel.socketPair();
      ring.prepareRecv(pair[0], kernel.allocate(16), 16, OpFlag.MSG_DONTWAIT).submit();

      assertThat(Rings.awaitOne(ring).result()).isEqualTo(-Errno.EAGAIN);
    }
  }

  @Test
  void shouldReceiveWhenToldToPollFirst() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pair = kernel.socketPair();
      kernel.write(pair[1], "there");
      ring.prepareRecv(pair[0], kernel.allocate(16), 16, 0)
          .ioprio(OpFlag.IORING_RECVSEND_POLL_FIRST)
          .submit();

      assertThat(Rings.awaitOne(ring).result()).isEqualTo(5);
    }
  }

  @Test
  void shouldCarrySegmentsWhenTheyAreNative() throws Exception {
    try (Kernel kernel = new Kernel();
        Arena arena = Arena.ofConfined();
        Uring ring = Rings.open(8)) {
      int[] pair = kernel.socketPair();
      MemorySegment data = arena.allocateFrom("hello");
      MemorySegment buffer = arena.allocate(16);
      ring.prepareSend(pair[0], data).userData(1).submit();
      ring.prepareRecv(pair[1], buffer).userData(2).submit();

      assertThat(Rings.await(ring, 2))
          .containsExactly(new Rings.Cqe(1, 6, 0), new Rings.Cqe(2, 6, 0));
      assertThat(buffer.getString(0)).isEqualTo("hello");
      MemorySegment heap = MemorySegment.ofArray(new byte[8]);
      assertThatThrownBy(() -> ring.prepareRecv(pair[1], heap))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("not native");
    }
  }

  @Test
  void shouldGatherAndScatterWhenMessagesAreUsed() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pair = kernel.socketPair();
      long out = message(kernel, kernel.bytes("hel"), 3, kernel.bytes("lo"), 2);
      long into = kernel.allocate(16);
      long in = message(kernel, into, 2, into + 2, 14);
      ring.prepareSendmsg(pair[0], out, OpFlag.MSG_NOSIGNAL).userData(1).submit();
      ring.prepareRecvmsg(pair[1], in, 0).userData(2).submit();

      assertThat(Rings.await(ring, 2))
          .containsExactly(new Rings.Cqe(1, 5, 0), new Rings.Cqe(2, 5, 0));
      assertThat(Kernel.text(into, 5)).isEqualTo("hello");
    }
  }

  private static long message(
      Kernel kernel, long first, int firstSize, long second, int secondSize) {
    long iovecs = kernel.allocate(32);
    NativeMemory.putLong(iovecs, first);
    NativeMemory.putLong(iovecs + 8, firstSize);
    NativeMemory.putLong(iovecs + 16, second);
    NativeMemory.putLong(iovecs + 24, secondSize);
    long message = kernel.allocate(56);
    NativeMemory.putLong(message + 16, iovecs);
    NativeMemory.putLong(message + 24, 2);
    return message;
  }

  @Test
  void shouldReadAndSetOptionsWhenByCommand() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pair = kernel.socketPair();
      long value = kernel.allocate(8);
      kernel.write(pair[1], "1234567");

      ring.prepareSocketCommand(OpFlag.SOCKET_URING_OP_SIOCINQ, pair[0], 0, 0, 0, 0).submit();
      int queued = Rings.awaitOne(ring).result();
      ring.prepareSocketCommand(OpFlag.SOCKET_URING_OP_GETSOCKOPT, pair[0], 1, 3, value, 4)
          .submit();
      int result = Rings.awaitOne(ring).result();

      // A Unix socket has no such command; SO_TYPE is SOCK_STREAM.
      assertThat(queued).isIn(7, -Errno.EOPNOTSUPP);
      assertThat(result).isIn(4, -Errno.EOPNOTSUPP);
      if (result == 4) {
        assertThat(NativeMemory.getInt(value)).isEqualTo(1);
      }
    }
  }
}
