// SPDX-License-Identifier: Apache-2.0
package dev.ouro.tasks;

import dev.ouro.loop.AwaitedBy;
import dev.ouro.loop.CallbackLoop;
import dev.ouro.loop.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * The results of several futures, in their order: what asyncio's {@code gather} returns. Cancelling
 * it cancels those that are not done.
 *
 * @param <T> what the results are; with exceptions returned, also {@link Throwable}
 */
public final class Gathering<T> extends Future<List<T>> {
  private final class ChildDone implements AwaitedBy {
    @Override
    public void accept(Future<?> child) {
      childDone(child);
    }

    @Override
    public Future<?> awaitedBy() {
      return Gathering.this;
    }
  }

  private final List<Future<?>> children;
  private final boolean returnExceptions;
  private int finished;
  private boolean cancelRequested;
  private String cancelMessage;

  /**
   * Gathers {@code futures}, which all belong to {@code loop}.
   *
   * @param returnExceptions whether an exception counts as a result; else the first one is thrown,
   *     while the others go on
   * @throws IllegalArgumentException one belongs to another loop
   */
  @SuppressWarnings("this-escape") // to the loop, on whose thread this is
  public Gathering(
      CallbackLoop loop, Collection<? extends Future<?>> futures, boolean returnExceptions) {
    super(loop);
    this.returnExceptions = returnExceptions;
    this.children = new ArrayList<>(futures);
    Futures.checkLoop(loop, children);
    if (children.isEmpty()) {
      setResult(List.of());
    }
    AwaitedBy callback = new ChildDone();
    List<Future<?>> doneAlready = new ArrayList<>();
    for (Future<?> child : children) {
      if (child.done()) {
        doneAlready.add(child);
      } else {
        child.addDoneCallback(callback);
      }
    }
    doneAlready.forEach(this::childDone);
  }

  private void childDone(Future<?> child) {
    finished++;
    if (done()) {
      if (!child.cancelled()) {
        child.exception(); // nobody else asks for it
      }
      return;
    }
    if (!returnExceptions) {
      Throwable failure = failureOf(child);
      if (failure != null) {
        setException(failure);
        return;
      }
    }
    if (finished == children.size()) {
      allDone();
    }
  }

  @SuppressWarnings("unchecked") // with exceptions returned, T is Object
  private void allDone() {
    List<T> results = new ArrayList<>(children.size());
    for (Future<?> child : children) {
      Throwable failure = failureOf(child);
      results.add((T) (failure != null ? failure : child.result()));
    }
    if (cancelRequested) {
      // Children that swallowed their cancellation must not hide that of the whole.
      setException(new CancellationException(cancelMessage));
    } else {
      setResult(results);
    }
  }

  /** What a done future ended with instead of a result, or null. */
  static Throwable failureOf(Future<?> done) {
    try {
      return done.exception();
    } catch (CancellationException cancelled) {
      return cancelled;
    }
  }

  @Override
  public boolean cancel(String message) {
    if (done()) {
      return false;
    }
    boolean any = false;
    for (Future<?> child : children) {
      any |= child.cancel(message);
    }
    if (any) {
      cancelRequested = true;
      cancelMessage = message;
    }
    return any;
  }
}
