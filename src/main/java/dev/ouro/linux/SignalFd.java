// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.Arena;
import java.util.function.Consumer;

/**
 * {@code signalfd(2)}: signals that are read instead of handled. It gets only those that every
 * thread of the process blocks, which {@link SignalMask#blockedInAllThreads} tells; another thread
 * would take the rest first.
 *
 * <p>One thread at a time. The descriptor is non-blocking.
 */
public final class SignalFd implements AutoCloseable {
  private static final int SFD_CLOEXEC = 0x80000;
  private static final int SFD_NONBLOCK = 0x800;
  private static final int INFO_SIZE = 128;
  private static final int RECORDS = 16;

  private final Fd fd;

  private SignalFd(Fd fd) {
    this.fd = fd;
  }

  /**
   * {@code signalfd4(2)} with SFD_CLOEXEC and SFD_NONBLOCK.
   *
   * @throws LinuxException EMFILE, ENFILE: no descriptor is free; ENOMEM
   */
  public static SignalFd create(SignalSet signals) throws LinuxException {
    return new SignalFd(new Fd(signalfd(-1, signals)));
  }

  /**
   * Changes which signals it gets.
   *
   * @throws LinuxException as {@link #create}; EBADF: it is closed
   */
  public void set(SignalSet signals) throws LinuxException {
    if (fd.isClosed()) {
      throw LinuxException.of("signalfd4", Errno.EBADF); // its −1 would make another one
    }
    signalfd(fd.number(), signals);
  }

  private static int signalfd(int fd, SignalSet signals) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long set = arena.allocate(Long.BYTES, Long.BYTES).address();
      NativeMemory.putLong(set, signals.bits());
      int flags = SFD_CLOEXEC | SFD_NONBLOCK;
      long result = Syscall.call(Nr.SIGNALFD4, fd, set, Long.BYTES, flags);
      return (int) LinuxException.check("signalfd4", result);
    }
  }

  /**
   * {@code read(2)}: hands over what is there, at most 16 signals. What the consumer throws comes
   * out once it has had all of them.
   *
   * @return how many; or −errno, EAGAIN when there is none
   */
  public int read(Consumer<? super SignalInfo> consumer) {
    try (Arena arena = Arena.ofConfined()) {
      long records = arena.allocate(RECORDS * (long) INFO_SIZE, Long.BYTES).address();
      long read = Syscall.retrying(Nr.READ, fd.number(), records, RECORDS * INFO_SIZE, 0, 0, 0);
      if (read < 0) {
        return (int) read;
      }
      SignalDelivery delivery = new SignalDelivery(consumer);
      for (long at = records; at < records + read; at += INFO_SIZE) {
        delivery.handOver(SignalInfo.readFd(at));
      }
      return delivery.end();
    }
  }

  /** The descriptor, readable when a signal is there; this still owns it. */
  public Fd fd() {
    return fd;
  }

  @Override
  public void close() {
    fd.close();
  }
}
