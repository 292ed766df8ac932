// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Mapping;
import dev.ouro.linux.NativeMemory;
import java.util.Objects;

/**
 * A ring's table of registered files: operations with {@link Sqe#fixedFile} name a slot instead of
 * a descriptor, and need not look it up.
 *
 * <p>The table keeps each file open by itself; the descriptor that was registered may be closed. A
 * slot that is changed while operations use it: those go on with the old file. A tag that is not 0
 * arrives as the user data of a completion when the slot's file is no longer used by anything. One
 * table per ring; the ring's thread only. A ring that closes drops its table.
 */
public final class RegisteredFiles implements AutoCloseable {
  /** In place of a descriptor: the slot becomes, or stays, empty. */
  public static final int EMPTY = -1;

  /** In place of a descriptor, for {@link #update}: the slot is left alone. */
  public static final int SKIP = -2;

  private final Uring ring;
  private final int slots;
  private boolean registered = true;

  private RegisteredFiles(Uring ring, int slots) {
    this.ring = ring;
    this.slots = slots;
  }

  /**
   * {@code IORING_REGISTER_FILES2}: a table of {@code slots}, all empty.
   *
   * @throws LinuxException EBUSY: the ring has a table; EMFILE: more slots than RLIMIT_NOFILE;
   *     EINVAL: the kernel is too old; ENOMEM
   */
  public static RegisteredFiles sparse(Uring ring, int slots) throws LinuxException {
    if (slots <= 0) {
      throw new IllegalArgumentException("slots: " + slots);
    }
    ResourceTable.registerSparse(ring, "files", Register.IORING_REGISTER_FILES2, slots);
    return new RegisteredFiles(ring, slots);
  }

  /**
   * {@code IORING_REGISTER_FILES}: a table of these descriptors; {@link #EMPTY} leaves a slot
   * empty.
   *
   * @throws LinuxException as {@link #sparse}; EBADF: one is not open
   */
  public static RegisteredFiles register(Uring ring, int... fds) throws LinuxException {
    if (fds.length == 0) {
      throw new IllegalArgumentException("fds: none");
    }
    try (Mapping memory = Mapping.anonymous(4L * fds.length)) {
      for (int i = 0; i < fds.length; i++) {
        NativeMemory.putInt(memory.address() + 4L * i, fds[i]);
      }
      ring.registerChecked("files", Register.IORING_REGISTER_FILES, memory.address(), fds.length);
    }
    return new RegisteredFiles(ring, fds.length);
  }

  /**
   * {@code IORING_REGISTER_FILES_UPDATE2}: puts {@code fd} into {@code slot}, in place of what is
   * there.
   *
   * @param fd a descriptor, {@link #EMPTY} or {@link #SKIP}
   * @param tag 0 for none
   * @throws LinuxException EBADF: not open
   */
  public void update(int slot, int fd, long tag) throws LinuxException {
    if (slot < 0 || slot >= slots) {
      throw new IllegalArgumentException("slot: " + slot + " of " + slots);
    }
    try (Mapping memory = Mapping.anonymous(8)) {
      NativeMemory.putInt(memory.address(), fd);
      ResourceTable.update(
          ring, "files", Register.IORING_REGISTER_FILES_UPDATE2, slot, memory.address(), tag);
    }
  }

  /**
   * {@code IORING_REGISTER_FILES_UPDATE}: puts {@code fds} into the slots from {@code firstSlot}
   * on, each as {@link #update}.
   *
   * @return how many: fewer where one of them cannot be put there
   * @throws LinuxException the errno of the first one
   * @throws IndexOutOfBoundsException beyond the table
   */
  public int updateAll(int firstSlot, int... fds) throws LinuxException {
    Objects.checkFromIndexSize(firstSlot, fds.length, slots);
    if (fds.length == 0) {
      return 0;
    }
    try (Mapping memory = Mapping.anonymous(Layout.FILES_UPDATE_SIZE + 4L * fds.length)) {
      long descriptors = memory.address() + Layout.FILES_UPDATE_SIZE;
      for (int i = 0; i < fds.length; i++) {
        NativeMemory.putInt(descriptors + 4L * i, fds[i]);
      }
      NativeMemory.putInt(memory.address(), firstSlot);
      NativeMemory.putLong(memory.address() + Layout.FILES_UPDATE_FDS, descriptors);
      return ring.registerChecked(
          "files", Register.IORING_REGISTER_FILES_UPDATE, memory.address(), fds.length);
    }
  }

  /**
   * {@code IORING_REGISTER_FILE_ALLOC_RANGE}: the slots that the kernel chooses from for {@link
   * OpFlag#IORING_FILE_INDEX_ALLOC}.
   *
   * @throws LinuxException EINVAL: the kernel is too old; EOVERFLOW, EINVAL: beyond the table
   */
  public void allocateFrom(int firstSlot, int count) throws LinuxException {
    if (firstSlot < 0) {
      throw new IllegalArgumentException("firstSlot: " + firstSlot);
    } else if (count <= 0) {
      throw new IllegalArgumentException("count: " + count);
    }
    try (Mapping memory = Mapping.anonymous(16)) {
      NativeMemory.putInt(memory.address(), firstSlot);
      NativeMemory.putInt(memory.address() + 4, count);
      ring.registerChecked("files", Register.IORING_REGISTER_FILE_ALLOC_RANGE, memory.address(), 0);
    }
  }

  /** How many slots there are. */
  public int slots() {
    return slots;
  }

  /** {@code IORING_UNREGISTER_FILES}; a second call does nothing. Operations that run go on. */
  @Override
  public void close() {
    if (registered) {
      registered = false;
      ring.unregister(Register.IORING_UNREGISTER_FILES);
    }
  }
}
