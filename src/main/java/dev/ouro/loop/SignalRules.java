// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import dev.ouro.linux.Signal;

/** Which signals a loop may not handle, and why. */
final class SignalRules {
  /** The last real-time signal but two: {@code __SIGRTMAX - 2} in the JDK's native code. */
  private static final int OF_BLOCKING_IO = 62;

  /** What makes HotSpot suspend threads with another signal than SIGUSR2. */
  private static final String SUSPEND_SIGNAL = "_JAVA_SR_SIGNUM";

  private SignalRules() {}

  /**
   * Refuses what must not be handled.
   *
   * @throws IllegalStateException with the reason
   */
  static void check(Signal signal) {
    String reason = refusal(signal);
    if (reason != null) {
      throw new IllegalStateException("sig " + signal.number() + " cannot be caught: " + reason);
    }
  }

  private static String refusal(Signal signal) {
    if (signal.number() == OF_BLOCKING_IO) {
      return "the JVM wakes threads that block in input or output with " + signal;
    }
    if (String.valueOf(signal.number()).equals(System.getenv(SUSPEND_SIGNAL))) {
      return "the JVM suspends threads with " + signal + ", for " + SUSPEND_SIGNAL + " says so";
    }
    return switch (signal.toString()) {
      case "SIGKILL", "SIGSTOP" -> "the kernel lets nobody catch " + signal;
      case "SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGTRAP" ->
          "the JVM needs " + signal + " to run compiled code";
      case "SIGUSR2" -> "the JVM suspends threads with SIGUSR2";
      case "SIGQUIT" -> "the JVM prints its threads on SIGQUIT, and blocks it in all but one";
      default -> null;
    };
  }
}
