// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.tasks;

import dev.ouro.Asyncio;
import java.time.Duration;
import java.util.Locale;

/** How much heap a sleeping task takes, of very many. */
public final class SleepingTasks {
  private static final int TASKS = 100_000;
  private static final int WARM_UP_TASKS = 300_000;
  private static final int BATCH = 1_000;
  private static final int COLLECTIONS = 3;

  private SleepingTasks() {}

  /** Prints the bytes per task as one line of JSON. */
  public static void main(String[] arguments) {
    double bytes =
        Asyncio.run(() -> {
          // What runs as compiled code has smaller frames, as it is in a program that runs long.
          start(WARM_UP_TASKS, Duration.ofNanos(1));
          Asyncio.sleep(Duration.ofSeconds(2));
          long before = usedHeap();
          start(TASKS, Duration.ofDays(1));
          return (double) (usedHeap() - before) / TASKS;
        });
    System.out.printf(Locale.ROOT, "{\"tasks\":%d,\"bytes_per_task\":%.0f}%n", TASKS, bytes);
  }

  private static void start(int count, Duration delay) {
    for (int i = 0; i < count; i++) {
      Asyncio.createTask(() -> Asyncio.sleep(delay, null));
      if (i % BATCH == 0) {
        Asyncio.sleep(Duration.ZERO); // these begin to sleep
      }
    }
    Asyncio.sleep(Duration.ZERO);
  }

  private static long usedHeap() {
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
    }
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
