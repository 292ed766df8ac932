// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Nr;
import dev.ouro.linux.OpenFile;
import dev.ouro.linux.Syscall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** The two ends of a pseudo-terminal, {@code pty(7)}, in raw mode: bytes pass unchanged. */
public record Pty(OpenFile master, OpenFile slave) implements AutoCloseable {
  private static final int TIOCSPTLCK = 0x40045431;
  private static final int TIOCGPTN = 0x80045430;
  private static final int TCGETS = 0x5401;
  private static final int TCSETS = 0x5402;
  private static final int TERMIOS_BYTES = 64;
  private static final int FLAGS = 4;

  public static Pty open() throws LinuxException {
    int flags = OpenFile.O_RDWR | OpenFile.O_NOCTTY;
    OpenFile master = OpenFile.open(Path.of("/dev/ptmx"), flags);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(TERMIOS_BYTES, Integer.BYTES);
      ioctl(master, TIOCSPTLCK, memory);
      ioctl(master, TIOCGPTN, memory);
      int number = memory.get(ValueLayout.JAVA_INT, 0);
      OpenFile slave = OpenFile.open(Path.of("/dev/pts/" + number), flags);
      ioctl(slave, TCGETS, memory);
      // Neither line editing nor echo nor translation: what cfmakeraw(3) does.
      for (int flag = 0; flag < FLAGS; flag++) {
        boolean control = flag == 2; // c_cflag: the size of a byte stays
        if (!control) {
          memory.set(ValueLayout.JAVA_INT, flag * Integer.BYTES, 0);
        }
      }
      ioctl(slave, TCSETS, memory);
      return new Pty(master, slave);
    }
  }

  private static void ioctl(OpenFile file, int request, MemorySegment argument)
      throws LinuxException {
    long result =
        Syscall.call(
            Nr.IOCTL, file.fd().number(), Integer.toUnsignedLong(request), argument.address());
    LinuxException.check("ioctl", result);
  }

  @Override
  public void close() {
    master.close();
    slave.close();
  }
}
