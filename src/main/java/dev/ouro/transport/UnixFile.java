// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Errno;
import dev.ouro.linux.FileStatus;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.UnixAddress;
import java.io.IOException;
import java.nio.file.Files;

/**
 * The file that stands for a bound Unix socket, known by its inode: another file of the same name
 * is not ours to remove.
 *
 * @param address the path
 * @param device the file system's number
 * @param inode the file's number in it
 */
record UnixFile(UnixAddress address, long device, long inode) {
  /** The file that {@code address} names now; null for none. */
  static UnixFile of(UnixAddress address) throws LinuxException {
    if (!isPath(address)) {
      return null;
    }
    FileStatus status = status(address);
    return status == null ? null : new UnixFile(address, status.device(), status.inode());
  }

  /** Removes the socket that a server left behind at {@code address}; any other file stays. */
  static void removeStale(UnixAddress address) {
    if (!isPath(address)) {
      return;
    }
    try {
      FileStatus status = status(address);
      if (status != null && status.isSocket()) {
        Files.deleteIfExists(address.path());
      }
    } catch (IOException e) {
      System.getLogger("dev.ouro")
          .log(
              System.Logger.Level.ERROR,
              "Unable to check or remove stale UNIX socket " + address,
              e);
    }
  }

  /** Removes the file if it is still the one that was bound. */
  void removeIfSame() throws IOException {
    FileStatus status = status(address);
    if (status != null && status.device() == device && status.inode() == inode) {
      Files.deleteIfExists(address.path());
    }
  }

  private static boolean isPath(UnixAddress address) {
    return !address.isUnnamed() && !address.isAbstract();
  }

  private static FileStatus status(UnixAddress address) throws LinuxException {
    try {
      return FileStatus.ofPath(address.path().toString());
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENOENT) {
        return null;
      }
      throw e;
    }
  }
}
