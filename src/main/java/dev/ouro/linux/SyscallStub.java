// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A function of nine instructions that makes a system call and returns what the kernel does: the
 * result, or −errno. libc's {@code syscall(2)} puts the errno away for the thread instead, and to
 * have the JVM fetch it from there after every call costs more than the way into Java and back.
 *
 * <p>It is {@code long f(long number, long × 6)} for the machine's own calling convention, in a
 * page that is never writable and executable at once. The page stays for as long as the process.
 */
final class SyscallStub {
  private static final byte[] X86_64 = {
    0x48,
    (byte) 0x89,
    (byte) 0xf8, // mov rax, rdi
    0x48,
    (byte) 0x89,
    (byte) 0xf7, // mov rdi, rsi
    0x48,
    (byte) 0x89,
    (byte) 0xd6, // mov rsi, rdx
    0x48,
    (byte) 0x89,
    (byte) 0xca, // mov rdx, rcx
    0x4d,
    (byte) 0x89,
    (byte) 0xc2, // mov r10, r8
    0x4d,
    (byte) 0x89,
    (byte) 0xc8, // mov r8, r9
    0x4c,
    (byte) 0x8b,
    0x4c,
    0x24,
    0x08, // mov r9, [rsp + 8]
    0x0f,
    0x05, // syscall
    (byte) 0xc3, // ret
  };

  // Linux makes a page's instructions coherent with its data when it becomes executable.
  private static final byte[] AARCH64 = {
    (byte) 0xe8,
    0x03,
    0x00,
    (byte) 0xaa, // mov x8, x0
    (byte) 0xe0,
    0x03,
    0x01,
    (byte) 0xaa, // mov x0, x1
    (byte) 0xe1,
    0x03,
    0x02,
    (byte) 0xaa, // mov x1, x2
    (byte) 0xe2,
    0x03,
    0x03,
    (byte) 0xaa, // mov x2, x3
    (byte) 0xe3,
    0x03,
    0x04,
    (byte) 0xaa, // mov x3, x4
    (byte) 0xe4,
    0x03,
    0x05,
    (byte) 0xaa, // mov x4, x5
    (byte) 0xe5,
    0x03,
    0x06,
    (byte) 0xaa, // mov x5, x6
    0x01,
    0x00,
    0x00,
    (byte) 0xd4, // svc #0
    (byte) 0xc0,
    0x03,
    0x5f,
    (byte) 0xd6, // ret
  };

  private static final long PAGE_BYTES = 4096; // of more, the kernel takes one of its own
  private static final long PROT_READ = 1;
  private static final long PROT_WRITE = 2;
  private static final long PROT_EXEC = 4;
  private static final long MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final long FAILED = -1;

  private SyscallStub() {}

  /**
   * The stub's handle, {@code (long × 7) → long}.
   *
   * @throws IllegalStateException the machine lets nobody make memory executable
   */
  @SuppressWarnings("restricted")
  static MethodHandle link() {
    byte[] code = Abi.X86_64 ? X86_64 : AARCH64;
    MethodHandle libc = Syscall.function("syscall");
    long page =
        call(libc, Nr.MMAP, 0, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE_ANONYMOUS, -1);
    if (page == FAILED) {
      throw new IllegalStateException("no page can be mapped for Ouro's system call function");
    }
    NativeMemory.copyFrom(code, 0, page, code.length);
    if (call(libc, Nr.MPROTECT, page, PAGE_BYTES, PROT_READ | PROT_EXEC, 0, 0) == FAILED) {
      throw new IllegalStateException(
          "memory cannot be made executable here (MemoryDenyWriteExecute, SELinux execmem?): Ouro"
              + " needs a page for its system call function");
    }
    return Linker.nativeLinker().downcallHandle(MemorySegment.ofAddress(page), Syscall.SHAPE);
  }

  private static long call(MethodHandle libc, long nr, long a, long b, long c, long d, long e) {
    try {
      return (long) libc.invokeExact(nr, a, b, c, d, e, 0L);
    } catch (Throwable t) {
      throw Syscall.unreachable(t);
    }
  }
}
