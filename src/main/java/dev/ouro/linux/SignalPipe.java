// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.Arena;
import java.util.function.Consumer;

/**
 * A signal handler without Java in it, and the pipe that it writes to: {@code sigaction(2)} for
 * programs whose threads do not block signals, as those of a JVM.
 *
 * <p>The handler is a few instructions of machine code in a mapping of its own. It writes the
 * kernel's {@code siginfo_t} to the pipe, whole or not at all. When the pipe is full (at 8,192
 * signals, where the system allows a pipe of 1 MiB) it counts instead, so that no signal is lost;
 * only who sent it is.
 *
 * <p>It is never closed: until the process ends a thread may be just about to run the handler, and
 * would then write to a descriptor that is somebody else's by now, or run code that is not there.
 * Who needs it no more keeps it for the next.
 *
 * <p>One thread at a time may read.
 *
 * {@snippet :
 * SignalPipe pipe = SignalPipe.open();
 * SigAction before = pipe.action().install(Signal.SIGUSR1);
 * pipe.read(info -> System.out.println(info)); // once fd() is readable
 * before.install(Signal.SIGUSR1);
 * }
 */
public final class SignalPipe {
  private static final int O_CLOEXEC = 0x80000;
  private static final int O_NONBLOCK = 0x800;
  private static final int F_SETPIPE_SZ = 1031;
  private static final int PIPE_BYTES = 1 << 20;
  private static final int SIGNALS = 65;
  private static final int RECORDS = 64;
  private static final int RECORDS_OFFSET = 512;
  private static final long PAGE = 4096;

  private final int readEnd;
  private final EventFd overflow;
  private final long data;
  private final long code;

  private SignalPipe(int readEnd, EventFd overflow, Mapping data, Mapping code) {
    this.readEnd = readEnd;
    this.overflow = overflow;
    this.data = data.address();
    this.code = code.address();
  }

  /**
   * A pipe and its handler, which nobody calls yet.
   *
   * @throws LinuxException EMFILE, ENFILE: no descriptor is free; ENOMEM; EACCES: a security module
   *     forbids code that was made at run time. Nothing is left open
   */
  public static SignalPipe open() throws LinuxException {
    int[] ends = pipe();
    try {
      return open(ends[0], ends[1]);
    } catch (LinuxException e) {
      Syscall.call(Nr.CLOSE, ends[0]);
      Syscall.call(Nr.CLOSE, ends[1]);
      throw e;
    }
  }

  private static SignalPipe open(int readEnd, int writeEnd) throws LinuxException {
    // May be refused: then the pipe stays smaller.
    Syscall.call(Nr.FCNTL, writeEnd, F_SETPIPE_SZ, PIPE_BYTES);
    EventFd overflow = EventFd.create();
    Mapping data = null;
    Mapping code = null;
    try {
      data = Mapping.anonymous(RECORDS_OFFSET + RECORDS * (long) SignalInfo.SIZE);
      code = Mapping.anonymous(PAGE);
      NativeMemory.putLong(data.address() + SignalCode.ONE, 1);
      byte[] bytes = SignalCode.assemble(writeEnd, overflow.fd().number(), data.address());
      NativeMemory.copyFrom(bytes, 0, code.address(), bytes.length);
      byte[] second = SignalCode.assembleOneAtATime(data.address());
      NativeMemory.copyFrom(second, 0, code.address() + SignalCode.ONE_AT_A_TIME, second.length);
      code.makeExecutable();
      return new SignalPipe(readEnd, overflow, data, code);
    } catch (LinuxException e) {
      overflow.close();
      if (data != null) {
        data.close();
      }
      if (code != null) {
        code.close();
      }
      throw e;
    }
  }

