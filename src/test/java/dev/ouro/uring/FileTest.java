// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.NativeMemory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operations on files and folders. */
class FileTest {
  private static final int AT_FDCWD = -100;
  private static final int O_RDWR_CREAT_CLOEXEC = 2 | 0100 | 02000000;

  @Test
  void shouldLeaveTheFileWhenWrittenReadSyncedAndRenamed(@TempDir Path folder) throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      Path file = folder.resolve("file");
      long path = kernel.bytes(file.toString());
      long other = kernel.bytes(folder.resolve("other").toString());
      long buffer = kernel.allocate(512);
      ring.prepareOpenat(AT_FDCWD, path, O_RDWR_CREAT_CLOEXEC, 0600).submit();
      int fd = kernel.keep(Rings.awaitOne(ring).result());

      ring.prepareWrite(fd, kernel.bytes("content"), 7, 0).link().submit();
      ring.prepareFsync(fd, OpFlag.IORING_FSYNC_DATASYNC).link().submit();
      ring.prepareRead(fd, buffer, 64, 3).userData(3).submit();
      assertThat(Rings.await(ring, 3)).extracting(Rings.Cqe::result).containsExactly(7, 0, 4);
      assertThat(Kernel.text(buffer, 4)).isEqualTo("tent");

      ring.prepareRead(fd, buffer, 64, 7).submit();
      assertThat(Rings.awaitOne(ring).result()).isZero();
      ring.prepareStatx(AT_FDCWD, path, 0, 0x200, buffer).submit();
      assertThat(Rings.awaitOne(ring).result()).isZero();
      assertThat(NativeMemory.getLong(buffer + 40)).isEqualTo(7);

      ring.prepareRenameat(AT_FDCWD, path, AT_FDCWD, other, 0).link().submit();
      ring.prepareMkdirat(AT_FDCWD, path, 0700).submit();
      assertThat(Rings.await(ring, 2)).extracting(Rings.Cqe::result).containsOnly(0);
      assertThat(folder.resolve("other")).hasContent("content");
      assertThat(file).isDirectory();
      ring.prepareUnlinkat(AT_FDCWD, other, 0).submit();
      assertThat(Rings.awaitOne(ring).result()).isZero();
      assertThat(Files.exists(folder.resolve("other"))).isFalse();
    }
  }

  @Test
  void shouldGatherAndScatterWhenVectored(@TempDir Path folder) throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      long path = kernel.bytes(folder.resolve("file").toString());
      ring.prepareOpenat(AT_FDCWD, path, O_RDWR_CREAT_CLOEXEC, 0600).submit();
      int fd = kernel.keep(Rings.awaitOne(ring).result());
      long iovecs = kernel.allocate(32);
      NativeMemory.putLong(iovecs, kernel.bytes("ab"));
      NativeMemory.putLong(iovecs + 8, 2);
      NativeMemory.putLong(iovecs + 16, kernel.bytes("cd"));
      NativeMemory.putLong(iovecs + 24, 2);
      ring.prepareWritev(fd, iovecs, 2, 0, 0).submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(4);

      ring.prepareReadv(fd, iovecs, 2, 1, 0).submit();

      assertThat(Rings.awaitOne(ring).result()).isEqualTo(3);
      assertThat(Kernel.text(NativeMemory.getLong(iovecs), 2)).isEqualTo("bc");
    }
  }

  @Test
  void shouldMoveTheBytesWhenSpliced() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] from = kernel.pipe();
      int[] to = kernel.pipe();
      kernel.write(from[1], "spliced");
      ring.limitWorkers(2, 2);
      ring.prepareSplice(from[0], -1, to[1], -1, 100, 0).submit();

      assertThat(Rings.awaitOne(ring).result()).isEqualTo(7);
      assertThat(kernel.read(to[0])).isEqualTo("spliced");
    }
  }

  @Test
  void shouldCloseTheDescriptorWhenAsked() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      ring.prepareSocket(1, 1, 0).submit();
      int fd = Rings.awaitOne(ring).result();
      ring.prepareClose(fd).submit();

      assertThat(Rings.awaitOne(ring).result()).isZero();
      assertThat(Files.exists(Path.of("/proc/self/fd/" + fd))).isFalse();
      assertThat(kernel.allocate(1)).isNotZero();
    }
  }
}
