// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.util.Map;
import java.util.TreeMap;

/**
 * A signal: its number and its name, {@code signal(7)}. Immutable; equal numbers are equal signals.
 *
 * {@snippet :
 * Signal.SIGTERM.send(pid);
 * Signal.of(15).equals(Signal.of("SIGTERM")); // true
 * Signal.realTime(3); // SIGRTMIN+3
 * }
 */
public final class Signal implements Comparable<Signal> {
  /** The lowest number that libc leaves to real-time signals; those below it are its own. */
  private static final int FIRST_REAL_TIME = 34;

  private static final int LAST = 64;

  /** Those two that libc uses for its threads. */
  private static final int FIRST_OF_LIBC = 32;

  private static final Map<String, Signal> BY_NAME = new TreeMap<>();
  private static final Signal[] BY_NUMBER = new Signal[LAST + 1];

  /** The terminal hung up, or whoever controls the process did. */
  public static final Signal SIGHUP = named(1, "SIGHUP");

  /** Interrupt from the keyboard, Ctrl+C. */
  public static final Signal SIGINT = named(2, "SIGINT");

  /** Quit from the keyboard, Ctrl+\. The JVM prints its threads. */
  public static final Signal SIGQUIT = named(3, "SIGQUIT");

  /** Illegal instruction. */
  public static final Signal SIGILL = named(4, "SIGILL");

  /** Trap of a debugger. */
  public static final Signal SIGTRAP = named(5, "SIGTRAP");

  /** {@code abort(3)}. */
  public static final Signal SIGABRT = named(6, "SIGABRT");

  /** Memory access that the hardware refuses. */
  public static final Signal SIGBUS = named(7, "SIGBUS");

  /** Arithmetic error. */
  public static final Signal SIGFPE = named(8, "SIGFPE");

  /** Ends a process at once; cannot be caught. */
  public static final Signal SIGKILL = named(9, "SIGKILL");

  /** For the program's own use. */
  public static final Signal SIGUSR1 = named(10, "SIGUSR1");

  /** Memory access that is not allowed. */
  public static final Signal SIGSEGV = named(11, "SIGSEGV");

  /** For the program's own use; in a JVM, the JVM's. */
  public static final Signal SIGUSR2 = named(12, "SIGUSR2");

  /** Written to a pipe that nobody reads. */
  public static final Signal SIGPIPE = named(13, "SIGPIPE");

  /** {@code alarm(2)}. */
  public static final Signal SIGALRM = named(14, "SIGALRM");

  /** The request to end. */
  public static final Signal SIGTERM = named(15, "SIGTERM");

  /** Unused. */
  public static final Signal SIGSTKFLT = named(16, "SIGSTKFLT");

  /** A child ended, stopped or went on. */
  public static final Signal SIGCHLD = named(17, "SIGCHLD");

  /** Goes on, if it was stopped. */
  public static final Signal SIGCONT = named(18, "SIGCONT");

  /** Stops a process; cannot be caught. */
  public static final Signal SIGSTOP = named(19, "SIGSTOP");

  /** Stop from the keyboard, Ctrl+Z. */
  public static final Signal SIGTSTP = named(20, "SIGTSTP");

  /** A background process reads from the terminal. */
  public static final Signal SIGTTIN = named(21, "SIGTTIN");

  /** A background process writes to the terminal. */
  public static final Signal SIGTTOU = named(22, "SIGTTOU");

  /** Urgent data on a socket. */
  public static final Signal SIGURG = named(23, "SIGURG");

  /** Over the limit of processor time. */
  public static final Signal SIGXCPU = named(24, "SIGXCPU");

  /** Over the limit of a file's size. */
  public static final Signal SIGXFSZ = named(25, "SIGXFSZ");

  /** A timer of processor time. */
  public static final Signal SIGVTALRM = named(26, "SIGVTALRM");

  /** A profiler's timer. */
  public static final Signal SIGPROF = named(27, "SIGPROF");

  /** The terminal's size changed. */
  public static final Signal SIGWINCH = named(28, "SIGWINCH");

