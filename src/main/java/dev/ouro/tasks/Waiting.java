// SPDX-License-Identifier: Apache-2.0
package dev.ouro.tasks;

import dev.ouro.loop.AwaitedBy;
import dev.ouro.loop.CallbackLoop;
import dev.ouro.loop.Future;
import dev.ouro.loop.RunningLoop;
import dev.ouro.loop.Task;
import dev.ouro.loop.TimerHandle;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;

/** Waits for some of several futures: asyncio's {@code wait}. None is cancelled. */
public final class Waiting implements AwaitedBy {
  private final Set<? extends Future<?>> futures;
  private final ReturnWhen returnWhen;
  private final Future<Void> waiter;
  private final Task<?> task = Task.current();
  private int left;

  private Waiting(CallbackLoop loop, Set<? extends Future<?>> futures, ReturnWhen returnWhen) {
    this.futures = futures;
    this.returnWhen = returnWhen;
    this.waiter = loop.createFuture();
    this.left = futures.size();
  }

  /**
   * Suspends the calling task until {@code futures} are done as {@code returnWhen} says; for a turn
   * at least.
   *
   * @param timeout for how long at most; null: without limit
   * @throws IllegalArgumentException {@code futures} is empty, or one belongs to another loop
   */
  public static <F extends Future<?>> DoneAndPending<F> await(
      Collection<F> futures, Duration timeout, ReturnWhen returnWhen) {
    Objects.requireNonNull(returnWhen, "returnWhen");
    Set<F> all = new LinkedHashSet<>(futures);
    if (all.isEmpty()) {
      throw new IllegalArgumentException("Set of Tasks/Futures is empty.");
    }
    CallbackLoop loop = RunningLoop.require();
    Futures.checkLoop(loop, all);
    new Waiting(loop, all, returnWhen).suspend(timeout);
    Set<F> done = new LinkedHashSet<>();
    Set<F> pending = new LinkedHashSet<>();
    for (F future : all) {
      (future.done() ? done : pending).add(future);
    }
    return new DoneAndPending<>(done, pending);
  }

  private static boolean failed(Future<?> done) {
    return !done.cancelled() && done.exception() != null;
  }

  private void suspend(Duration timeout) {
    TimerHandle timer = timeout == null ? null : waiter.getLoop().callLater(timeout, this::wake);
    futures.forEach(future -> future.addDoneCallback(this));
    try {
      waiter.await();
    } finally {
      if (timer != null) {
        timer.cancel();
      }
      futures.forEach(future -> future.removeDoneCallback(this));
    }
  }

  /** One of the futures is done. */
  @Override
  public void accept(Future<?> done) {
    left--;
    if (left <= 0
        || returnWhen == ReturnWhen.FIRST_COMPLETED
        || returnWhen == ReturnWhen.FIRST_EXCEPTION && failed(done)) {
      wake();
    }
  }

  @Override
  public Future<?> awaitedBy() {
    return task;
  }

  private void wake() {
    if (!waiter.done()) {
      waiter.setResult(null);
    }
  }
}