  private static int[] pipe() throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long ends = arena.allocate(2 * Integer.BYTES, Integer.BYTES).address();
      LinuxException.check("pipe2", Syscall.call(Nr.PIPE2, ends, O_CLOEXEC | O_NONBLOCK));
      return new int[] {NativeMemory.getInt(ends), NativeMemory.getInt(ends + Integer.BYTES)};
    }
  }

  /** What makes signals come here: to be installed for each that shall. */
  public SigAction action() {
    return action(code);
  }

  /**
   * {@link #action()} for one signal at a time: one that arrives before the last one was {@link
   * #taken} does what it did before, without any help of Java's. For one signal of this pipe.
   *
   * @param otherwise what is done now: a handler, neither SIG_DFL nor SIG_IGN
   */
  public SigAction actionOneAtATime(SigAction otherwise) {
    if (otherwise.isDefault() || otherwise.isIgnore()) {
      throw new IllegalArgumentException("otherwise: " + otherwise + " is no handler");
    }
    NativeMemory.putLong(data + SignalCode.OTHERWISE, otherwise.handler());
    NativeMemory.putIntRelease(data + SignalCode.UNTAKEN, 0);
    return action(code + SignalCode.ONE_AT_A_TIME);
  }

  private static SigAction action(long handler) {
    int flags = SigAction.SA_SIGINFO | SigAction.SA_RESTART | SigAction.SA_ONSTACK;
    return SigAction.of(handler, flags, SignalSet.ALL);
  }

  /**
   * The last signal of {@link #actionOneAtATime} was taken: the next one comes here again.
   *
   * @return whether there was one
   */
  public boolean taken() {
    return NativeMemory.exchangeInt(data + SignalCode.UNTAKEN, 0) != 0;
  }

  /** Readable when {@link #read} has something. Never closed. */
  public int fd() {
    return readEnd;
  }

  /** Readable when {@link #readOverflow} has something. Never closed. */
  public int overflowFd() {
    return overflow.fd().number();
  }

  /**
   * {@code read(2)}: hands over what is there, at most 64 signals. What the consumer throws comes
   * out once it has had all of them.
   *
   * @return how many; or −errno, EAGAIN when there is none
   */
  public int read(Consumer<? super SignalInfo> consumer) {
    int count = readRecords();
    if (count < 0) {
      return count;
    }
    SignalDelivery delivery = new SignalDelivery(consumer);
    for (int i = 0; i < count; i++) {
      delivery.handOver(SignalInfo.read(data + RECORDS_OFFSET + i * (long) SignalInfo.SIZE));
    }
    return delivery.end();
  }

  /** How many; or −errno. */
  private int readRecords() {
    long size = RECORDS * (long) SignalInfo.SIZE;
    long read = Syscall.retrying(Nr.READ, readEnd, data + RECORDS_OFFSET, size, 0, 0, 0);
    return (int) (read < 0 ? read : read / SignalInfo.SIZE);
  }

  /**
   * Hands over those for which the pipe had no room: of each only the number is known. What the
   * consumer throws comes out once it has had all of them.
   *
   * @return how many
   */
  public int readOverflow(Consumer<? super SignalInfo> consumer) {
    // Before the counters: what is counted later makes the eventfd readable again.
    overflow.reset();
    SignalDelivery delivery = new SignalDelivery(consumer);
    for (int number = 1; number < SIGNALS; number++) {
      for (int left = takeLost(number); left != 0; left--) {
        delivery.handOver(SignalInfo.unknown(number));
      }
    }
    return delivery.end();
  }

  private int takeLost(int number) {
    long counter = data + SignalCode.LOST + number * (long) Integer.BYTES;
    return NativeMemory.getInt(counter) == 0 ? 0 : NativeMemory.exchangeInt(counter, 0);
  }

  /** Forgets what is there. */
  public void clear() {
    while (readRecords() > 0) {
      // once more
    }
    overflow.reset();
    for (int number = 1; number < SIGNALS; number++) {
      takeLost(number);
    }
  }

  @Override
  public String toString() {
    return "SignalPipe[fd " + readEnd + "]";
  }
}
