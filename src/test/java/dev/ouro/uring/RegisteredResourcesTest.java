// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Registered files and buffers. */
class RegisteredResourcesTest {
  private static final long TAG = 55;

  @Test
  void shouldUseTheFileWhenItsDescriptorIsClosed() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pair = kernel.socketPair();
      RegisteredFiles files = RegisteredFiles.register(ring, pair[0], RegisteredFiles.EMPTY);
      kernel.close(pair[0]);
      kernel.write(pair[1], "x");
      ring.prepareRecv(0, kernel.allocate(16), 16, 0).fixedFile().submit();

      assertThat(Rings.awaitOne(ring).result()).isEqualTo(1);
      ring.prepareRecv(1, kernel.allocate(16), 16, 0).fixedFile().submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(-Errno.EBADF);
      files.close();
      files.close();
      ring.prepareRecv(0, kernel.allocate(16), 16, 0).fixedFile().submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(-Errno.EBADF);
    }
  }

  /** Behaviour 32. */
  @Test
  void shouldTagTheOldFileOnlyWhenNothingUsesItAnyMore() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] old = kernel.socketPair();
      int[] next = kernel.socketPair();
      RegisteredFiles files = RegisteredFiles.sparse(ring, 4);
      files.update(2, old[0], TAG);
      ring.prepareRecv(2, kernel.allocate(16), 16, 0).fixedFile().userData(1).submit();
      ring.submit();

      files.update(2, next[0], 0);
      assertThat(Rings.poll(ring)).isEmpty();
      ring.prepareRecv(2, kernel.allocate(16), 16, 0).fixedFile().userData(2).submit();
      kernel.write(next[1], "ab");
      assertThat(Rings.awaitOne(ring)).isEqualTo(new Rings.Cqe(2, 2, 0));

      kernel.write(old[1], "x");
      assertThat(Rings.await(ring, 2))
          .containsExactlyInAnyOrder(new Rings.Cqe(1, 1, 0), new Rings.Cqe(TAG, 0, 0));
    }
  }

  /** Behaviour 32. */
  @Test
  void shouldTagTheOldBufferOnlyWhenNothingUsesItAnyMore() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pipe = kernel.pipe();
      long buffer = kernel.allocate(4096);
      RegisteredBuffers buffers = RegisteredBuffers.sparse(ring, 1);
      buffers.update(0, buffer, 4096, TAG);
      ring.prepareReadFixed(pipe[0], buffer + 8, 16, 0, 0).userData(1).submit();
      ring.submit();

      buffers.update(0, 0, 0, 0);
      assertThat(Rings.poll(ring)).isEmpty();
      kernel.write(pipe[1], "fixed");

      List<Rings.Cqe> cqes = Rings.await(ring, 2);
      assertThat(cqes).containsExactlyInAnyOrder(new Rings.Cqe(1, 5, 0), new Rings.Cqe(TAG, 0, 0));
      assertThat(Kernel.text(buffer + 8, 5)).isEqualTo("fixed");
    }
  }

  /** Behaviour 33. */
  @Test
  void shouldStayInTheRangeWhenTheKernelChoosesSlots() throws Exception {
    try (Uring ring = Rings.open(8)) {
      RegisteredFiles files = RegisteredFiles.sparse(ring, 16);
      files.allocateFrom(4, 3);
      for (int i = 0; i < 4; i++) {
        ring.prepareSocket(1, 1, 0).intoSlot(OpFlag.IORING_FILE_INDEX_ALLOC).userData(i).submit();
      }

      assertThat(Rings.await(ring, 4))
          .extracting(Rings.Cqe::result)
          .containsExactly(4, 5, 6, -Errno.ENFILE);
      ring.prepareCloseSlot(5).submit();
      assertThat(Rings.awaitOne(ring).result()).isZero();
      ring.prepareSocket(1, 1, 0).intoSlot(OpFlag.IORING_FILE_INDEX_ALLOC).submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(5);
    }
  }

  @Test
  void shouldReportTheErrnoWhenATableIsThereAlready() throws Exception {
    try (Uring ring = Rings.open(8)) {
      RegisteredFiles.sparse(ring, 2);

      assertThatThrownBy(() -> RegisteredFiles.sparse(ring, 2))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY));
    }
  }

  @Test
  void shouldNameTheArgumentWhenItIsWrong() throws Exception {
    try (Uring ring = Rings.open(8)) {
      assertThatThrownBy(() -> RegisteredFiles.sparse(ring, 0)).hasMessageContaining("slots: 0");
      assertThatThrownBy(() -> RegisteredFiles.register(ring)).hasMessageContaining("fds");
      assertThatThrownBy(() -> RegisteredBuffers.sparse(ring, -1))
          .hasMessageContaining("slots: -1");
      RegisteredFiles files = RegisteredFiles.sparse(ring, 2);
      assertThatThrownBy(() -> files.update(2, 0, 0)).hasMessageContaining("slot: 2");
      assertThatThrownBy(() -> files.allocateFrom(-1, 1)).hasMessageContaining("firstSlot: -1");
    }
  }

  @Test
  void shouldUseTheFilesThatAnOperationRegistered() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8);
        RegisteredFiles files = RegisteredFiles.sparse(ring, 4)) {
      int[] pipe = kernel.pipe();
      long fds = kernel.allocate(8);
      NativeMemory.putInt(fds, pipe[0]);
      NativeMemory.putInt(fds + 4, pipe[1]);
      ring.prepareFilesUpdate(fds, 2, 1).submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(2);
      long buffer = kernel.allocate(16);

      ring.prepareWrite(2, kernel.bytes("through"), 7, -1).fixedFile().link().submit();
      ring.prepareRead(1, buffer, 16, -1).fixedFile().submit();

      assertThat(Rings.await(ring, 2)).extracting(Rings.Cqe::result).containsOnly(7);
      assertThat(Kernel.text(buffer, 7)).isEqualTo("through");
      assertThat(files.slots()).isEqualTo(4);
    }
  }

  @Test
  void shouldGatherAndScatterWhenTheBufferIsRegistered() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8);
        RegisteredBuffers buffers = RegisteredBuffers.sparse(ring, 1)) {
      Assumptions.assumeTrue(ring.supports(Op.IORING_OP_READV_FIXED), "before Linux 6.15");
      int[] pipe = kernel.pipe();
      long buffer = kernel.bytes("ab..cd..");
      buffers.update(0, buffer, 4096, 0);
      long iovecs = kernel.allocate(32);
      for (int i = 0; i < 2; i++) {
        NativeMemory.putLong(iovecs + 16L * i, buffer + 4L * i);
        NativeMemory.putLong(iovecs + 16L * i + 8, 2);
      }
      ring.prepareWritevFixed(pipe[1], iovecs, 2, -1, 0, 0).submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(4);
      NativeMemory.zero(buffer, 8);

      ring.prepareReadvFixed(pipe[0], iovecs, 2, -1, 0, 0).submit();

      assertThat(Rings.awaitOne(ring).result()).isEqualTo(4);
      assertThat(Kernel.text(buffer, 8)).isEqualTo("ab\0\0cd\0\0");
    }
  }

  @Test
  void shouldPutAllFilesIntoTheirSlotsWhenUpdatedTogether() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pair = kernel.socketPair();
      RegisteredFiles files = RegisteredFiles.sparse(ring, 8);

      assertThat(files.updateAll(3, pair[0], RegisteredFiles.SKIP, pair[1])).isEqualTo(3);
      ring.prepareSend(3, kernel.bytes("abc"), 3, 0).fixedFile().submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(3);
      ring.prepareRecv(5, kernel.allocate(8), 8, 0).fixedFile().submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(3);

      assertThat(files.updateAll(0, pair[0], Integer.MAX_VALUE)).isEqualTo(1);
      assertThat(files.updateAll(8)).isZero();
      assertThatThrownBy(() -> files.updateAll(7, 0, 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void shouldShareThePagesWhenBuffersAreCloned() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring first = Rings.open(8);
        Uring second = Rings.open(8)) {
      Assumptions.assumeTrue(
          second.probe().registerOps() > Register.IORING_REGISTER_RESIZE_RINGS,
          "IORING_REGISTER_DST_REPLACE");
      int[] pipe = kernel.pipe();
      long memory = kernel.allocate(8192);
      RegisteredBuffers source =
          RegisteredBuffers.register(
              first, NativeMemory.segment(memory, 4096), NativeMemory.segment(memory + 4096, 4096));
      RegisteredBuffers clone = RegisteredBuffers.cloneOf(second, source);
      assertThat(clone.slots()).isEqualTo(2);
      source.close();

      kernel.write(pipe[1], "shared");
      second.prepareReadFixed(pipe[0], memory + 4096, 6, -1, 1).submit();
      assertThat(Rings.awaitOne(second).result()).isEqualTo(6);
      assertThat(Kernel.text(memory + 4096, 6)).isEqualTo("shared");

      RegisteredBuffers sparse = RegisteredBuffers.sparse(first, 8);
      sparse.cloneFrom(clone, 1, 7, 1);
      sparse.cloneFrom(clone, 0, 0, 0);
      kernel.write(pipe[1], "again");
      first.prepareReadFixed(pipe[0], memory + 4096, 5, -1, 7).submit();
      assertThat(Rings.awaitOne(first).result()).isEqualTo(5);
      first.prepareReadFixed(pipe[0], memory, 5, -1, 0).submit();
      assertThat(Rings.awaitOne(first).result()).isEqualTo(-Errno.EFAULT);
      assertThatThrownBy(() -> sparse.cloneFrom(clone, 1, 7, 2))
          .isInstanceOf(IndexOutOfBoundsException.class);
      clone.close();
      assertThatThrownBy(() -> sparse.cloneFrom(clone, 0, 0, 1))
          .isInstanceOf(LinuxException.class)
          .hasMessageContaining("ENXIO");
    }
  }

  @Test
  void shouldRefuseBuffersThatTheKernelMustNotWriteTo() throws Exception {
    try (Uring ring = Rings.open(8)) {
      assertThatThrownBy(() -> RegisteredBuffers.register(ring))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("buffers: none");
      assertThatThrownBy(() -> RegisteredBuffers.register(ring, MemorySegment.ofArray(new byte[9])))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("buffers: not native, or read-only");
    }
  }
}
