// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.eventloop;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.linux.Signal;
import dev.ouro.linux.SignalInfo;
import java.time.Duration;
import java.util.List;

/** Sets handlers for SIGINT and SIGTERM with {@code addSignalHandler}; either ends the loop. */
public final class HandleSignals {
  private HandleSignals() {}

  /** Takes no arguments. */
  public static void main(String[] args) {
    try (EventLoop loop = Asyncio.newEventLoop()) {
      for (Signal signal : List.of(Signal.SIGINT, Signal.SIGTERM)) {
        loop.addSignalHandler(signal, info -> askExit(loop, info));
      }
      loop.callLater(Duration.ofHours(1), loop::stop);
      System.out.println("Event loop running for 1 hour, press Ctrl+C to interrupt.");
      System.out.println(
          "pid " + ProcessHandle.current().pid() + ": send SIGINT or SIGTERM to exit.");
      loop.runForever();
    }
  }

  private static void askExit(EventLoop loop, SignalInfo info) {
    System.out.println("got signal " + info.signal() + ": exit");
    loop.stop();
  }
}
