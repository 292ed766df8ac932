// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The machine code of {@link SignalPipe}'s handler: {@code void f(int, siginfo_t *, void *)}. It
 * makes one system call, {@code write(pipe, info, 128)}, which is whole or fails. If it fails, for
 * the pipe is full, it counts the signal and adds one to the eventfd. It uses no stack, no errno,
 * and no register that the ABI does not give to it.
 *
 * <p>In C:
 *
 * <pre>
 * if (write(pipe, info, 128) &lt; 0) {
 *   atomic_add(&amp;data-&gt;lost[signal], 1);
 *   write(wake, &amp;data-&gt;one, 8);
 * }
 * </pre>
 *
 * <p>A second entry takes one signal at a time, and leaves the others to the handler that was there
 * before:
 *
 * <pre>
 * if (atomic_exchange(&amp;data-&gt;untaken, 1) != 0) {
 *   return data-&gt;otherwise(signal, info, context);
 * }
 * </pre>
 */
final class SignalCode {
  static final int MAX_SIZE = 128;

  /** Where the second entry is, behind the handler. */
  static final int ONE_AT_A_TIME = MAX_SIZE;

  /** {@code data->one}: the number 1. */
  static final int ONE = 0;

  /** {@code data->lost}: an int for each signal's number. */
  static final int LOST = 8;

  /** {@code data->untaken}: 1 while a signal of the second entry is on its way. */
  static final int UNTAKEN = 272;

  /** {@code data->otherwise}: the address of a handler. */
  static final int OTHERWISE = 280;

  private SignalCode() {}

  /** For this machine. */
  static byte[] assemble(int pipe, int wake, long data) {
    return Abi.X86_64 ? x86(pipe, wake, data) : aarch64(pipe, wake, data);
  }

  /** The second entry, to be placed {@link #ONE_AT_A_TIME} bytes behind the handler. */
  static byte[] assembleOneAtATime(long data) {
    return Abi.X86_64 ? x86OneAtATime(data) : aarch64OneAtATime(data);
  }

  static byte[] x86(int pipe, int wake, long data) {
    ByteBuffer code = ByteBuffer.allocate(MAX_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    bytes(code, 0xf3, 0x0f, 0x1e, 0xfa); // endbr64
    bytes(code, 0x41, 0x89, 0xf8); // mov r8d, edi
    bytes(code, 0xbf).putInt(pipe); // mov edi, pipe
    bytes(code, 0xba).putInt(SignalInfo.SIZE); // mov edx, 128
    bytes(code, 0xb8).putInt(1); // mov eax, __NR_write
    bytes(code, 0x0f, 0x05); // syscall
    bytes(code, 0x48, 0x85, 0xc0); // test rax, rax
    bytes(code, 0x78, 0x01); // js over the ret
    bytes(code, 0xc3); // ret
    bytes(code, 0x48, 0xbe).putLong(data); // mov rsi, data
    bytes(code, 0xf0, 0x42, 0xff, 0x44, 0x86, LOST); // lock inc dword [rsi + 4 * r8 + LOST]
    bytes(code, 0xbf).putInt(wake); // mov edi, wake
    bytes(code, 0xba).putInt(Long.BYTES); // mov edx, 8
    bytes(code, 0xb8).putInt(1); // mov eax, __NR_write
    bytes(code, 0x0f, 0x05); // syscall
    bytes(code, 0xc3); // ret
    return written(code);
  }

  static byte[] x86OneAtATime(long data) {
    ByteBuffer code = ByteBuffer.allocate(MAX_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    bytes(code, 0xf3, 0x0f, 0x1e, 0xfa); // endbr64
    bytes(code, 0x48, 0xb8).putLong(data); // mov rax, data
    bytes(code, 0xb9).putInt(1); // mov ecx, 1
    bytes(code, 0x87, 0x88).putInt(UNTAKEN); // xchg [rax + UNTAKEN], ecx
    bytes(code, 0x85, 0xc9); // test ecx, ecx
    bytes(code, 0x74, 0x06); // je over the jmp
    bytes(code, 0xff, 0xa0).putInt(OTHERWISE); // jmp [rax + OTHERWISE]
    bytes(code, 0xe9); // jmp to the handler
    code.putInt(-(ONE_AT_A_TIME + code.position() + Integer.BYTES));
    return written(code);
  }

  private static ByteBuffer bytes(ByteBuffer code, int... bytes) {
    for (int b : bytes) {
      code.put((byte) b);
    }
    return code;
  }

  static byte[] aarch64(int pipe, int wake, long data) {
    ByteBuffer code = ByteBuffer.allocate(MAX_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    code.putInt(0xd503245f); // bti c
    code.putInt(0x2a0003e9); // mov w9, w0
    moveWide(code, 0, pipe & 0xffffffffL, 2); // x0
    code.putInt(0xd2801002); // mov x2, #128
    code.putInt(0xd2800808); // mov x8, #64: __NR_write
    code.putInt(0xd4000001); // svc #0
    code.putInt(0xb7f80040); // tbnz x0, #63, over the ret
    code.putInt(0xd65f03c0); // ret
    moveWide(code, 1, data, 4); // x1
    code.putInt(0x8b09082a); // add x10, x1, x9, lsl #2
    code.putInt(0x9100214a); // add x10, x10, #8: LOST
    code.putInt(0x885ffd4b); // ldaxr w11, [x10]
    code.putInt(0x1100056b); // add w11, w11, #1
    code.putInt(0x880cfd4b); // stlxr w12, w11, [x10]
    code.putInt(0x35ffffac); // cbnz w12, to the ldaxr
    moveWide(code, 0, wake & 0xffffffffL, 2); // x0
    code.putInt(0xd2800102); // mov x2, #8
    code.putInt(0xd2800808); // mov x8, #64: __NR_write
    code.putInt(0xd4000001); // svc #0
    code.putInt(0xd65f03c0); // ret
    return written(code);
  }

  static byte[] aarch64OneAtATime(long data) {
    ByteBuffer code = ByteBuffer.allocate(MAX_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    code.putInt(0xd503245f); // bti c
    moveWide(code, 9, data, 4); // x9
    code.putInt(0x9104412a); // add x10, x9, #272: UNTAKEN
    code.putInt(0x5280002b); // mov w11, #1
    code.putInt(0x885ffd4c); // ldaxr w12, [x10]
    code.putInt(0x880dfd4b); // stlxr w13, w11, [x10]
    code.putInt(0x35ffffcd); // cbnz w13, to the ldaxr
    code.putInt(0x3400006c); // cbz w12, over the br
    code.putInt(0xf9408d30); // ldr x16, [x9, #280]: OTHERWISE
    code.putInt(0xd61f0200); // br x16
    int back = -(ONE_AT_A_TIME + code.position()) / Integer.BYTES;
    code.putInt(0x14000000 | back & 0x3ffffff); // b to the handler
    return written(code);
  }

  /** {@code movz} and as many {@code movk} as it takes for {@code halves} times 16 bits. */
  private static void moveWide(ByteBuffer code, int register, long value, int halves) {
    for (int half = 0; half < halves; half++) {
      int operation = half == 0 ? 0xd2800000 : 0xf2800000;
      int bits = (int) (value >>> (16 * half)) & 0xffff;
      code.putInt(operation | half << 21 | bits << 5 | register);
    }
  }

  private static byte[] written(ByteBuffer code) {
    byte[] bytes = new byte[code.position()];
    code.flip().get(bytes);
    return bytes;
  }
}
