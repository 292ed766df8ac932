// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A file or folder that is open, {@code openat2(2)}, with a position of its own.
 *
 * <p>Owned by whoever opened it; one thread at a time. Opening may wait for the disk: do it off the
 * loop where that matters.
 */
public final class OpenFile implements AutoCloseable {
  /** Open for reading. */
  public static final int O_RDONLY = 0;

  /** Open for writing. */
  public static final int O_WRONLY = 1;

  /** Open for both. */
  public static final int O_RDWR = 2;

  /** Create the file if there is none. */
  public static final int O_CREAT = 0x40;

  /** With {@link #O_CREAT}: fail with EEXIST if there is one. */
  public static final int O_EXCL = 0x80;

  /** A terminal does not become the process's controlling one. */
  public static final int O_NOCTTY = 0x100;

  /** Cut the file to length 0. */
  public static final int O_TRUNC = 0x200;

  /** Every write goes to the end. */
  public static final int O_APPEND = 0x400;

  /** Neither opening nor using it waits. */
  public static final int O_NONBLOCK = 0x800;

  private static final int AT_FDCWD = -100;
  private static final int O_CLOEXEC = 0x80000;
  private static final int RESOLVE_NO_MAGICLINKS = 0x02;
  private static final int RESOLVE_BENEATH = 0x08;
  private static final int OPEN_HOW_SIZE = 24;
  private static final int OPEN_HOW_MODE = 8;
  private static final int OPEN_HOW_RESOLVE = 16;
  private static final int PERMISSIONS = 0666;
  private static final int TRIES = 100;
  private static final int SEEK_SET = 0;
  private static final int SEEK_CUR = 1;

  private final Fd fd;
  private final FileStatus status;

  private OpenFile(Fd fd) throws LinuxException {
    this.fd = fd;
    this.status = FileStatus.of(fd.number());
  }

  /**
   * Opens {@code path} for reading.
   *
   * @throws LinuxException ENOENT, EACCES, EMFILE …, with the path
   */
  public static OpenFile open(Path path) throws LinuxException {
    return open(AT_FDCWD, path.toString(), O_RDONLY | O_NONBLOCK, 0);
  }

  /**
   * Opens {@code path} as {@code flags} say; a file that is created may be read and written by all
   * whom the umask does not exclude. Without {@link #O_NONBLOCK} a FIFO waits for its other end.
   *
   * @param flags {@code O_*}; O_CLOEXEC is added
   * @throws LinuxException ENOENT, EACCES, EEXIST, EMFILE …, with the path; ENXIO: a FIFO that
   *     nobody reads, opened for writing with O_NONBLOCK; EINVAL: flags that contradict each other
   */
  public static OpenFile open(Path path, int flags) throws LinuxException {
    return open(AT_FDCWD, path.toString(), flags, 0);
  }

  /**
   * Opens {@code path} below this folder: neither {@code ..} nor a symbolic link leads out of it
   * ({@code RESOLVE_BENEATH}), whatever others rename meanwhile. A FIFO does not block it.
   *
   * @param path relative; {@code "."} for the folder itself
   * @throws LinuxException EXDEV: it leads out; ELOOP: too many or magic links; ENOENT, ENOTDIR,
   *     EACCES, ENAMETOOLONG, EMFILE …, with the path; EAGAIN: somebody has a lease on the file and
   *     was told to give it up
   * @throws IllegalArgumentException {@code path} has a NUL in it
   */
  public OpenFile openBeneath(String path) throws LinuxException {
    int resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    return open(fd.number(), path, O_RDONLY | O_NONBLOCK, resolve);
  }

  private static OpenFile open(int folder, String path, int flags, int resolve)
      throws LinuxException {
    if (path.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("path: embedded null character");
    }
    try (Arena arena = Arena.ofConfined()) {
      long how = arena.allocate(OPEN_HOW_SIZE, Long.BYTES).address();
      NativeMemory.putLong(how, flags | O_CLOEXEC);
      NativeMemory.putLong(how + OPEN_HOW_MODE, (flags & O_CREAT) != 0 ? PERMISSIONS : 0);
      NativeMemory.putLong(how + OPEN_HOW_RESOLVE, resolve);
      long name = arena.allocateFrom(path, StandardCharsets.UTF_8).address();
      long result;
      int tries = 0;
      do {
        // EAGAIN: a rename raced with RESOLVE_BENEATH; openat2(2) says to try again. But a lease,
        // fcntl(2), answers it too, for as long as its holder likes.
        result = Syscall.retrying(Nr.OPENAT2, folder, name, how, OPEN_HOW_SIZE, 0, 0);
        tries++;
      } while (result == -Errno.EAGAIN && resolve != 0 && tries < TRIES);
      if (result < 0) {
        throw LinuxException.of("openat2", result, path);
      }
      Fd fd = new Fd((int) result);
      try {
        return new OpenFile(fd);
      } catch (LinuxException e) {
        fd.close();
        throw e;
      }
    }
  }

  /** The descriptor; this still owns it. */
  public Fd fd() {
    return fd;
  }

  /** What it was when it was opened: its kind, its size, when it was modified. */
  public FileStatus status() {
    return status;
  }

  /**
   * The position, {@code lseek(2)}.
   *
   * @throws LinuxException ESPIPE: it has none
   */
  public long position() throws LinuxException {
    return LinuxException.check("lseek", Syscall.call(Nr.LSEEK, fd.number(), 0, SEEK_CUR));
  }

  /**
   * Sets the position, {@code lseek(2)}.
   *
   * @throws LinuxException ESPIPE: it has none; EINVAL: negative
   */
  public void position(long offset) throws LinuxException {
    LinuxException.check("lseek", Syscall.call(Nr.LSEEK, fd.number(), offset, SEEK_SET));
  }

  /**
   * {@code pread(2)} of up to {@code sizeBytes} bytes from {@code offset} to {@code address}; the
   * position does not move. How many bytes, 0 at the end; or −errno.
   */
  public long read(long offset, long address, long sizeBytes) {
    return Syscall.retrying(Nr.PREAD64, fd.number(), address, sizeBytes, offset, 0, 0);
  }

  @Override
  public void close() {
    fd.close();
  }

  @Override
  public String toString() {
    return "OpenFile[" + fd + "]";
  }
}
