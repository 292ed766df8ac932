// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

/**
 * Operations on files and folders. Their results are those of the system calls they are named
 * after.
 *
 * <p>Paths are addresses of strings that end with NUL, and belong to the kernel, as buffers do,
 * until the operation's completion.
 */
public sealed interface FileOperations permits Uring {
  /** For an offset: the file's own position. */
  long CURRENT_POSITION = -1;

  /** See {@link RingOperations#prepare}. */
  Sqe prepare(int op, int fd, long off, long addr, int len, int opFlags);

  /**
   * {@link Op#IORING_OP_READ}: {@code length} bytes to {@code address}.
   *
   * @param offset in the file, or {@link #CURRENT_POSITION}
   */
  default Sqe prepareRead(int fd, long address, int length, long offset) {
    checkLength(length);
    return prepare(Op.IORING_OP_READ, fd, offset, address, length, 0);
  }

  /**
   * {@link Op#IORING_OP_READ} into a buffer of {@code group}, at most {@code length} bytes. Of a
   * regular file into an incremental group: {@link BufferRing#take(int, int, int)}.
   */
  default Sqe prepareRead(int fd, BufferRing group, int length, long offset) {
    checkLength(length);
    return prepare(Op.IORING_OP_READ, fd, offset, 0, length, 0).bufferGroup(group.groupId());
  }

  /**
   * {@link Op#IORING_OP_READ_MULTISHOT}: reads a pollable file (a pipe, an eventfd, a terminal)
   * again and again into buffers of {@code group}.
   */
  default Sqe prepareReadMultishot(int fd, BufferRing group) {
    return prepare(Op.IORING_OP_READ_MULTISHOT, fd, CURRENT_POSITION, 0, 0, 0)
        .bufferGroup(group.groupId());
  }

  /** {@link Op#IORING_OP_WRITE}: {@code length} bytes at {@code address}. */
  default Sqe prepareWrite(int fd, long address, int length, long offset) {
    checkLength(length);
    return prepare(Op.IORING_OP_WRITE, fd, offset, address, length, 0);
  }

  /** {@link Op#IORING_OP_READ_FIXED}: into the registered buffer {@code bufferIndex}. */
  default Sqe prepareReadFixed(int fd, long address, int length, long offset, int bufferIndex) {
    checkLength(length);
    return prepare(Op.IORING_OP_READ_FIXED, fd, offset, address, length, 0)
        .bufferIndex(bufferIndex);
  }

  /** {@link Op#IORING_OP_WRITE_FIXED}: from the registered buffer {@code bufferIndex}. */
  default Sqe prepareWriteFixed(int fd, long address, int length, long offset, int bufferIndex) {
    checkLength(length);
    return prepare(Op.IORING_OP_WRITE_FIXED, fd, offset, address, length, 0)
        .bufferIndex(bufferIndex);
  }

  /**
   * {@link Op#IORING_OP_READV}.
   *
   * @param iovecs the address of {@code count} {@code struct iovec}
   * @param rwFlags {@code RWF_*}, as {@code preadv2(2)}
   */
  default Sqe prepareReadv(int fd, long iovecs, int count, long offset, int rwFlags) {
    checkLength(count);
    return prepare(Op.IORING_OP_READV, fd, offset, iovecs, count, rwFlags);
  }

  /** {@link Op#IORING_OP_WRITEV}; parameters as {@link #prepareReadv}. */
  default Sqe prepareWritev(int fd, long iovecs, int count, long offset, int rwFlags) {
    checkLength(count);
    return prepare(Op.IORING_OP_WRITEV, fd, offset, iovecs, count, rwFlags);
  }

  /** {@link #prepareReadv} into the registered buffer {@code bufferIndex}, which has them all. */
  default Sqe prepareReadvFixed(
      int fd, long iovecs, int count, long offset, int rwFlags, int bufferIndex) {
    checkLength(count);
    return prepare(Op.IORING_OP_READV_FIXED, fd, offset, iovecs, count, rwFlags)
        .bufferIndex(bufferIndex);
  }

  /** {@link #prepareWritev} from the registered buffer {@code bufferIndex}, which has them all. */
  default Sqe prepareWritevFixed(
      int fd, long iovecs, int count, long offset, int rwFlags, int bufferIndex) {
    checkLength(count);
    return prepare(Op.IORING_OP_WRITEV_FIXED, fd, offset, iovecs, count, rwFlags)
        .bufferIndex(bufferIndex);
  }

