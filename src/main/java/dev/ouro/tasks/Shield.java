// SPDX-License-Identifier: Apache-2.0
package dev.ouro.tasks;

import dev.ouro.loop.AwaitedBy;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.Future;
import java.util.function.Consumer;

/**
 * The result of another future, which is not cancelled when this is: what asyncio's {@code shield}
 * returns.
 *
 * @param <T> what the result is
 */
public final class Shield<T> extends Future<T> {
  private static final Consumer<Future<?>> REPORT_FAILURE = Shield::reportFailure;

  private final Future<T> inner;
  private final AwaitedBy callback = new InnerDone();

  /** What waits for the other future. */
  private final class InnerDone implements AwaitedBy {
    @Override
    public void accept(Future<?> done) {
      innerDone(inner);
    }

    @Override
    public Future<?> awaitedBy() {
      return Shield.this;
    }
  }

  /** Shields {@code inner}, which had better be referred to elsewhere, too. */
  @SuppressWarnings("this-escape") // to the loop, on whose thread this is
  public Shield(Future<T> inner) {
    super(inner.getLoop());
    this.inner = inner;
    inner.addDoneCallback(callback);
    addDoneCallback(ignored -> inner.removeDoneCallback(callback));
  }

  private void innerDone(Future<T> done) {
    if (done()) {
      return;
    }
    if (done.cancelled()) {
      super.cancel(messageOf(done));
      return;
    }
    Throwable failure = done.exception();
    if (failure != null) {
      setException(failure);
    } else {
      setResult(done.result());
    }
  }

  private static String messageOf(Future<?> cancelled) {
    return Gathering.failureOf(cancelled).getMessage();
  }

  @Override
  public boolean cancel(String message) {
    boolean cancelled = super.cancel(message);
    if (cancelled && !inner.done()) {
      // Nobody else may ask for what it ends with. Of several shields one reports.
      inner.removeDoneCallback(REPORT_FAILURE);
      inner.addDoneCallback(REPORT_FAILURE);
    }
    return cancelled;
  }

  private static void reportFailure(Future<?> done) {
    Throwable failure = done.cancelled() ? null : done.exception();
    if (failure != null) {
      String message = failure.getClass().getSimpleName() + " exception in shielded future";
      done.getLoop()
          .callExceptionHandler(ExceptionContext.of(message, failure).with("future", done));
    }
  }
}
