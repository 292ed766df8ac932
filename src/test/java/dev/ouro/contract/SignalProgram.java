// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.SigAction;
import dev.ouro.linux.Signal;

/** What {@link SignalProcessTest} runs in a JVM of its own. */
final class SignalProgram {
  private SignalProgram() {}

  public static void main(String[] args) throws LinuxException {
    try (EventLoop loop = Asyncio.newEventLoop()) {
      switch (args[0]) {
        case "waits" -> run(loop, "waiting");
        case "handlesOnce" -> handlesOnce(loop);
        case "blocked" -> blocked(loop);
        default -> throw new IllegalArgumentException(args[0]);
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
