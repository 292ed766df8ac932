// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.KeyboardInterrupt;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.SigAction;
import dev.ouro.linux.Signal;
import java.time.Duration;

/** What {@link SignalProcessTest} runs in a JVM of its own. */
final class SignalProgram {
  private SignalProgram() {}

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "cleansUp" -> cleansUp();
      case "letsThrough" -> Asyncio.run(SignalProgram::waitAndCleanUp);
      case "computes" -> computes();
      case "endsAtOnce" -> endsAtOnce();
      default -> withLoop(args[0]);
    }
  }

  private static void waitAndCleanUp() {
    System.out.println("waiting");
    try {
      Asyncio.sleep(Duration.ofDays(1));
    } finally {
      Asyncio.sleep(Duration.ZERO);
      System.out.println("cleaned up");
    }
  }

  private static void cleansUp() {
    try {
      Asyncio.run(SignalProgram::waitAndCleanUp);
    } catch (KeyboardInterrupt interrupt) {
      System.out.println(interrupt.getMessage());
    }
    try (EventLoop loop = Asyncio.newEventLoop()) {
      run(loop, "without a runner");
    }
  }

  /** Never awaits. */
  private static void computes() {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
    Asyncio.run(() -> {
      System.out.println("computing");
      while (true) {
        Thread.onSpinWait();
      }
    });
  }

  private static void endsAtOnce() throws InterruptedException {
    try {
      Asyncio.run(() -> {
        Signal.SIGINT.send((int) ProcessHandle.current().pid());
      });
      Thread.sleep(Duration.ofMinutes(1)); // it ends before
    } catch (KeyboardInterrupt interrupt) {
      System.exit(128 + 2);
    }
  }

  private static void withLoop(String mode) throws LinuxException {
    try (EventLoop loop = Asyncio.newEventLoop()) {
      switch (mode) {
        case "waits" -> run(loop, "waiting");
        case "handlesOnce" -> handlesOnce(loop);
        case "blocked" -> blocked(loop);
        default -> throw new IllegalArgumentException(mode);
      }
    }
  }

  private static void run(EventLoop loop, String says) {
    loop.callSoon(() -> System.out.println(says));
    loop.runForever();
  }

  private static void handlesOnce(EventLoop loop) {
    loop.addSignalHandler(Signal.SIGINT, loop::stop);
    run(loop, "handling");
    loop.removeSignalHandler(Signal.SIGINT);
    run(loop, "waiting");
  }

  /** With SIGUSR1 blocked in every thread. */
  private static void blocked(EventLoop loop) throws LinuxException {
    loop.addSignalHandler(
        Signal.SIGUSR1,
        info -> {
          System.out.println(info.signal() + " of " + info.pid());
          loop.stop();
        });
    System.out.println(SigAction.get(Signal.SIGUSR1));
    run(loop, "waiting");
    loop.removeSignalHandler(Signal.SIGUSR1);
    run(loop, "removed");
  }
}