  /** {@link Op#IORING_OP_FSYNC}, with {@link OpFlag#IORING_FSYNC_DATASYNC} the data only. */
  default Sqe prepareFsync(int fd, int fsyncFlags) {
    return prepare(Op.IORING_OP_FSYNC, fd, 0, 0, 0, fsyncFlags);
  }

  /** {@link Op#IORING_OP_FTRUNCATE}. */
  default Sqe prepareFtruncate(int fd, long lengthBytes) {
    return prepare(Op.IORING_OP_FTRUNCATE, fd, lengthBytes, 0, 0, 0);
  }

  /** {@link Op#IORING_OP_FALLOCATE}. */
  default Sqe prepareFallocate(int fd, int mode, long offset, long lengthBytes) {
    return prepare(Op.IORING_OP_FALLOCATE, fd, offset, lengthBytes, mode, 0);
  }

  /** {@link Op#IORING_OP_FADVISE}. */
  default Sqe prepareFadvise(int fd, long offset, int lengthBytes, int advice) {
    checkLength(lengthBytes);
    return prepare(Op.IORING_OP_FADVISE, fd, offset, 0, lengthBytes, advice);
  }

  /** {@link Op#IORING_OP_MADVISE}. */
  default Sqe prepareMadvise(long address, long lengthBytes, int advice) {
    // What needs more bits goes elsewhere, which kernels before 6.10 refuse.
    boolean fits = lengthBytes >= 0 && lengthBytes <= 0xffff_ffffL;
    return prepare(
        Op.IORING_OP_MADVISE,
        -1,
        fits ? 0 : lengthBytes,
        address,
        fits ? (int) lengthBytes : 0,
        advice);
  }

  /**
   * {@link Op#IORING_OP_SYNC_FILE_RANGE}.
   *
   * @param length 0 for up to the end
   * @param syncFlags {@code SYNC_FILE_RANGE_*}
   */
  default Sqe prepareSyncFileRange(int fd, long offset, int length, int syncFlags) {
    checkLength(length);
    return prepare(Op.IORING_OP_SYNC_FILE_RANGE, fd, offset, 0, length, syncFlags);
  }

  /** {@link Op#IORING_OP_CLOSE}. Cancels nothing that runs on the descriptor. */
  default Sqe prepareClose(int fd) {
    return prepare(Op.IORING_OP_CLOSE, fd, 0, 0, 0, 0);
  }

  /** {@link Op#IORING_OP_CLOSE} of the registered file in {@code slot}. */
  default Sqe prepareCloseSlot(int slot) {
    return prepare(Op.IORING_OP_CLOSE, 0, 0, 0, 0, 0).intoSlot(slot);
  }

  /**
   * {@link Op#IORING_OP_OPENAT}. Result: the descriptor, or, with {@link Sqe#intoSlot}, the slot.
   *
   * @param dirFd a folder, or {@code AT_FDCWD}
   * @param openFlags {@code O_*}; {@code O_CLOEXEC} not with a slot
   */
  default Sqe prepareOpenat(int dirFd, long path, int openFlags, int mode) {
    return prepare(Op.IORING_OP_OPENAT, dirFd, 0, path, mode, openFlags);
  }

  /** {@link Op#IORING_OP_OPENAT2} with the {@code struct open_how} of {@code howSize} bytes. */
  default Sqe prepareOpenat2(int dirFd, long path, long how, int howSize) {
    return prepare(Op.IORING_OP_OPENAT2, dirFd, how, path, howSize, 0);
  }

  /** {@link Op#IORING_OP_STATX} into the {@code struct statx} at {@code statx}. */
  default Sqe prepareStatx(int dirFd, long path, int statxFlags, int mask, long statx) {
    return prepare(Op.IORING_OP_STATX, dirFd, statx, path, mask, statxFlags);
  }

  /** {@link Op#IORING_OP_UNLINKAT}. */
  default Sqe prepareUnlinkat(int dirFd, long path, int unlinkFlags) {
    return prepare(Op.IORING_OP_UNLINKAT, dirFd, 0, path, 0, unlinkFlags);
  }

  /** {@link Op#IORING_OP_MKDIRAT}. */
  default Sqe prepareMkdirat(int dirFd, long path, int mode) {
    return prepare(Op.IORING_OP_MKDIRAT, dirFd, 0, path, mode, 0);
  }

  /** {@link Op#IORING_OP_RENAMEAT}. */
  default Sqe prepareRenameat(
      int oldDirFd, long oldPath, int newDirFd, long newPath, int renameFlags) {
    return prepare(Op.IORING_OP_RENAMEAT, oldDirFd, newPath, oldPath, newDirFd, renameFlags);
  }

