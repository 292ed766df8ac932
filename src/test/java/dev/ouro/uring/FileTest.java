// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.Errno;
import dev.ouro.linux.NativeMemory;
import dev.ouro.linux.Nr;
import dev.ouro.linux.Syscall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operations on files and folders. */
class FileTest {
  private static final int AT_FDCWD = -100;
  private static final int SYNC_FILE_RANGE_WRITE = 2;
  private static final int MADV_DONTNEED = 4;
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
      String socket = openFile(fd);
      ring.prepareClose(fd).submit();

      assertThat(Rings.awaitOne(ring).result()).isZero();
      assertThat(socket).startsWith("socket:");
      assertThat(openFile(fd)).isNotEqualTo(socket);
      assertThat(kernel.allocate(1)).isNotZero();
    }
  }

  /** What a descriptor leads to; nothing where it is closed. Another may have the number again. */
  private static String openFile(int fd) throws IOException {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
    } catch (NoSuchFileException closed) {
      return "";
    }
  }

  @Test
  void shouldLinkByNameAndBySymbol(@TempDir Path folder) throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      Path file = Files.writeString(folder.resolve("file"), "content");
      long path = kernel.bytes(file.toString());
      long hard = kernel.bytes(folder.resolve("hard").toString());
      long soft = kernel.bytes(folder.resolve("soft").toString());

      ring.prepareLinkat(AT_FDCWD, path, AT_FDCWD, hard, 0).submit();
      ring.prepareSymlinkat(path, AT_FDCWD, soft).submit();

      assertThat(Rings.await(ring, 2)).extracting(Rings.Cqe::result).containsOnly(0);
      assertThat(Files.isSameFile(folder.resolve("hard"), file)).isTrue();
      assertThat(Files.readSymbolicLink(folder.resolve("soft"))).isEqualTo(file);
    }
  }

  @Test
  void shouldAdviseAndSyncWhenAsked(@TempDir Path folder) throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      long path = kernel.bytes(folder.resolve("file").toString());
      ring.prepareOpenat(AT_FDCWD, path, O_RDWR_CREAT_CLOEXEC, 0600).submit();
      int fd = kernel.keep(Rings.awaitOne(ring).result());
      long page = kernel.allocate(4096);
      NativeMemory.putByte(page, (byte) 1);

      ring.prepareSyncFileRange(fd, 0, 0, SYNC_FILE_RANGE_WRITE).submit();
      ring.prepareMadvise(page, 4096, MADV_DONTNEED).submit();

      assertThat(Rings.await(ring, 2)).extracting(Rings.Cqe::result).containsOnly(0);
      assertThat(NativeMemory.getByte(page)).isZero();
    }
  }

  @Test
  void shouldAnswerTheAttributeThatWasSet(@TempDir Path folder) throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      Path file = Files.writeString(folder.resolve("file"), "");
      long path = kernel.bytes(file.toString());
      int fd = kernel.keep(Syscall.call(Nr.OPENAT, AT_FDCWD, path, 0, 0));
      long name = kernel.bytes("user.ouro");
      long got = kernel.allocate(16);
      ring.prepareSetxattr(path, name, kernel.bytes("one"), 3, 0).submit();
      int set = Rings.awaitOne(ring).result();
      Assumptions.assumeTrue(
          set != -Errno.EOPNOTSUPP, "the folder's file system has no attributes");
      assertThat(set).isZero();

      ring.prepareFgetxattr(fd, name, got, 16).submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(3);
      assertThat(Kernel.text(got, 3)).isEqualTo("one");
      ring.prepareFsetxattr(fd, name, kernel.bytes("other"), 5, 0).submit();
      assertThat(Rings.awaitOne(ring).result()).isZero();
      ring.prepareGetxattr(path, name, got, 16).submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(5);
      assertThat(Kernel.text(got, 5)).isEqualTo("other");
    }
  }
}
