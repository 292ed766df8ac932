// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyscallTest {
  private static final int PAGE_BYTES = 4096;

  @TempDir Path folder;

  @Test
  void shouldReturnWhatTheKernelDoes() {
    assertThat(Syscall.call(Nr.GETTID, 0)).isPositive();
  }

  @Test
  void shouldReturnTheErrnoNegated() {
    assertThat(Syscall.call(Nr.CLOSE, -1)).isEqualTo(-Errno.EBADF);
    assertThat(Syscall.call(-1, 0)).isEqualTo(-Errno.ENOSYS);
  }

  /** The sixth argument is the one that travels by the stack on x86-64. */
  @Test
  void shouldPassSixArguments() throws Exception {
    byte[] content = new byte[2 * PAGE_BYTES];
    content[PAGE_BYTES] = 'x';
    Path file = Files.write(folder.resolve("two-pages"), content);

    try (OpenFile open = OpenFile.open(file)) {
      long page = Syscall.call(Nr.MMAP, 0, PAGE_BYTES, 1, 2, open.fd().number(), PAGE_BYTES);

      assertThat(NativeMemory.getByte(page)).isEqualTo((byte) 'x');
      assertThat(Syscall.call(Nr.MUNMAP, page, PAGE_BYTES)).isZero();
    }
  }

  @Test
  void shouldCaptureTheErrnoOfLibcsFunctions() throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      long path = arena.allocateFrom(folder.resolve("missing").toString()).address();

      long result =
          (long)
              CapturedErrno.function("access")
                  .invokeExact(CapturedErrno.segment(), path, 0L, 0L, 0L, 0L, 0L, 0L);

      assertThat((int) result).isEqualTo(-1);
      assertThat(CapturedErrno.in(CapturedErrno.segment())).isEqualTo(Errno.ENOENT);
    }
  }
}
