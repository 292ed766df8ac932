// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A loop's executor for jobs that would block it: made when first needed, ended with the loop. */
final class JobExecutor {
  private static final int MOST_THREADS = 32;
  private static final long IDLE_THREAD_SECONDS = 60;

  private final EngineLoop loop;
  private ExecutorService executor;
  private boolean shutDown;

  JobExecutor(EngineLoop loop) {
    this.loop = loop;
  }

  <T> Future<T> run(Executor in, Callable<T> callable) {
    Executor chosen = in != null ? in : defaultExecutor();
    ExecutorJob<T> job = new ExecutorJob<>(loop, callable);
    chosen.execute(job);
    return job;
  }

  void replace(ExecutorService replacement) {
    executor = replacement;
  }

  /** Ends the executor without waiting for its jobs. */
  void close() {
    shutDown = true;
    if (executor != null) {
      executor.shutdown();
      executor = null;
    }
  }

  Future<Void> shutdown(Duration timeout) {
    Future<Void> joined = loop.createFuture();
    shutDown = true;
    if (executor == null) {
      joined.setResult(null);
      return joined;
    }
    ExecutorService ending = executor;
    Thread joiner =
        Thread.ofPlatform()
            .daemon()
            .name("ouro-executor-shutdown")
            .start(() -> join(ending, joined));
    if (timeout != null) {
      TimerHandle timer = loop.callLater(timeout, () -> giveUp(joined, joiner, timeout));
      joined.addDoneCallback(done -> timer.cancel());
    }
    return joined;
  }

  private void join(ExecutorService ending, Future<Void> joined) {
    ending.shutdown();
    try {
      while (!ending.awaitTermination(1, TimeUnit.DAYS)) {
        // as long as it takes
      }
      loop.callSoonThreadsafe(() -> joined.offerResult(null));
    } catch (InterruptedException gaveUp) {
      // the timeout has passed: nobody waits
    } catch (IllegalStateException closed) {
      // the loop needs it no more
    }
  }

  private static void giveUp(Future<Void> joined, Thread joiner, Duration timeout) {
    System.getLogger("dev.ouro")
        .log(
            System.Logger.Level.WARNING,
            "The executor did not finish joining its threads within "
                + Durations.seconds(timeout)
                + " seconds.");
    joiner.interrupt();
    joined.offerResult(null);
  }

  private Executor defaultExecutor() {
    if (shutDown) {
      throw new IllegalStateException("Executor shutdown has been called");
    }
    if (executor == null) {
      executor = newDefaultExecutor();
    }
    return executor;
  }

  /** asyncio's: at most 32 threads; ours are daemons, and go when they are idle. */
  private static ExecutorService newDefaultExecutor() {
    int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors() + 4);
    ThreadFactory factory =
        Thread.ofPlatform()
            .daemon()
            .inheritInheritableThreadLocals(false)
            .name("ouro-executor-", 0)
            .factory();
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_THREAD_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            factory);
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}
