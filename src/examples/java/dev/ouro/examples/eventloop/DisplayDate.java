// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.eventloop;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.examples.Arguments;
import dev.ouro.loop.CallbackLoop;
import java.time.Duration;
import java.time.LocalDateTime;

/** Displays the current date every second, with {@code callLater}; for five seconds. */
public final class DisplayDate {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final CallbackLoop loop;
  private final long endNanos;

  private DisplayDate(CallbackLoop loop, Duration howLong) {
    this.loop = loop;
    this.endNanos = loop.time() + howLong.toNanos();
  }

  /** Takes the number of seconds; 5 without. */
  public static void main(String[] args) {
    Arguments arguments = new Arguments("DisplayDate [SECONDS]", args);
    Duration howLong = Duration.ofSeconds(arguments.number("SECONDS", 0, 999_999, 5));
    try (EventLoop loop = Asyncio.newEventLoop()) {
      run(loop, howLong);
    }
  }

  static void run(CallbackLoop loop, Duration howLong) {
    DisplayDate display = new DisplayDate(loop, howLong);
    loop.callSoon(display::displayDate);
    loop.runForever(); // until loop.stop()
  }

  private void displayDate() {
    System.out.println(LocalDateTime.now());
    if (loop.time() + SECOND.toNanos() < endNanos) {
      loop.callLater(SECOND, this::displayDate);
    } else {
      loop.stop();
    }
  }
}
