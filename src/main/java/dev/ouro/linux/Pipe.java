// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.Arena;

/**
 * {@code pipe(7)}: what is written to one end is read from the other, in order.
 *
 * <p>Both ends are close-on-exec and blocking, and belong to whoever made them until they are
 * handed on; an end that a transport owns is made non-blocking by it, which the other end does not
 * notice. Each end may be used from any thread.
 *
 * {@snippet :
 * Pipe pipe = Pipe.create();
 * loop.connectReadPipe(Lines::new, pipe.readEnd()); // the transport's from now on
 * }
 */
public final class Pipe implements AutoCloseable {
  private static final int O_CLOEXEC = 0x80000;
  private static final int F_SETPIPE_SZ = 1031;
  private static final int INT_SIZE = 4;

  private final Fd readEnd;
  private final Fd writeEnd;

  private Pipe(Fd readEnd, Fd writeEnd) {
    this.readEnd = readEnd;
    this.writeEnd = writeEnd;
  }

  /**
   * {@code pipe2(2)} with O_CLOEXEC.
   *
   * @throws LinuxException EMFILE, ENFILE: no descriptor is free, or the user's pipes hold as much
   *     as they may
   */
  public static Pipe create() throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long ends = arena.allocate(2 * INT_SIZE, INT_SIZE).address();
      LinuxException.check("pipe2", Syscall.call(Nr.PIPE2, ends, O_CLOEXEC));
      Fd readEnd = new Fd(NativeMemory.getInt(ends));
      return new Pipe(readEnd, new Fd(NativeMemory.getInt(ends + INT_SIZE)));
    }
  }

  /**
   * Makes room for {@code sizeBytes} bytes at least, {@code fcntl(2)} with {@code F_SETPIPE_SZ}.
   *
   * @throws LinuxException EPERM: over {@code /proc/sys/fs/pipe-max-size}; EINVAL, ENOMEM; EBUSY:
   *     it holds more already
   */
  public void resize(int sizeBytes) throws LinuxException {
    LinuxException.check(
        "fcntl", Syscall.call(Nr.FCNTL, writeEnd.number(), F_SETPIPE_SZ, sizeBytes));
  }

  /** The end that is read from; this still owns it, and closes it only if nobody else has. */
  public Fd readEnd() {
    return readEnd;
  }

  /** The end that is written to; this still owns it, and closes it only if nobody else has. */
  public Fd writeEnd() {
    return writeEnd;
  }

  /** Closes those ends that are open, {@code close(2)}. */
  @Override
  public void close() {
    readEnd.close();
    writeEnd.close();
  }

  @Override
  public String toString() {
    return "Pipe[read " + readEnd + ", write " + writeEnd + "]";
  }
}
