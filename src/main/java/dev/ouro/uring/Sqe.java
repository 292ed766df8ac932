// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import dev.ouro.linux.NativeMemory;

/**
 * The submission entry that is being filled.
 *
 * <p>A ring has one such object; every {@code prepare…} method moves it to the next free entry and
 * fills it. {@link #submit} puts the entry into the queue; the kernel sees it at the ring's next
 * {@link Uring#submit}, {@link Uring#submitAndWait(int)} or other enter. An entry that is prepared
 * but not submitted is dropped by the next {@code prepare…}: whoever throws in between leaves
 * nothing half done. The setters check nothing but what they name; the kernel answers EINVAL for
 * fields that an operation does not take.
 */
public final class Sqe {
  private final Uring ring;
  private long address;

  Sqe(Uring ring) {
    this.ring = ring;
  }

  void moveTo(long newAddress) {
    address = newAddress;
  }

  long address() {
    return address;
  }

  /**
   * Fills the whole entry, the fields that are not named with 0.
   *
   * <p>Eight packed stores: setting the fields one by one is what made other bindings slow.
   */
  Sqe fill(int op, int fd, long off, long addr, int len, int opFlags) {
    long sqe = NativeMemory.address(address);
    NativeMemory.putLong(sqe, (op & 0xffL) | (long) fd << 32);
    NativeMemory.putLong(sqe + Layout.SQE_OFF, off);
    NativeMemory.putLong(sqe + Layout.SQE_ADDR, addr);
    NativeMemory.putLong(sqe + Layout.SQE_LEN, (len & 0xffff_ffffL) | (long) opFlags << 32);
    NativeMemory.putLong(sqe + Layout.SQE_USER_DATA, 0);
    NativeMemory.putLong(sqe + Layout.SQE_BUF_INDEX, 0);
    NativeMemory.putLong(sqe + Layout.SQE_ADDR3, 0);
    NativeMemory.putLong(sqe + Layout.SQE_PAD2, 0);
    return this;
  }

  /** What the completion carries back. 0 unless set. */
  public Sqe userData(long userData) {
    NativeMemory.putLong(address + Layout.SQE_USER_DATA, userData);
    return this;
  }

  /** Adds to the entry's flags, {@code IOSQE_*}: see {@link SqeFlag}. */
  public Sqe flags(int flags) {
    long at = address + Layout.SQE_FLAGS;
    NativeMemory.putByte(at, (byte) (NativeMemory.getByte(at) | flags));
    return this;
  }

  /** Adds to {@code ioprio}, where accept, send and receive have flags of their own. */
  public Sqe ioprio(int ioprio) {
    long at = address + Layout.SQE_IOPRIO;
    NativeMemory.putShort(at, (short) (NativeMemory.getShort(at) | ioprio));
    return this;
  }

  /** Sets {@code fd}. */
  public Sqe fd(int fd) {
    NativeMemory.putInt(address + Layout.SQE_FD, fd);
    return this;
  }

  /** Sets {@code off}, also {@code addr2}. */
  public Sqe off(long off) {
    NativeMemory.putLong(address + Layout.SQE_OFF, off);
    return this;
  }

  /** Sets {@code addr}, also {@code splice_off_in}. */
  public Sqe addr(long addr) {
    NativeMemory.putLong(address + Layout.SQE_ADDR, addr);
    return this;
  }

  /** Sets {@code len}. */
  public Sqe len(int len) {
    NativeMemory.putInt(address + Layout.SQE_LEN, len);
    return this;
  }

  /** Sets the operation's own flags: {@code msg_flags}, {@code rw_flags}, {@code open_flags} … */
  public Sqe opFlags(int opFlags) {
    NativeMemory.putInt(address + Layout.SQE_OP_FLAGS, opFlags);
    return this;
  }

  /** Sets {@code buf_index}: the registered buffer. */
  public Sqe bufferIndex(int index) {
    NativeMemory.putShort(address + Layout.SQE_BUF_INDEX, (short) index);
    return this;
  }

  /** Takes a buffer of {@code group}: {@code buf_group} and {@link SqeFlag#IOSQE_BUFFER_SELECT}. */
  public Sqe bufferGroup(int group) {
    NativeMemory.putShort(address + Layout.SQE_BUF_INDEX, (short) group);
    return flags(SqeFlag.IOSQE_BUFFER_SELECT);
  }

  /** Sets {@code personality}: the credentials to run with. */
  public Sqe personality(int personality) {
    NativeMemory.putShort(address + Layout.SQE_PERSONALITY, (short) personality);
    return this;
  }

  /** Sets {@code file_index}, also {@code splice_fd_in}, {@code addr_len} and {@code optlen}. */
  public Sqe fileIndex(int value) {
    NativeMemory.putInt(address + Layout.SQE_FILE_INDEX, value);
    return this;
  }

  /**
   * The new descriptor goes into the registered files instead, at {@code slot}, or where the kernel
   * likes for {@link OpFlag#IORING_FILE_INDEX_ALLOC}; the completion's result then is the slot.
   */
  public Sqe intoSlot(int slot) {
    // The field holds the slot + 1, except for the constant, which is ~0 as it is.
    return fileIndex(slot == OpFlag.IORING_FILE_INDEX_ALLOC ? slot : slot + 1);
  }

  /** Sets {@code addr3}, also {@code optval}. */
  public Sqe addr3(long addr3) {
    NativeMemory.putLong(address + Layout.SQE_ADDR3, addr3);
    return this;
  }

  /** The descriptor is an index in the registered files: {@link SqeFlag#IOSQE_FIXED_FILE}. */
  public Sqe fixedFile() {
    return flags(SqeFlag.IOSQE_FIXED_FILE);
  }

  /** The next entry starts when this one has succeeded: {@link SqeFlag#IOSQE_IO_LINK}. */
  public Sqe link() {
    return flags(SqeFlag.IOSQE_IO_LINK);
  }

  /**
   * Puts the entry into the queue. No system call: the kernel takes it at the ring's next enter.
   * The object must not be used again before the next {@code prepare…}.
   */
  public void submit() {
    ring.commit();
  }
}
