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
 */
final class SignalCode {
  static final int MAX_SIZE = 128;

  /** {@code data->one}: the number 1. */
  static final int ONE = 0;

  /** {@code data->lost}: an int for each signal's number. */
  static final int LOST = 8;

  private SignalCode() {}

  /** For this machine. */
  static byte[] assemble(int pipe, int wake, long data) {
    return Abi.X86_64 ? x86(pipe, wake, data) : aarch64(pipe, wake, data);
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
