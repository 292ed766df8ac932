// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.Arena;

/**
 * What the kernel tells of a signal that arrived, {@code siginfo_t} of {@code sigaction(2)}.
 *
 * @param signal which one
 * @param code why, {@code si_code}: {@link #SI_USER} … or a positive code that depends on the
 *     signal
 * @param pid who sent it; 0 where the kernel did, or where that is not known
 * @param uid the sender's real user
 * @param value what {@code sigqueue(3)} or a timer gave; of SIGCHLD the child's exit status or
 *     signal; else 0
 */
public record SignalInfo(Signal signal, int code, int pid, int uid, int value) {
  /** Sent by {@code kill(2)}. */
  public static final int SI_USER = 0;

  /** Sent by the kernel. */
  public static final int SI_KERNEL = 0x80;

  /** Sent by {@code sigqueue(3)}. */
  public static final int SI_QUEUE = -1;

  /** Sent by a timer. */
  public static final int SI_TIMER = -2;

  /** Sent by a message queue. */
  public static final int SI_MESGQ = -3;

  /** Sent by {@code tgkill(2)}. */
  public static final int SI_TKILL = -6;

  static final int SIZE = 128;
  private static final int CODE = 8;
  private static final int PID = 16;
  private static final int UID = 20;
  private static final int VALUE = 24;
  private static final int FD_CODE = 8;
  private static final int FD_PID = 12;
  private static final int FD_UID = 16;
  private static final int FD_STATUS = 40;
  private static final int FD_INT = 44;

  /** The signal's number, {@code si_signo}. */
  public int signum() {
    return signal.number();
  }

  /** One of which nothing but its number is known. */
  static SignalInfo unknown(int number) {
    return new SignalInfo(Signal.of(number), SI_USER, 0, 0, 0);
  }

  /** Reads a {@code siginfo_t}. */
  static SignalInfo read(long address) {
    return of(
        NativeMemory.getInt(address),
        NativeMemory.getInt(address + CODE),
        NativeMemory.getInt(address + PID),
        NativeMemory.getInt(address + UID),
        NativeMemory.getInt(address + VALUE),
        NativeMemory.getInt(address + VALUE));
  }

  /** Reads a {@code struct signalfd_siginfo}. */
  static SignalInfo readFd(long address) {
    return of(
        NativeMemory.getInt(address),
        NativeMemory.getInt(address + FD_CODE),
        NativeMemory.getInt(address + FD_PID),
        NativeMemory.getInt(address + FD_UID),
        NativeMemory.getInt(address + FD_INT),
        NativeMemory.getInt(address + FD_STATUS));
  }

  /** Takes from the fields, which the kernel uses for other things too, what belongs there. */
  private static SignalInfo of(int number, int code, int pid, int uid, int value, int status) {
    Signal signal = Signal.of(number);
    boolean ofChild = signal.equals(Signal.SIGCHLD) && code > 0 && code != SI_KERNEL;
    boolean hasSender =
        ofChild || code == SI_USER || code == SI_QUEUE || code == SI_TKILL || code == SI_MESGQ;
    boolean hasValue = code == SI_QUEUE || code == SI_TIMER || code == SI_MESGQ;
    return new SignalInfo(
        signal,
        code,
        hasSender ? pid : 0,
        hasSender ? uid : 0,
        ofChild ? status : hasValue ? value : 0);
  }

  /** {@code rt_sigqueueinfo(2)} as {@code sigqueue(3)} calls it. */
  static void queue(Signal signal, int pid, int value) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long info = arena.allocate(SIZE, Long.BYTES).address();
      NativeMemory.putInt(info, signal.number());
      NativeMemory.putInt(info + CODE, SI_QUEUE);
      NativeMemory.putInt(info + PID, (int) ProcessHandle.current().pid());
      NativeMemory.putInt(info + UID, (int) Syscall.call(Nr.GETUID, 0));
      NativeMemory.putInt(info + VALUE, value);
      long result = Syscall.call(Nr.RT_SIGQUEUEINFO, pid, signal.number(), info);
      LinuxException.check("rt_sigqueueinfo", result);
    }
  }
}