  /** {@link Op#IORING_OP_SYMLINKAT}: at {@code newPath} there is then a link to {@code target}. */
  default Sqe prepareSymlinkat(long target, int newDirFd, long newPath) {
    return prepare(Op.IORING_OP_SYMLINKAT, newDirFd, newPath, target, 0, 0);
  }

  /** {@link Op#IORING_OP_LINKAT}: the file at {@code oldPath} is then at {@code newPath} too. */
  default Sqe prepareLinkat(int oldDirFd, long oldPath, int newDirFd, long newPath, int linkFlags) {
    return prepare(Op.IORING_OP_LINKAT, oldDirFd, newPath, oldPath, newDirFd, linkFlags);
  }

  /**
   * {@link Op#IORING_OP_FSETXATTR}: the attribute {@code name} becomes the {@code length} bytes at
   * {@code value}.
   *
   * @param xattrFlags 0, {@code XATTR_CREATE} or {@code XATTR_REPLACE}
   */
  default Sqe prepareFsetxattr(int fd, long name, long value, int length, int xattrFlags) {
    checkLength(length);
    return prepare(Op.IORING_OP_FSETXATTR, fd, value, name, length, xattrFlags);
  }

  /** {@link Op#IORING_OP_SETXATTR}: {@link #prepareFsetxattr} of the file at {@code path}. */
  default Sqe prepareSetxattr(long path, long name, long value, int length, int xattrFlags) {
    checkLength(length);
    return prepare(Op.IORING_OP_SETXATTR, 0, value, name, length, xattrFlags).addr3(path);
  }

  /**
   * {@link Op#IORING_OP_FGETXATTR}: the attribute {@code name} goes to {@code value}, where there
   * is room for {@code length} bytes. Result: how long it is.
   */
  default Sqe prepareFgetxattr(int fd, long name, long value, int length) {
    checkLength(length);
    return prepare(Op.IORING_OP_FGETXATTR, fd, value, name, length, 0);
  }

  /** {@link Op#IORING_OP_GETXATTR}: {@link #prepareFgetxattr} of the file at {@code path}. */
  default Sqe prepareGetxattr(long path, long name, long value, int length) {
    checkLength(length);
    return prepare(Op.IORING_OP_GETXATTR, 0, value, name, length, 0).addr3(path);
  }

  /**
   * {@link Op#IORING_OP_SPLICE}. The kernel always hands it to a worker thread: limit those with
   * {@link Uring#limitWorkers}.
   *
   * @param inOffset −1 for a pipe, or for the file's own position; so {@code outOffset}
   */
  default Sqe prepareSplice(
      int inFd, long inOffset, int outFd, long outOffset, int length, int spliceFlags) {
    checkLength(length);
    return prepare(Op.IORING_OP_SPLICE, outFd, outOffset, inOffset, length, spliceFlags)
        .fileIndex(inFd);
  }

  /** {@link Op#IORING_OP_TEE}. */
  default Sqe prepareTee(int inFd, int outFd, int length, int spliceFlags) {
    checkLength(length);
    return prepare(Op.IORING_OP_TEE, outFd, 0, 0, length, spliceFlags).fileIndex(inFd);
  }

  /**
   * {@link Op#IORING_OP_PIPE}: both ends' descriptors go to the two {@code int}s at {@code fds}.
   *
   * @param pipeFlags {@code O_CLOEXEC}, {@code O_NONBLOCK}
   */
  default Sqe preparePipe(long fds, int pipeFlags) {
    return prepare(Op.IORING_OP_PIPE, 0, 0, fds, 0, pipeFlags);
  }

  /**
   * {@link Op#IORING_OP_FILES_UPDATE}: the {@code count} descriptors at {@code fds} go into the
   * registered files from {@code firstSlot} on, −1 for none. Result: how many did; or, for {@link
   * OpFlag#IORING_FILE_INDEX_ALLOC}, where each went is written to {@code fds}.
   */
  default Sqe prepareFilesUpdate(long fds, int count, int firstSlot) {
    checkLength(count);
    return prepare(Op.IORING_OP_FILES_UPDATE, -1, firstSlot & 0xffff_ffffL, fds, count, 0);
  }

  /** {@link Op#IORING_OP_FIXED_FD_INSTALL}. Result: a descriptor of the registered file. */
  default Sqe prepareFixedFdInstall(int slot, int installFlags) {
    return prepare(Op.IORING_OP_FIXED_FD_INSTALL, slot, 0, 0, 0, installFlags).fixedFile();
  }

  private static void checkLength(int length) {
    if (length < 0) {
      throw new IllegalArgumentException("length: " + length);
    }
  }
}
