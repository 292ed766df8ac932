// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.NativeMemory;
import dev.ouro.linux.Nr;
import dev.ouro.linux.Syscall;
import java.lang.foreign.Arena;
import java.util.BitSet;

/** The arguments of {@link RegisterOperations}: apart, so that no start has to load them. */
final class Registration {
  private static final int MAX_RESTRICTIONS = 256;

  private Registration() {}

  static int call(RegisterOperations ring, String what, int op, long arg, int count)
      throws LinuxException {
    int result = ring.register(op, arg, count);
    if (result < 0) {
      throw LinuxException.of("io_uring_register", result, what);
    }
    return result;
  }

  /** {@code values} as the argument: what the kernel has made of them. */
  static int[] ints(RegisterOperations ring, String what, int op, int... values)
      throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long memory = allocate(arena, 4L * values.length);
      for (int i = 0; i < values.length; i++) {
        NativeMemory.putInt(memory + 4L * i, values[i]);
      }
      call(ring, what, op, memory, values.length);
      int[] after = new int[values.length];
      for (int i = 0; i < values.length; i++) {
        after[i] = NativeMemory.getInt(memory + 4L * i);
      }
      return after;
    }
  }

  private static long allocate(Arena arena, long sizeBytes) {
    return arena.allocate(sizeBytes, Long.BYTES).address();
  }

  static int[] limitWorkers(RegisterOperations ring, int bounded, int unbounded)
      throws LinuxException {
    if (bounded < 0 || unbounded < 0) {
      throw new IllegalArgumentException(
          bounded < 0 ? "bounded: " + bounded : "unbounded: " + unbounded);
    }
    return ints(ring, "workers", Register.IORING_REGISTER_IOWQ_MAX_WORKERS, bounded, unbounded);
  }

  static void bindWorkers(RegisterOperations ring, BitSet processors) throws LinuxException {
    if (processors.isEmpty()) {
      call(ring, "workers", Register.IORING_UNREGISTER_IOWQ_AFF, 0, 0);
      return;
    }
    byte[] mask = processors.toByteArray();
    try (Arena arena = Arena.ofConfined()) {
      long memory = allocate(arena, mask.length);
      NativeMemory.copyFrom(mask, 0, memory, mask.length);
      call(ring, "workers", Register.IORING_REGISTER_IOWQ_AFF, memory, mask.length);
    }
  }

  static void restrictions(RegisterOperations ring, Restrictions restrictions)
      throws LinuxException {
    int count = restrictions.count();
    if (count > MAX_RESTRICTIONS) {
      throw new IllegalArgumentException("restrictions: " + count);
    }
    try (Arena arena = Arena.ofConfined()) {
      long memory = allocate(arena, (long) count * Layout.RESTRICTION_SIZE);
      restrictions.write(memory);
      call(ring, "restrictions", Register.IORING_REGISTER_RESTRICTIONS, memory, count);
    }
  }

  static Napi napi(RegisterOperations ring, Napi settings) throws LinuxException {
    return napi(
        ring,
        Register.IORING_REGISTER_NAPI,
        settings.busyPollMicros(),
        (settings.preferBusyPoll() ? 1 : 0) | Napi.IO_URING_NAPI_REGISTER_OP << Byte.SIZE,
        settings.tracking());
  }

  static Napi noNapi(RegisterOperations ring) throws LinuxException {
    return napi(ring, Register.IORING_UNREGISTER_NAPI, 0, 0, 0);
  }

  static void napiId(RegisterOperations ring, int operation, int napiId) throws LinuxException {
    napi(ring, Register.IORING_REGISTER_NAPI, 0, operation << Byte.SIZE, napiId);
  }

  private static Napi napi(
      RegisterOperations ring, int op, int busyPollMicros, int preferAndOperation, int parameter)
      throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long napi = allocate(arena, Layout.NAPI_SIZE);
      NativeMemory.putInt(napi, busyPollMicros);
      NativeMemory.putInt(napi + Layout.NAPI_PREFER_BUSY_POLL, preferAndOperation);
      NativeMemory.putInt(napi + Layout.NAPI_OP_PARAM, parameter);
      call(ring, "napi", op, napi, 1);
      return new Napi(
          NativeMemory.getInt(napi),
          NativeMemory.getByte(napi + Layout.NAPI_PREFER_BUSY_POLL) != 0,
          NativeMemory.getInt(napi + Layout.NAPI_OP_PARAM));
    }
  }

  static void clock(RegisterOperations ring, int clockId) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long clock = allocate(arena, Layout.CLOCK_REGISTER_SIZE);
      NativeMemory.putInt(clock, clockId);
      call(ring, "clock", Register.IORING_REGISTER_CLOCK, clock, 0);
    }
  }

  static void cloneBuffers(
      RegisterOperations ring, int sourceFd, int flags, int sourceSlot, int slot, int count)
      throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long clone = allocate(arena, Layout.CLONE_BUFFERS_SIZE);
      NativeMemory.putInt(clone, sourceFd);
      NativeMemory.putInt(clone + Layout.CLONE_BUFFERS_FLAGS, flags);
      NativeMemory.putInt(clone + Layout.CLONE_BUFFERS_SRC_OFF, sourceSlot);
      NativeMemory.putInt(clone + Layout.CLONE_BUFFERS_DST_OFF, slot);
      NativeMemory.putInt(clone + Layout.CLONE_BUFFERS_NR, count);
      call(ring, "clone buffers", Register.IORING_REGISTER_CLONE_BUFFERS, clone, 1);
    }
  }

  static int bufferRingHead(RegisterOperations ring, int groupId) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long status = allocate(arena, Layout.BUF_STATUS_SIZE);
      NativeMemory.putInt(status, groupId);
      call(ring, "buffer group " + groupId, Register.IORING_REGISTER_PBUF_STATUS, status, 1);
      return NativeMemory.getInt(status + Layout.BUF_STATUS_HEAD) & 0xffff;
    }
  }

  /** A region of the application's memory for registered waits. */
  static void waitRegion(RegisterOperations ring, long address, long sizeBytes)
      throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long region = allocate(arena, Layout.MEM_REGION_REG_SIZE);
      long description = allocate(arena, Layout.REGION_DESC_SIZE);
      NativeMemory.putLong(region, description);
      NativeMemory.putLong(
          region + Layout.MEM_REGION_REG_FLAGS, Register.IORING_MEM_REGION_REG_WAIT_ARG);
      NativeMemory.putLong(description, address);
      NativeMemory.putLong(description + Layout.REGION_DESC_BYTES, sizeBytes);
      NativeMemory.putInt(
          description + Layout.REGION_DESC_FLAGS, Register.IORING_MEM_REGION_TYPE_USER);
      call(ring, "waits", Register.IORING_REGISTER_MEM_REGION, region, 1);
    }
  }

  static int sendMsgRing(int ringFd, int result, long userData) {
    try (Arena arena = Arena.ofConfined()) {
      long sqe = allocate(arena, Layout.SQE_SIZE);
      NativeMemory.putLong(sqe, Op.IORING_OP_MSG_RING | (long) ringFd << Integer.SIZE);
      NativeMemory.putLong(sqe + Layout.SQE_OFF, userData);
      NativeMemory.putLong(sqe + Layout.SQE_ADDR, OpFlag.IORING_MSG_DATA);
      NativeMemory.putInt(sqe + Layout.SQE_LEN, result);
      int op = Register.IORING_REGISTER_SEND_MSG_RING;
      return (int) Syscall.retrying(Nr.IO_URING_REGISTER, -1, op, sqe, 1, 0, 0);
    }
  }
}
