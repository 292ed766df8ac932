// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Mapping;
import dev.ouro.linux.NativeMemory;
import java.lang.foreign.Arena;
import java.util.Objects;

/**
 * A ring of buffers to send from, {@code IORING_REGISTER_PBUF_RING}: what is offered leaves in this
 * order, by {@link SocketOperations#prepareSend(int, SendBuffers, int, int)}, so that more can be
 * offered while a send is under way, and a bundle takes as many as there are.
 *
 * {@snippet :
 * SendBuffers buffers = SendBuffers.register(ring, 1, 64);
 * buffers.offer(address, length);
 * buffers.offer(next, nextLength);
 * ring.prepareSend(fd, buffers, OpFlag.MSG_WAITALL, OpFlag.IORING_RECVSEND_BUNDLE).submit();
 * // in the completion: the memory of so many, the first ones offered, is free
 * int count = buffers.sent(flags, result);
 * }
 *
 * <p>One group per socket. The kernel is through with a buffer of which it has sent only a part:
 * with {@link OpFlag#MSG_WAITALL} it sends the rest itself. ENOBUFS: nothing is offered.
 *
 * <p><b>Ownership.</b> The data are the application's memory, and the kernel's until the completion
 * that {@link #sent} counts them in, or, after an error, until the ring is closed. The ring's
 * thread only.
 */
public final class SendBuffers implements AutoCloseable {
  private final Uring ring;
  private final int groupId;
  private final int mask;
  private final Mapping slots;
  private final int[] lengths;
  private int head;
  private int tail;
  private boolean registered = true;

  private SendBuffers(Uring ring, int groupId, int entries, Mapping slots) {
    this.ring = ring;
    this.groupId = groupId;
    this.mask = entries - 1;
    this.slots = slots;
    this.lengths = new int[entries];
  }

  /**
   * Registers a group with nothing in it.
   *
   * @param groupId 0 to 65535, not in use with this ring
   * @param entries how many can be offered at a time: a power of two, at most {@link
   *     BufferRing#MAX_ENTRIES}
   * @throws LinuxException EEXIST: the group is in use; EINVAL: the kernel has no such rings;
   *     ENOMEM
   * @throws IllegalArgumentException naming the argument that is out of range
   */
  public static SendBuffers register(Uring ring, int groupId, int entries) throws LinuxException {
    Objects.requireNonNull(ring, "ring");
    if (groupId < 0 || groupId > 0xffff) {
      throw new IllegalArgumentException("groupId: " + groupId);
    } else if (entries <= 0 || entries > BufferRing.MAX_ENTRIES || Integer.bitCount(entries) != 1) {
      throw new IllegalArgumentException("entries: " + entries);
    }
    Mapping slots = Mapping.anonymous((long) entries * Layout.BUF_SIZE);
    try (Arena arena = Arena.ofConfined()) {
      long reg = arena.allocate(Layout.BUF_REG_SIZE, Long.BYTES).address();
      NativeMemory.putLong(reg, slots.address());
      NativeMemory.putInt(reg + Layout.BUF_REG_ENTRIES, entries);
      NativeMemory.putShort(reg + Layout.BUF_REG_BGID, (short) groupId);
      ring.registerChecked("buffer group " + groupId, Register.IORING_REGISTER_PBUF_RING, reg, 1);
    } catch (LinuxException | RuntimeException e) {
      slots.close();
      throw e;
    }
    return new SendBuffers(ring, groupId, entries, slots);
  }

  /**
   * The {@code length} bytes at {@code address} are to be sent after what was offered before. No
   * system call.
   *
   * @param length &gt; 0
   * @return false when there is no room: see {@link #sent}
   * @throws IllegalStateException the group is closed
   */
  public boolean offer(long address, int length) {
    if (length <= 0) {
      throw new IllegalArgumentException("length: " + length);
    }
    long base = slots.address();
    if (tail - head > mask) {
      return false;
    }
    int slot = tail & mask;
    long entry = base + (long) slot * Layout.BUF_SIZE;
    NativeMemory.putLong(entry, address);
    NativeMemory.putInt(entry + Layout.BUF_LEN, length);
    NativeMemory.putShort(entry + Layout.BUF_BID, (short) slot);
    lengths[slot] = length;
    tail++;
    // Pairs with the kernel's acquire of the tail: the slots before it are filled.
    NativeMemory.putShortRelease(base + Layout.BUF_RING_TAIL, (short) tail);
    return true;
  }

  /**
   * Counts what the completion of a send is through with: those that were offered first.
   *
   * @param cqeFlags the completion's
   * @param result the completion's
   * @return how many buffers; 0 where the completion names none
   */
  public int sent(int cqeFlags, int result) {
    if (!BufferRing.hasBuffer(cqeFlags)) {
      return 0;
    }
    int before = head;
    long left = result;
    do {
      left -= lengths[head & mask];
      head++;
    } while (left > 0 && head != tail);
    return head - before;
  }

  /** How many are offered, and not yet {@link #sent}. */
  public int pending() {
    return tail - head;
  }

  /** How many can be offered at a time. */
  public int entries() {
    return lengths.length;
  }

  /** The group's number, for {@link Sqe#bufferGroup}. */
  public int groupId() {
    return groupId;
  }

  /**
   * {@code IORING_UNREGISTER_PBUF_RING}: sends find the group no more. A second call does nothing.
   * The kernel reads the slots by a mapping of its own: they can go at once.
   */
  @Override
  public void close() {
    if (registered) {
      registered = false;
      if (ring.owner() != null) {
        try (Arena arena = Arena.ofConfined()) {
          long reg = arena.allocate(Layout.BUF_REG_SIZE, Long.BYTES).address();
          NativeMemory.putShort(reg + Layout.BUF_REG_BGID, (short) groupId);
          ring.register(Register.IORING_UNREGISTER_PBUF_RING, reg, 1);
        }
      }
      slots.close();
    }
  }
}
