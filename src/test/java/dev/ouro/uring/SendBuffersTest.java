// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Provided buffers that are sent from. */
class SendBuffersTest {
  private static void assumeBundles(Uring ring) {
    Assumptions.assumeTrue(
        (ring.features() & Setup.IORING_FEAT_RECVSEND_BUNDLE) != 0, "IORING_RECVSEND_BUNDLE");
  }

  private static boolean offer(Kernel kernel, SendBuffers buffers, String text) throws Exception {
    return buffers.offer(kernel.bytes(text), text.length());
  }

  /** Behaviour 25, for what is sent. */
  @Test
  void shouldSendAllInOrderWhenBundled() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8);
        SendBuffers buffers = SendBuffers.register(ring, 1, 4)) {
      assumeBundles(ring);
      int[] pair = kernel.socketPair();
      for (int round = 0; round < 5; round++) {
        assertThat(offer(kernel, buffers, "one,")).isTrue();
        assertThat(offer(kernel, buffers, "two,")).isTrue();
        assertThat(offer(kernel, buffers, "three")).isTrue();
        assertThat(buffers.pending()).isEqualTo(3);

        ring.prepareSend(pair[0], buffers, OpFlag.MSG_WAITALL, OpFlag.IORING_RECVSEND_BUNDLE)
            .submit();
        int sent = 0;
        int bytes = 0;
        Rings.Cqe cqe;
        do {
          cqe = Rings.awaitOne(ring);
          sent += buffers.sent(cqe.flags(), cqe.result());
          bytes += Math.max(cqe.result(), 0);
        } while (cqe.more());

        assertThat(bytes).isEqualTo(13);
        assertThat(sent).isEqualTo(3);
        assertThat(kernel.read(pair[1])).isEqualTo("one,two,three");
      }
    }
  }

  @Test
  void shouldSendTheFirstWhenNotBundled() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8);
        SendBuffers buffers = SendBuffers.register(ring, 1, 2)) {
      assumeBundles(ring); // the kernels that can send from provided buffers
      int[] pair = kernel.socketPair();
      offer(kernel, buffers, "first");
      offer(kernel, buffers, "second");
      assertThat(offer(kernel, buffers, "third")).isFalse();

      ring.prepareSend(pair[0], buffers, 0, 0).submit();
      Rings.Cqe cqe = Rings.awaitOne(ring);

      assertThat(cqe.result()).isEqualTo(5);
      assertThat(buffers.sent(cqe.flags(), cqe.result())).isEqualTo(1);
      assertThat(kernel.read(pair[1])).isEqualTo("first");
      assertThat(offer(kernel, buffers, "third")).isTrue();
    }
  }

  @Test
  void shouldAnswerEnobufsWhenNothingIsOffered() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8);
        SendBuffers buffers = SendBuffers.register(ring, 1, 2)) {
      assumeBundles(ring);
      ring.prepareSend(kernel.socketPair()[0], buffers, 0, 0).submit();
      Rings.Cqe cqe = Rings.awaitOne(ring);

      assertThat(cqe.result()).isEqualTo(-Errno.ENOBUFS);
      assertThat(buffers.sent(cqe.flags(), cqe.result())).isZero();
    }
  }

  @Test
  void shouldRefuseWhatIsWrongAndWhenClosed() throws Exception {
    try (Uring ring = Rings.open(8)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> SendBuffers.register(ring, -1, 2))
          .withMessage("groupId: -1");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> SendBuffers.register(ring, 0, 3))
          .withMessage("entries: 3");
      SendBuffers buffers = SendBuffers.register(ring, 0, 2);
      assertThatThrownBy(() -> SendBuffers.register(ring, 0, 2))
          .isInstanceOf(LinuxException.class)
          .hasMessageContaining("EEXIST");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> buffers.offer(0, 0))
          .withMessage("length: 0");
      buffers.close();
      buffers.close();
      assertThatThrownBy(() -> buffers.offer(0, 1)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void shouldCloseAfterItsRing() throws Exception {
    Uring ring = Rings.open(8);
    SendBuffers buffers = SendBuffers.register(ring, 0, 2);
    ring.close();

    buffers.close();

    assertThat(buffers.pending()).isZero();
  }
}
