// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.tasks;

import com.sun.management.ThreadMXBean;
import dev.ouro.Asyncio;
import dev.ouro.loop.Wakeup;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;

/**
 * What it costs that a task awaits and goes on, against parking and unparking a plain virtual
 * thread whose scheduler is one thread and a queue.
 */
public final class AwaitResume {
  private static final int THREADS = 64;
  private static final int TURNS = 20_000;
  private static final int WARM_UP_ROUNDS = 10;
  private static final int ROUNDS = 15;

  private AwaitResume() {}

  /** Prints the median nanoseconds of each, and the bytes per await, as one line of JSON. */
  public static void main(String[] arguments) throws ReflectiveOperationException {
    double plain = new Plain().nanosPerResume();
    OnLoop onLoop = new OnLoop();
    double task = onLoop.nanosPerResume();
    System.out.printf(
        Locale.ROOT,
        "{\"park_unpark_nanos\":%.1f,\"await_resume_nanos\":%.1f,\"bytes_per_await\":%.3f}%n",
        plain,
        task,
        onLoop.bytesPerAwait);
  }

  private static double median(double[] figures) {
    Arrays.sort(figures);
    return figures[figures.length / 2];
  }

  /** Virtual threads that park, and one thread that carries them. */
  private static final class Plain implements Executor {
    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private final Thread[] threads = new Thread[THREADS];

    double nanosPerResume() throws ReflectiveOperationException {
      var maker =
          Class.forName("java.lang.ThreadBuilders")
              .getDeclaredMethod(
                  "newVirtualThread", Executor.class, String.class, int.class, Runnable.class);
      maker.setAccessible(true);
      for (int i = 0; i < THREADS; i++) {
        threads[i] = (Thread) maker.invoke(null, this, "", 0, (Runnable) Plain::parkForEver);
        threads[i].start();
      }
      runQueue();
      double[] nanos = new double[ROUNDS];
      for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
        long start = System.nanoTime();
        for (int turn = 0; turn < TURNS; turn++) {
          for (Thread thread : threads) {
            LockSupport.unpark(thread);
          }
          runQueue();
        }
        if (round >= 0) {
          nanos[round] = (double) (System.nanoTime() - start) / ((long) TURNS * THREADS);
        }
      }
      return median(nanos);
    }

    private static void parkForEver() {
      while (true) {
        LockSupport.park();
      }
    }

    private void runQueue() {
      for (Runnable next = queue.poll(); next != null; next = queue.poll()) {
        next.run();
      }
    }

    @Override
    public void execute(Runnable continuation) {
      queue.add(continuation);
    }
  }

  /** Tasks that await, and one that lets each of them go on once a turn. */
  private static final class OnLoop {
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Wakeup[] wakeups = new Wakeup[THREADS];
    private final double[] nanos = new double[ROUNDS];
    private double bytesPerAwait;

    double nanosPerResume() {
      long loopThread = Thread.currentThread().threadId(); // it carries the tasks
      Asyncio.run(() -> {
        for (int i = 0; i < THREADS; i++) {
          Wakeup wakeup = new Wakeup(Asyncio.getRunningLoop());
          wakeups[i] = wakeup;
          Asyncio.createTask(() -> awaitForEver(wakeup));
        }
        for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
          long allocated = threads.getThreadAllocatedBytes(loopThread);
          long start = System.nanoTime();
          for (int turn = 0; turn < TURNS; turn++) {
            for (Wakeup wakeup : wakeups) {
              wakeup.wake();
            }
            Asyncio.sleep(Duration.ZERO);
          }
          long awaits = (long) TURNS * THREADS;
          if (round >= 0) {
            nanos[round] = (double) (System.nanoTime() - start) / awaits;
            bytesPerAwait =
                (double) (threads.getThreadAllocatedBytes(loopThread) - allocated) / awaits;
          }
        }
      });
      return median(nanos);
    }

    private static void awaitForEver(Wakeup wakeup) {
      while (true) {
        wakeup.waitForIt();
      }
    }
  }
}
