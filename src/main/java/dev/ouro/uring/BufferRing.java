// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Mapping;
import dev.ouro.linux.NativeMemory;

/**
 * A ring of provided buffers, {@code IORING_REGISTER_PBUF_RING}: the kernel takes one when data is
 * there, so that no connection that waits holds memory.
 *
 * {@snippet :
 * BufferRing buffers = BufferRing.register(ring, 0, 64, 4096, false);
 * ring.prepareRecvMultishot(fd, buffers).userData(7).submit();
 * // in the completion, when result > 0:
 * long data = buffers.take(flags, result);
 * consume(data, result);
 * buffers.release(BufferRing.bufferId(flags));
 * }
 *
 * <p><b>Ownership.</b> A buffer is the kernel's, then, from the completion that names it on, the
 * application's, and after {@link #release} the kernel's again, at once. An incremental group
 * ({@code IOU_PBUF_RING_INC}) fills a buffer bit by bit: several completions name it, each with
 * {@link CqeFlag#IORING_CQE_F_BUF_MORE} but the last; it goes back when the last was seen and every
 * piece released. An empty group ends a receive with ENOBUFS.
 *
 * <p><b>Threads.</b> The ring's own only.
 *
 * <p><b>Memory.</b> One mapping of {@code entries × bufferSizeBytes}, owned by this object. The
 * kernel may write to it until the operations that use the group have ended, so it is freed when
 * the ring closes and has come to rest, not by {@link #close}; and not before the last piece is
 * released.
 */
public final class BufferRing implements AutoCloseable {
  /** The most buffers that a group may have. */
  public static final int MAX_ENTRIES = 1 << 15;

  /**
   * In {@link #state}: the kernel may still write to the buffer. Below: how many pieces are out.
   */
  private static final int KERNEL = 1 << 30;

  private final Uring ring;
  private final int groupId;
  private final int entries;
  private final int mask;
  private final int bufferSizeBytes;
  private final boolean incremental;
  private final Mapping memory;
  private final long slotsAddress;
  private final long buffersAddress;

  private final int[] state;
  private final int[] offset;
  // Which buffer is in which slot, and the reverse: a bundle takes slots, and names only the first.
  private final int[] bufferInSlot;
  private final int[] slotOfBuffer;
  private int tail;
  private int available;
  private int piecesOut;
  private boolean registered;
  private boolean ringClosed;
  private boolean freedByLastRelease;

  private BufferRing(
      Uring ring,
      int groupId,
      int entries,
      int bufferSizeBytes,
      boolean incremental,
      Mapping memory) {
    this.ring = ring;
    this.groupId = groupId;
    this.entries = entries;
    this.mask = entries - 1;
    this.bufferSizeBytes = bufferSizeBytes;
    this.incremental = incremental;
    this.memory = memory;
    this.slotsAddress = memory.address();
    this.buffersAddress = memory.address() + slotBytes(entries);
    this.state = new int[entries];
    this.offset = new int[entries];
    this.bufferInSlot = new int[entries];
    this.slotOfBuffer = new int[entries];
  }

  /** Page-aligned, so that buffers start on a page. */
  private static long slotBytes(int entries) {
    return ((long) entries * Layout.BUF_SIZE + 4095) & -4096L;
  }

  /**
   * Registers a group with all its buffers in it.
   *
   * @param groupId 0 to 65535, not in use with this ring
   * @param entries a power of two, at most {@link #MAX_ENTRIES}
   * @param bufferSizeBytes the size of each buffer
   * @param incremental whether buffers are filled bit by bit; see {@link
   *     UringProbe#incrementalBuffers}
   * @throws LinuxException EEXIST: the group is in use; EINVAL: the kernel has no such rings, or no
   *     incremental ones that pass the self-test; ENOMEM: no memory, or RLIMIT_MEMLOCK
   * @throws IllegalArgumentException naming the argument that is out of range
   */
  public static BufferRing register(
      Uring ring, int groupId, int entries, int bufferSizeBytes, boolean incremental)
      throws LinuxException {
    require(groupId >= 0 && groupId <= 0xffff, "groupId", groupId);
    require(
        entries > 0 && entries <= MAX_ENTRIES && Integer.bitCount(entries) == 1,
        "entries",
        entries);
    require(bufferSizeBytes > 0, "bufferSizeBytes", bufferSizeBytes);
    if (incremental && !IncrementalSelfTest.passed()) {
      throw LinuxException.of(
          "io_uring_register",
          Errno.EINVAL,
          "incremental buffers: " + IncrementalSelfTest.reason());
    }
    return registerUntested(ring, groupId, entries, bufferSizeBytes, incremental);
  }

