// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;

/** A job on its way through an executor, and the future of what comes of it. */
final class ExecutorJob<T> extends Future<T> implements Runnable {
  /** Whoever takes it out decides: the executor's thread runs it, a cancel forgets it. */
  private final AtomicReference<Callable<T>> job;

  ExecutorJob(EngineLoop loop, Callable<T> job) {
    super(loop);
    this.job = new AtomicReference<>(Objects.requireNonNull(job, "job"));
  }

  @Override
  public boolean cancel(String message) {
    boolean cancelled = super.cancel(message);
    if (cancelled) {
      job.set(null);
    }
    return cancelled;
  }

  @Override
  String kind() {
    return "Future";
  }

  /** On a thread of the executor. */
  @Override
  public void run() {
    Callable<T> taken = job.getAndSet(null);
    if (taken == null) {
      return;
    }
    try {
      T result = taken.call();
      hand(() -> offerResult(result));
    } catch (Throwable thrown) {
      hand(() -> offerException(thrown));
    }
  }

  private void hand(Runnable completion) {
    try {
      getLoop().callSoonThreadsafe(completion);
    } catch (IllegalStateException closed) {
      // The loop was closed meanwhile: nobody waits for the job any more.
    }
  }
}
