// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.Errno;
import dev.ouro.linux.Nr;
import dev.ouro.linux.Syscall;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Multishot accept. */
class AcceptTest {
  private static final int SOCK_CLOEXEC = 0x80000;

  /** Behaviours 20 and 21: the kernel also ends it when the completion queue is full. */
  @Test
  void shouldAcceptEveryConnectionOnceWhenPeersComeAndGo() throws Exception {
    int connections = 100;
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(UringOptions.entries(8).withCqEntries(32))) {
      int listener = kernel.listener();
      ring.prepareAcceptMultishot(listener, SOCK_CLOEXEC).userData(1).submit();
      ring.submit();
      for (int i = 0; i < connections; i++) {
        kernel.close(kernel.connect(listener));
      }

      int ended = 0;
      for (int i = 0; i < connections; i++) {
        Rings.Cqe cqe = Rings.awaitOne(ring);
        assertThat(cqe.result()).isPositive();
        Syscall.call(Nr.CLOSE, cqe.result());
        if (!cqe.more()) {
          ended++;
          ring.prepareAcceptMultishot(listener, SOCK_CLOEXEC).userData(1).submit();
        }
      }
      assertThat(Rings.poll(ring)).isEmpty();
      assertThat(ended).isLessThanOrEqualTo(connections / 32);
    }
  }

  /** Behaviours 20 and 21: EMFILE ends it; the connection waits, and comes when it is re-armed. */
  @Test
  void shouldEndOnceAndLoseNoConnectionWhenNoDescriptorIsFree() throws Exception {
    Rings.open(8).close();
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int listener = kernel.listener();
      // A table of two slots runs out of room as a process does, without harm to the others in it.
      RegisteredFiles files = RegisteredFiles.sparse(ring, 2);
      ring.prepareAcceptMultishot(listener, 0)
          .intoSlot(OpFlag.IORING_FILE_INDEX_ALLOC)
          .userData(1)
          .submit();
      ring.submit();
      Set<Integer> slots = new HashSet<>();
      kernel.connect(listener);
      kernel.connect(listener);
      for (Rings.Cqe cqe : Rings.await(ring, 2)) {
        assertThat(cqe.more()).isTrue();
        slots.add(cqe.result());
      }
      assertThat(slots).containsExactlyInAnyOrder(0, 1);

      kernel.connect(listener);
      Rings.Cqe end = Rings.awaitOne(ring);
      assertThat(end.result()).isEqualTo(-Errno.ENFILE);
      assertThat(end.more()).isFalse();
      assertThat(Rings.poll(ring)).isEmpty();

      files.update(1, RegisteredFiles.EMPTY, 0);
      ring.prepareAcceptMultishot(listener, 0)
          .intoSlot(OpFlag.IORING_FILE_INDEX_ALLOC)
          .userData(2)
          .submit();
      ring.submit();
      kernel.connect(listener);
      assertThat(Rings.awaitOne(ring).userData()).isEqualTo(2);
    }
  }

  @Test
  void shouldConnectAndAcceptWhenBothAreOperations() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int listener = kernel.listener();
      long peer = kernel.allocate(128);
      dev.ouro.linux.NativeMemory.putInt(peer + 112, 112);
      ring.prepareSocket(2, 1, 0).userData(1).submit();
      int client = kernel.keep(Rings.awaitOne(ring).result());
      ring.prepareAccept(listener, peer, peer + 112, SOCK_CLOEXEC).userData(2).submit();
      ring.prepareConnect(client, kernel.addressOf(listener), 16).userData(3).submit();

      for (Rings.Cqe cqe : Rings.await(ring, 2)) {
        if (cqe.userData() == 2) {
          kernel.keep(cqe.result());
        } else {
          assertThat(cqe.result()).isZero();
        }
      }
      assertThat(dev.ouro.linux.NativeMemory.getShort(peer)).isEqualTo((short) 2);
    }
  }

  @Test
  void shouldReportTheRefusalWhenNobodyListens() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int listener = kernel.listener();
      long address = kernel.addressOf(listener);
      kernel.close(listener);
      int client = kernel.keep(Syscall.call(Nr.SOCKET, 2, 1 | SOCK_CLOEXEC, 0));
      ring.prepareConnect(client, address, 16).submit();

      assertThat(Rings.awaitOne(ring).result()).isEqualTo(-Errno.ECONNREFUSED);
    }
  }
}
