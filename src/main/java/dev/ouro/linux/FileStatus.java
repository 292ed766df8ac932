// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.Arena;

/**
 * What {@code statx(2)} says of an open file.
 *
 * @param mode the type and permissions, {@code st_mode}
 * @param sizeBytes the size in bytes
 * @param modifiedSeconds when it was last modified: seconds since 1970 in UTC
 * @param device the file system, as one number
 * @param inode the file's number in its file system
 */
public record FileStatus(int mode, long sizeBytes, long modifiedSeconds, long device, long inode) {
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int AT_FDCWD = -100;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int STATX_BASIC_STATS = 0x7ff;
  private static final int STATX_SIZE = 256;
  private static final int MODE = 28;
  private static final int INODE = 32;
  private static final int SIZE = 40;
  private static final int MODIFIED = 112;
  private static final int DEVICE = 136;
  private static final int S_IFMT = 0xf000;
  private static final int S_IFSOCK = 0xc000;
  private static final int S_IFREG = 0x8000;
  private static final int S_IFDIR = 0x4000;
  private static final int S_IFCHR = 0x2000;
  private static final int S_IFIFO = 0x1000;

  /**
   * The status of an open descriptor.
   *
   * @throws LinuxException EBADF: not open
   */
  public static FileStatus of(int fd) throws LinuxException {
    return statx(fd, "", AT_EMPTY_PATH);
  }

  /**
   * The status of what {@code path} names, itself when it is a symbolic link.
   *
   * @throws LinuxException ENOENT, EACCES …, with the path
   * @throws IllegalArgumentException {@code path} has a NUL in it
   */
  public static FileStatus ofPath(String path) throws LinuxException {
    if (path.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("path: embedded null character");
    }
    return statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW);
  }

  private static FileStatus statx(int folder, String path, int flags) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long status = arena.allocate(STATX_SIZE, Long.BYTES).address();
      long name = arena.allocateFrom(path).address();
      long result = Syscall.retrying(Nr.STATX, folder, name, flags, STATX_BASIC_STATS, status, 0);
      if (result < 0) {
        throw LinuxException.of("statx", result, path.isEmpty() ? "fd " + folder : path);
      }
      return new FileStatus(
          NativeMemory.getShort(status + MODE) & 0xffff,
          NativeMemory.getLong(status + SIZE),
          NativeMemory.getLong(status + MODIFIED),
          NativeMemory.getLong(status + DEVICE),
          NativeMemory.getLong(status + INODE));
    }
  }

  /** Whether it is a regular file. */
  public boolean isRegular() {
    return (mode & S_IFMT) == S_IFREG;
  }

  /** Whether it is a folder. */
  public boolean isDirectory() {
    return (mode & S_IFMT) == S_IFDIR;
  }

  /** Whether it is a socket. */
  public boolean isSocket() {
    return (mode & S_IFMT) == S_IFSOCK;
  }

  /** Whether it is a pipe, with a name (a FIFO) or without. */
  public boolean isFifo() {
    return (mode & S_IFMT) == S_IFIFO;
  }

  /** Whether it is a character device, such as a terminal. */
  public boolean isCharacterDevice() {
    return (mode & S_IFMT) == S_IFCHR;
  }
}
