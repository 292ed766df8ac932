// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.streams;

import dev.ouro.Asyncio;
import dev.ouro.examples.Arguments;
import dev.ouro.streams.StreamConnection;
import dev.ouro.sync.Held;
import dev.ouro.sync.Semaphore;
import java.time.Duration;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;

/** Finds the TCP ports of a host that answer: a task for each, so many of them at a time. */
public final class PortScanner {
  private static final int AT_ONCE = 200;
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private PortScanner() {}

  /** {@code PortScanner [HOST [FIRST [LAST]]]}. */
  public static void main(String[] args) {
    Arguments arguments = new Arguments("PortScanner [HOST [FIRST [LAST]]]", args);
    String host = arguments.text("HOST", "127.0.0.1");
    int first = arguments.port("FIRST", 1);
    int last = arguments.port("LAST", 1024);
    Asyncio.run(() -> scan(host, first, last).forEach(port -> System.out.println(port)));
  }

  /** The ports from {@code first} to {@code last} that somebody listens at. For tasks. */
  public static SortedSet<Integer> scan(String host, int first, int last) {
    SortedSet<Integer> open = new TreeSet<>();
    Semaphore slots = new Semaphore(AT_ONCE);
    Asyncio.taskGroup(group -> {
      for (int i = first; i <= last; i++) {
        int port = i;
        group.createTask(() -> {
          try (Held _ = slots.hold()) {
            if (answers(host, port)) {
              open.add(port);
            }
          }
        });
      }
    });
    return open;
  }

  private static boolean answers(String host, int port) {
    try {
      StreamConnection connection =
          Asyncio.waitFor(() -> Asyncio.openConnection(host, port), PATIENCE);
      connection.close();
      return true;
    } catch (TimeoutException silent) {
      return false;
    } catch (Exception refused) {
      return false;
    }
  }
}
