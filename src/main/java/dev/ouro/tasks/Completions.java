// SPDX-License-Identifier: Apache-2.0
package dev.ouro.tasks;

import dev.ouro.loop.CallbackLoop;
import dev.ouro.loop.Future;
import dev.ouro.loop.RunningLoop;
import dev.ouro.loop.TimerHandle;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Several futures in the order in which they are done: what asyncio's {@code as_completed} gives
 * out. {@link #next} suspends the calling task.
 *
 * @param <F> the futures, which come out as they went in
 */
public final class Completions<F extends Future<?>> implements Iterator<F> {
  private final CallbackLoop loop;
  private final List<F> pending;
  private final ArrayDeque<F> done = new ArrayDeque<>();
  private final Consumer<Future<?>> callback = this::add;
  private final TimerHandle timer;
  private Future<Void> waiter;
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
    pending = new ArrayList<>(new LinkedHashSet<>(futures));
    Futures.checkLoop(loop, pending);
    timer = timeout == null || pending.isEmpty() ? null : loop.callLater(timeout, this::timeOut);
    pending.forEach(future -> future.addDoneCallback(callback));
  }

  @SuppressWarnings({"unchecked", "ReferenceEquality"})
  private void add(Future<?> finished) {
    if (pending.removeIf(future -> future == finished)) {
      done.add((F) finished);
      if (pending.isEmpty() && timer != null) {
        timer.cancel();
      }
      wake();
    }
  }

  private void timeOut() {
    timedOut = true;
    pending.forEach(future -> future.removeDoneCallback(callback));
    pending.clear();
    wake();
  }

  private void wake() {
    if (waiter != null && !waiter.done()) {
      waiter.setResult(null);
    }
  }

  /** Whether there is one left, done or not. */
  @Override
  public boolean hasNext() {
    return !done.isEmpty() || !pending.isEmpty() || timedOut;
  }

  /**
   * The next one that is done.
   *
   * <p>Once the time is over, and none is done that was not yet returned, it throws {@link
   * TimeoutException}, a checked one that {@link Iterator} cannot declare.
   */
  @Override
  public F next() {
    while (done.isEmpty()) {
      if (timedOut) {
        throw Unchecked.<RuntimeException>propagate(new TimeoutException());
      }
      if (pending.isEmpty()) {
        throw new NoSuchElementException();
      }
      waiter = loop.createFuture();
      try {
        waiter.await();
      } finally {
        waiter = null;
      }
    }
    return done.remove();
  }
}
