// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.Errno;
import dev.ouro.linux.Nr;
import dev.ouro.linux.Syscall;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sends without a copy: when the memory is free. */
class ZeroCopyTest {
  @BeforeEach
  void needsThem() throws Exception {
    try (Uring ring = Rings.open(8)) {
      Assumptions.assumeTrue(ring.supports(Op.IORING_OP_SEND_ZC), "no IORING_OP_SEND_ZC");
    }
  }

  private static int[] connection(Kernel kernel) throws Exception {
    int listener = kernel.listener();
    int client = kernel.connect(listener);
    return new int[] {client, kernel.keep(Syscall.call(Nr.ACCEPT4, listener, 0, 0, 0x80000))};
  }

  /** Behaviour 28. */
  @Test
  void shouldNotifyAfterTheResultWhenSent() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] connection = connection(kernel);
      ring.prepareSendZc(
              connection[0],
              kernel.bytes("zero"),
              4,
              OpFlag.MSG_NOSIGNAL,
              OpFlag.IORING_SEND_ZC_REPORT_USAGE)
          .userData(1)
          .submit();
      ring.submit();
      assertThat(kernel.read(connection[1])).isEqualTo("zero");

      List<Rings.Cqe> cqes = Rings.await(ring, 2);

      assertThat(cqes.get(0)).isEqualTo(new Rings.Cqe(1, 4, CqeFlag.IORING_CQE_F_MORE));
      assertThat(cqes.get(1).userData()).isEqualTo(1);
      assertThat(cqes.get(1).flags()).isEqualTo(CqeFlag.IORING_CQE_F_NOTIF);
      assertThat(cqes.get(1).result()).isIn(0, OpFlag.IORING_NOTIF_USAGE_ZC_COPIED);
    }
  }

  /** Behaviour 28: a failed send too says when the memory is free, by F_MORE or at once. */
  @Test
  void shouldEndWhenTheSendFails() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int fd = kernel.keep(Syscall.call(Nr.SOCKET, 2, 1 | 0x80000, 0));
      ring.prepareSendZc(fd, kernel.bytes("zero"), 4, OpFlag.MSG_NOSIGNAL, 0).userData(1).submit();

      Rings.Cqe result = Rings.awaitOne(ring);

      assertThat(result.result()).isIn(-Errno.EPIPE, -Errno.ENOTCONN);
      if (result.more()) {
        assertThat(Rings.awaitOne(ring).flags()).isEqualTo(CqeFlag.IORING_CQE_F_NOTIF);
      }
      assertThat(Rings.poll(ring)).isEmpty();
    }
  }

  /** Behaviour 28. */
  @Test
  void shouldEndWhenCancelledOnAFullSocket() throws Exception {
    int size = 500_000;
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] connection = connection(kernel);
      long data = kernel.allocate(size);
      int flags = OpFlag.MSG_NOSIGNAL | OpFlag.MSG_DONTWAIT;
      while (Syscall.call(Nr.SENDTO, connection[0], data, size, flags, 0, 0) > 0) {
        Thread.onSpinWait();
      }
      ring.prepareSendZc(connection[0], data, size, OpFlag.MSG_NOSIGNAL | OpFlag.MSG_WAITALL, 0)
          .userData(1)
          .submit();
      ring.submit();
      ring.prepareCancel(1, 0).userData(2).submit();

      boolean more = true;
      boolean notified = false;
      boolean answered = false;
      while (more || !answered) {
        Rings.Cqe cqe = Rings.awaitOne(ring);
        if (cqe.userData() == 2) {
          answered = true;
        } else {
          assertThat(notified).isFalse();
          more = cqe.more();
          notified = (cqe.flags() & CqeFlag.IORING_CQE_F_NOTIF) != 0;
          if (!notified && cqe.result() != -Errno.ECANCELED) {
            // What was on its way when the socket was full has made room: some was sent.
            assertThat(cqe.result()).isBetween(1, size);
          }
          if (more) {
            kernel.close(connection[1]);
          }
        }
      }
      assertThat(Rings.poll(ring)).isEmpty();
    }
  }

  /** Behaviour 29. */
  @Test
  void shouldSendTheDataWhenTheBufferIsUnregisteredMeanwhile() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] connection = connection(kernel);
      long data = kernel.bytes("registered");
      RegisteredBuffers buffers = RegisteredBuffers.sparse(ring, 1);
      buffers.update(0, data, 4096, 0);
      ring.prepareSendZc(
              connection[0], data, 10, OpFlag.MSG_NOSIGNAL, OpFlag.IORING_RECVSEND_FIXED_BUF)
          .bufferIndex(0)
          .userData(1)
          .submit();
      ring.submit();
      buffers.close();

      assertThat(kernel.read(connection[1])).isEqualTo("registered");
      List<Rings.Cqe> cqes = Rings.await(ring, 2);
      assertThat(cqes.get(0).result()).isEqualTo(10);
      assertThat(cqes.get(1).flags()).isEqualTo(CqeFlag.IORING_CQE_F_NOTIF);
    }
  }
}
