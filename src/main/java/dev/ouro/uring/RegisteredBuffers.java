// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Mapping;
import dev.ouro.linux.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A ring's table of registered buffers: operations such as {@link FileOperations#prepareReadFixed}
 * name one, and the kernel need not map its pages each time.
 *
 * <p>The kernel pins the pages and charges them to RLIMIT_MEMLOCK. Operations that run keep them
 * pinned past {@link #update} and {@link #close}, so that the memory may be freed then: what the
 * kernel still writes reaches nobody else. A tag that is not 0 arrives as the user data of a
 * completion when the slot's former buffer is no longer used by anything. One table per ring; the
 * ring's thread only.
 */
public final class RegisteredBuffers implements AutoCloseable {
  private static final int IOVEC_SIZE = 16;

  private final Uring ring;
  private final int slots;
  private boolean registered = true;

  private RegisteredBuffers(Uring ring, int slots) {
    this.ring = ring;
    this.slots = slots;
  }

  /**
   * {@code IORING_REGISTER_BUFFERS2}: a table of {@code slots}, all empty.
   *
   * @throws LinuxException EBUSY: the ring has a table; EINVAL: more than 16384 slots, or the
   *     kernel is too old; ENOMEM
   */
  public static RegisteredBuffers sparse(Uring ring, int slots) throws LinuxException {
    if (slots <= 0) {
      throw new IllegalArgumentException("slots: " + slots);
    }
    ResourceTable.registerSparse(ring, "buffers", Register.IORING_REGISTER_BUFFERS2, slots);
    return new RegisteredBuffers(ring, slots);
  }

  /**
   * {@code IORING_REGISTER_BUFFERS}: a table of these.
   *
   * @throws LinuxException EBUSY: the ring has a table; ENOMEM: over RLIMIT_MEMLOCK; EINVAL: more
   *     than 16384; EFAULT: not the process's memory
   * @throws IllegalArgumentException none, or one that is not native or is read-only
   */
  public static RegisteredBuffers register(Uring ring, MemorySegment... buffers)
      throws LinuxException {
    if (buffers.length == 0) {
      throw new IllegalArgumentException("buffers: none");
    }
    try (Arena arena = Arena.ofConfined()) {
      long iovecs = arena.allocate((long) IOVEC_SIZE * buffers.length, Long.BYTES).address();
      for (int i = 0; i < buffers.length; i++) {
        if (!buffers[i].isNative() || buffers[i].isReadOnly()) {
          throw new IllegalArgumentException("buffers: not native, or read-only: " + buffers[i]);
        }
        long iovec = iovecs + (long) IOVEC_SIZE * i;
        NativeMemory.putLong(iovec, buffers[i].address());
        NativeMemory.putLong(iovec + 8, buffers[i].byteSize());
      }
      ring.registerChecked("buffers", Register.IORING_REGISTER_BUFFERS, iovecs, buffers.length);
    }
    return new RegisteredBuffers(ring, buffers.length);
  }

  /**
   * {@code IORING_REGISTER_CLONE_BUFFERS}: a table of the buffers that {@code source}, of another
   * ring, has: their pages are neither pinned nor charged again, and stay when either goes.
   *
   * @throws LinuxException EBUSY: {@code ring} has a table; ENXIO: {@code source} is closed;
   *     EINVAL: the kernel is too old, before 6.12; ENOMEM
   */
  public static RegisteredBuffers cloneOf(Uring ring, RegisteredBuffers source)
      throws LinuxException {
    Registration.cloneBuffers(ring, source.ring.fd(), 0, 0, 0, 0);
    return new RegisteredBuffers(ring, source.slots);
  }

  /**
   * {@code IORING_REGISTER_CLONE_BUFFERS} with {@code IORING_REGISTER_DST_REPLACE}: {@code count}
   * slots from {@code slot} on become what {@code source} has from {@code sourceSlot} on.
   *
   * @param source this ring's own table, or another's
   * @throws LinuxException ENXIO: {@code source} is closed; EINVAL: the kernel is too old, before
   *     6.13; ENOMEM
   * @throws IndexOutOfBoundsException beyond either table
   */
  public void cloneFrom(RegisteredBuffers source, int sourceSlot, int slot, int count)
      throws LinuxException {
    Objects.checkFromIndexSize(sourceSlot, count, source.slots);
    Objects.checkFromIndexSize(slot, count, slots);
    if (count > 0) { // for the kernel 0 is all of them
      int flags = Register.IORING_REGISTER_DST_REPLACE;
      Registration.cloneBuffers(ring, source.ring.fd(), flags, sourceSlot, slot, count);
    }
  }

  /**
   * {@code IORING_REGISTER_BUFFERS_UPDATE}: puts the {@code sizeBytes} bytes at {@code address}
   * into {@code slot}; nothing when both are 0.
   *
   * @param tag 0 for none
   * @throws LinuxException ENOMEM: over RLIMIT_MEMLOCK; EFAULT: not the process's memory
   */
  public void update(int slot, long address, long sizeBytes, long tag) throws LinuxException {
    if (slot < 0 || slot >= slots) {
      throw new IllegalArgumentException("slot: " + slot + " of " + slots);
    } else if (sizeBytes < 0) {
      throw new IllegalArgumentException("sizeBytes: " + sizeBytes);
    }
    try (Mapping iovec = Mapping.anonymous(IOVEC_SIZE)) {
      NativeMemory.putLong(iovec.address(), address);
      NativeMemory.putLong(iovec.address() + 8, sizeBytes);
      ResourceTable.update(
          ring, "buffers", Register.IORING_REGISTER_BUFFERS_UPDATE, slot, iovec.address(), tag);
    }
  }

  /** How many slots there are. */
  public int slots() {
    return slots;
  }

  /** {@code IORING_UNREGISTER_BUFFERS}; a second call does nothing. Operations that run go on. */
  @Override
  public void close() {
    if (registered) {
      registered = false;
      ring.unregister(Register.IORING_UNREGISTER_BUFFERS);
    }
  }
}
