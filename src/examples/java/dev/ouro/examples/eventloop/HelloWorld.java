// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.eventloop;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;

/** Schedules a callback with {@code callSoon}; it says hello and stops the loop. */
public final class HelloWorld {
  private HelloWorld() {}

  /** Takes no arguments. */
  public static void main(String[] args) {
    try (EventLoop loop = Asyncio.newEventLoop()) {
      loop.callSoon(() -> helloWorld(loop));
      loop.runForever(); // until loop.stop()
    }
  }

  private static void helloWorld(EventLoop loop) {
    System.out.println("Hello World");
    loop.stop();
  }
}
