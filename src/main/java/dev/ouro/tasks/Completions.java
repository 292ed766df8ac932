// SPDX-License-Identifier: Apache-2.0
package dev.ouro.tasks;

import dev.ouro.loop.AwaitedBy;
import dev.ouro.loop.CallbackLoop;
import dev.ouro.loop.Future;
import dev.ouro.loop.RunningLoop;
import dev.ouro.loop.Sneaky;
import dev.ouro.loop.Task;
import dev.ouro.loop.TimerHandle;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;

/**
 * Several futures in the order in which they are done: what asyncio's {@code as_completed} gives
 * out. {@link #next} suspends the calling task.
 *
 * @param <F> the futures, which come out as they went in
 */
public final class Completions<F extends Future<?>> implements Iterator<F> {
  private final CallbackLoop loop;
  private final Set<F> pending;
  private final ArrayDeque<F> done = new ArrayDeque<>();
  private final ArrayDeque<Future<Void>> waiters = new ArrayDeque<>();
  private final Task<?> task = Task.current();
  private final AwaitedBy callback = new Done();
  private final TimerHandle timer;

  private final class Done implements AwaitedBy {
    @Override
    public void accept(Future<?> finished) {
      add(finished);
    }

    @Override
    public Future<?> awaitedBy() {
      return task;
    }
  }

  /** How many {@link #next} has still to give out. */
  private int left;

  private boolean timedOut;

  /**
   * Watches {@code futures} from now on.
   *
   * @param timeout for how long; null: without limit
   * @throws IllegalArgumentException one belongs to another loop
   */
  @SuppressWarnings("this-escape") // to the loop, on whose thread this is
  public Completions(Collection<F> futures, Duration timeout) {
    loop = RunningLoop.require();
    pending = new LinkedHashSet<>(futures);
    Futures.checkLoop(loop, pending);
    left = pending.size();
    timer = timeout == null || pending.isEmpty() ? null : loop.callLater(timeout, this::timeOut);
    pending.forEach(future -> future.addDoneCallback(callback));
  }

  @SuppressWarnings("unchecked") // what was in pending
  private void add(Future<?> finished) {
    if (pending.remove(finished)) {
      done.add((F) finished);
      if (pending.isEmpty() && timer != null) {
        timer.cancel();
      }
      wakeAll();
    }
  }

  private void timeOut() {
    timedOut = true;
    pending.forEach(future -> future.removeDoneCallback(callback));
    pending.clear();
    wakeAll();
  }

  private void wakeAll() {
    for (Future<Void> waiter : waiters) {
      if (!waiter.done()) {
        waiter.setResult(null);
      }
    }
  }

  /** Whether there is one left, done or not. */
  @Override
  public boolean hasNext() {
    RunningLoop.regainControl();
    return left > 0;
  }

  /**
   * The next one that is done.
   *
   * <p>Once the time is over, it throws {@link TimeoutException}, a checked one that {@link
   * Iterator} cannot declare, instead of each that was not done by then.
   */
  @Override
  public F next() {
    RunningLoop.regainControl();
    if (left == 0) {
      throw new NoSuchElementException();
    }
    left--;
    try {
      while (done.isEmpty() && !timedOut) {
        suspend();
      }
    } catch (CancellationException cancelled) {
      left++;
      throw cancelled;
    }
    if (done.isEmpty()) {
      throw Sneaky.<RuntimeException>propagate(new TimeoutException());
    }
    return done.remove();
  }

  private void suspend() {
    Future<Void> waiter = loop.createFuture();
    waiters.add(waiter);
    try {
      waiter.await();
    } finally {
      waiters.remove(waiter);
    }
  }
}