  static BufferRing registerUntested(
      Uring ring, int groupId, int entries, int bufferSizeBytes, boolean incremental)
      throws LinuxException {
    Mapping memory = Mapping.anonymous(slotBytes(entries) + (long) entries * bufferSizeBytes);
    BufferRing group = new BufferRing(ring, groupId, entries, bufferSizeBytes, incremental, memory);
    try {
      group.register();
    } catch (LinuxException | RuntimeException e) {
      memory.close();
      throw e;
    }
    ring.add(group);
    group.fillAll();
    return group;
  }

  private void register() throws LinuxException {
    try (Mapping argument = Mapping.anonymous(Layout.BUF_REG_SIZE)) {
      long reg = argument.address();
      NativeMemory.putLong(reg, slotsAddress);
      NativeMemory.putInt(reg + Layout.BUF_REG_ENTRIES, entries);
      NativeMemory.putShort(reg + Layout.BUF_REG_BGID, (short) groupId);
      NativeMemory.putShort(
          reg + Layout.BUF_REG_FLAGS, (short) (incremental ? Register.IOU_PBUF_RING_INC : 0));
      ring.registerChecked("buffer group " + groupId, Register.IORING_REGISTER_PBUF_RING, reg, 1);
      registered = true;
    }
  }

  private static void require(boolean holds, String name, int value) {
    if (!holds) {
      throw new IllegalArgumentException(name + ": " + value);
    }
  }

  /** The number of the buffer that a completion with {@link CqeFlag#IORING_CQE_F_BUFFER} names. */
  public static int bufferId(int cqeFlags) {
    return cqeFlags >>> CqeFlag.IORING_CQE_BUFFER_SHIFT;
  }

  /** Whether a completion names a buffer. One that does must be taken, or the buffer is lost. */
  public static boolean hasBuffer(int cqeFlags) {
    return (cqeFlags & CqeFlag.IORING_CQE_F_BUFFER) != 0;
  }

  /**
   * Takes the {@code length} bytes that a completion brought: their address. They are valid until
   * {@link #release} with the {@link #bufferId}, which is due once for each call. Not for bundles.
   *
   * @param cqeFlags the completion's, with {@link CqeFlag#IORING_CQE_F_BUFFER}
   * @param length the completion's result, ≥ 0
   * @throws IllegalArgumentException the completion names no buffer, or is an error
   * @throws IllegalStateException when the buffer is not the kernel's: the completion was taken
   *     twice; or the ring is closed, which frees what was not taken
   */
  public long take(int cqeFlags, int length) {
    return take(cqeFlags, length, length);
  }

  /**
   * {@link #take(int, int)} of what a read of a regular file brought to an incremental group. The
   * kernel has taken as much of the buffer there as was asked for, before it knew how much the file
   * has: the next piece starts behind that.
   *
   * @param askedLength what the read had asked for, ≥ {@code length}
   */
  public long take(int cqeFlags, int length, int askedLength) {
    checkCompletion(cqeFlags, length);
    if (askedLength < length) {
      throw new IllegalArgumentException("askedLength: " + askedLength + ", length: " + length);
    }
    return take(bufferId(cqeFlags), askedLength, (cqeFlags & CqeFlag.IORING_CQE_F_BUF_MORE) != 0);
  }

  private static void checkCompletion(int cqeFlags, int length) {
    if (!hasBuffer(cqeFlags)) {
      throw new IllegalArgumentException("cqeFlags: no IORING_CQE_F_BUFFER: " + cqeFlags);
    }
    require(length >= 0, "length", length);
  }

  private long take(int id, int length, boolean more) {
    int was = state[id];
    if ((was & KERNEL) == 0) {
      throw new IllegalStateException("buffer " + id + " is not the kernel's");
    } else if (ringClosed) {
      throw new IllegalStateException("the ring is closed");
    }
    long address = address(id) + offset[id];
    piecesOut++;
    if (more) {
      state[id] = was + 1;
      offset[id] += length;
    } else {
      state[id] = (was & ~KERNEL) + 1;
      available--;
    }
    return address;
  }

  /**
   * Takes what a completion brought, piece by piece and in order, also where it is a bundle of
   * several buffers ({@link OpFlag#IORING_RECVSEND_BUNDLE}).
   *
   * @param length the completion's result, ≥ 0; nothing is called for 0, and the buffer is released
   */
  public void forEachSlice(int cqeFlags, int length, SliceHandler handler) {
    checkCompletion(cqeFlags, length);
    int id = bufferId(cqeFlags);
    boolean more = (cqeFlags & CqeFlag.IORING_CQE_F_BUF_MORE) != 0;
    if (length == 0) {
      take(id, 0, more);
      release(id);
      return;
    }
    int left = length;
    while (left > 0) {
      int piece = Math.min(left, bufferSizeBytes - offset[id]);
      left -= piece;
      int next = bufferInSlot[(slotOfBuffer[id] + 1) & mask];
      handler.slice(take(id, piece, more && left == 0), piece, id);
      id = next;
    }
  }

