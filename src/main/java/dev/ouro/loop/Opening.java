// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.Objects;

/**
 * The future of something that has to be closed, such as a connection: for authors of operations.
 * What nobody gets does not stay open, as with asyncio's coroutines:
 *
 * <ul>
 *   <li>When it is cancelled, the operation is told, before whoever waits.
 *   <li>When the only one that waits is a task which is cancelled in the very turn in which it
 *       would have got the result, the result is closed.
 * </ul>
 *
 * <p>Threads: as {@link Future}.
 *
 * @param <T> what has to be closed
 */
public abstract class Opening<T> extends Future<T> {
  private Runnable whenCancelled;
  private boolean awaitedAlone;

  /** A pending one. */
  protected Opening(CallbackLoop loop) {
    super(loop);
  }

  /** Closes a result that nobody got. */
  protected abstract void close(T result);

  /** Schedules {@code callback} when this is cancelled, unless the loop is closed then. */
  public final void whenCancelled(Runnable callback) {
    whenCancelled = Objects.requireNonNull(callback, "callback");
  }

  @Override
  public final boolean cancel(String message) {
    regainControl();
    if (!done() && whenCancelled != null && !getLoop().isClosed()) {
      getLoop().callSoon(whenCancelled);
    }
    return super.cancel(message);
  }

  @Override
  final void finishResult(T value) {
    awaitedAlone = isAwaitedAlone();
    super.finishResult(value);
  }

  @Override
  final void undelivered() {
    super.undelivered();
    if (awaitedAlone && state() == State.SUCCESS && value() != null) {
      close(value());
    }
  }

  @Override
  final String kind() {
    return "Future";
  }
}