  /** Input or output is possible. */
  public static final Signal SIGIO = named(29, "SIGIO");

  /** Power fails. */
  public static final Signal SIGPWR = named(30, "SIGPWR");

  /** A system call that is not there. */
  public static final Signal SIGSYS = named(31, "SIGSYS");

  /** The first real-time signal. */
  public static final Signal SIGRTMIN = named(FIRST_REAL_TIME, "SIGRTMIN");

  /** The last real-time signal. */
  public static final Signal SIGRTMAX = named(LAST, "SIGRTMAX");

  static {
    for (int number = FIRST_REAL_TIME + 1; number < LAST; number++) {
      named(number, "SIGRTMIN+" + (number - FIRST_REAL_TIME));
    }
  }

  private final int number;
  private final String name;

  private Signal(int number, String name) {
    this.number = number;
    this.name = name;
  }

  private static Signal named(int number, String name) {
    Signal signal = new Signal(number, name);
    BY_NUMBER[number] = signal;
    BY_NAME.put(name, signal);
    return signal;
  }

  /**
   * The signal of a number.
   *
   * @throws IllegalArgumentException not in 1..64, or 32 or 33, which libc keeps for its threads
   */
  public static Signal of(int number) {
    if (number < 1 || number > LAST) {
      throw new IllegalArgumentException("invalid signal number " + number);
    }
    if (BY_NUMBER[number] == null) {
      throw new IllegalArgumentException(
          "invalid signal number " + number + ": libc keeps it for its threads");
    }
    return BY_NUMBER[number];
  }

  /**
   * The signal of a name such as {@code SIGTERM} or {@code SIGRTMIN+3}.
   *
   * @throws IllegalArgumentException there is none
   */
  public static Signal of(String name) {
    Signal signal = BY_NAME.get(name);
    if (signal == null) {
      throw new IllegalArgumentException("invalid signal name " + name);
    }
    return signal;
  }

  /**
   * The real-time signal {@code SIGRTMIN+n}.
   *
   * @param n 0..30
   * @throws IllegalArgumentException another number
   */
  public static Signal realTime(int n) {
    if (n < 0 || n > LAST - FIRST_REAL_TIME) {
      throw new IllegalArgumentException("n: " + n + " is not in 0.." + (LAST - FIRST_REAL_TIME));
    }
    return BY_NUMBER[FIRST_REAL_TIME + n];
  }

  /** The number. */
  public int number() {
    return number;
  }

  /** Whether it is queued: every one that is sent arrives, with its value. */
  public boolean isRealTime() {
    return number >= FIRST_OF_LIBC;
  }

  /**
   * {@code kill(2)}.
   *
   * @param pid a process; 0: this process group; −1: all that may be signalled; below −1: the group
   *     of that number
   * @throws ProcessLookupException ESRCH: there is no such process
   * @throws LinuxException EPERM: it may not be signalled
   */
  public void send(int pid) throws LinuxException {
    LinuxException.check("kill", Syscall.call(Nr.KILL, pid, number));
  }

  /**
   * {@code tgkill(2)}: to one thread.
   *
   * @param pid its process
   * @param tid the kernel's number of the thread
   * @throws LinuxException as {@link #send}
   */
  public void sendThread(int pid, int tid) throws LinuxException {
    LinuxException.check("tgkill", Syscall.call(Nr.TGKILL, pid, tid, number));
  }

  /**
   * {@code sigqueue(3)}: with a value.
   *
   * @throws LinuxException as {@link #send}; EAGAIN: as many are queued as RLIMIT_SIGPENDING allows
   */
  public void queue(int pid, int value) throws LinuxException {
    SignalInfo.queue(this, pid, value);
  }

  @Override
  public int compareTo(Signal other) {
    return Integer.compare(number, other.number);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Signal signal && signal.number == number;
  }

  @Override
  public int hashCode() {
    return number;
  }

  /** The name, such as {@code SIGTERM}. */
  @Override
  public String toString() {
    return name;
  }
}