  /**
   * Gives back one piece. The buffer goes to the kernel when this was the last piece of it and the
   * kernel was through with it.
   *
   * @throws IllegalStateException when no piece of it is out
   */
  public void release(int bufferId) {
    int was = state[bufferId];
    if ((was & ~KERNEL) == 0) {
      throw new IllegalStateException("buffer " + bufferId + " is not taken");
    }
    state[bufferId] = was - 1;
    piecesOut--;
    if (was == 1 && registered) {
      give(bufferId);
    } else if (piecesOut == 0 && freedByLastRelease) {
      memory.close();
    }
  }

  private void give(int id) {
    fill(id);
    // At once, and not in batches: it is one store, and the line is the kernel's of this very
    // thread.
    publish();
  }

  private void fill(int id) {
    int slot = tail & mask;
    long entry = slotsAddress + (long) slot * Layout.BUF_SIZE;
    NativeMemory.putLong(entry, address(id));
    NativeMemory.putInt(entry + Layout.BUF_LEN, bufferSizeBytes);
    NativeMemory.putShort(entry + Layout.BUF_BID, (short) id);
    offset[id] = 0;
    bufferInSlot[slot] = id;
    slotOfBuffer[id] = slot;
    given(id);
  }

  private void given(int id) {
    state[id] = KERNEL;
    available++;
    tail++;
  }

  /**
   * {@link #fill} of every buffer, by one copy: while the JVM is cold, thousands of single stores
   * would be what its start waits for. A slot is two longs: the address, and length and number; the
   * tail lies over the first slot's end, and is still 0.
   */
  private void fillAll() {
    long[] slots = new long[2 * entries];
    for (int id = 0; id < entries; id++) {
      slots[2 * id] = address(id);
      slots[2 * id + 1] = bufferSizeBytes | (long) id << Integer.SIZE;
      bufferInSlot[id] = id;
      slotOfBuffer[id] = id;
      given(id);
    }
    NativeMemory.copyFrom(slots, slotsAddress);
    publish();
  }

  /** Pairs with the kernel's acquire of the tail: the slots before it are filled. */
  private void publish() {
    NativeMemory.putShortRelease(slotsAddress + Layout.BUF_RING_TAIL, (short) tail);
  }

  /** The first byte of the buffer {@code bufferId}. */
  public long address(int bufferId) {
    return buffersAddress + (long) bufferId * bufferSizeBytes;
  }

  /** The group's number, for {@link Sqe#bufferGroup}. */
  public int groupId() {
    return groupId;
  }

  /** How many buffers the group has. */
  public int entries() {
    return entries;
  }

  /** The size of each buffer. */
  public int bufferSizeBytes() {
    return bufferSizeBytes;
  }

  /** Whether buffers are filled bit by bit. */
  public boolean incremental() {
    return incremental;
  }

  /** How many buffers the kernel can take, as far as the completions that were taken tell. */
  public int available() {
    return available;
  }

  /**
   * {@link Register#IORING_REGISTER_PBUF_STATUS}: how many buffers the kernel can take, as it says
   * itself: other than {@link #available}, without those that completions name which were not taken
   * yet.
   *
   * @throws LinuxException ENOENT: the group is closed; EINVAL: the kernel is too old, before 6.8
   */
  public int unused() throws LinuxException {
    return (tail - Registration.bufferRingHead(ring, groupId)) & 0xffff;
  }

  /**
   * {@code IORING_UNREGISTER_PBUF_RING}: operations find the group no more. Pieces that are out
   * stay valid. The memory is freed with the ring. A second call does nothing.
   */
  @Override
  public void close() {
    if (registered) {
      registered = false;
      try (Mapping argument = Mapping.anonymous(Layout.BUF_REG_SIZE)) {
        NativeMemory.putShort(argument.address() + Layout.BUF_REG_BGID, (short) groupId);
        ring.register(Register.IORING_UNREGISTER_PBUF_RING, argument.address(), 1);
      } catch (LinuxException e) {
        System.getLogger(BufferRing.class.getName())
            .log(System.Logger.Level.WARNING, "buffer group " + groupId + " stays registered", e);
      }
    }
  }

  /** The ring is closed; {@code quiet}: no operation can write any more. */
  void ringClosed(boolean quiet) {
    registered = false;
    ringClosed = true;
    if (quiet && piecesOut == 0) {
      memory.close();
    } else if (quiet) {
      freedByLastRelease = true;
    } else {
      System.getLogger(BufferRing.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "operations did not end when their ring was closed: {0} bytes of buffer group {1} leaked",
              memory.sizeBytes(),
              groupId);
    }
  }
}
