// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

/** An operation that ends when a test says so, or with a fixed result when it is cancelled. */
public final class FakeOperation implements Operation {
  private final FakeEngine engine;
  private final OperationListener listener;
  private final String what;
  private final int resultIfCancelled;
  private boolean ended;

  FakeOperation(FakeEngine engine, OperationListener listener, String what, int resultIfCancelled) {
    this.engine = engine;
    this.listener = listener;
    this.what = what;
    this.resultIfCancelled = resultIfCancelled;
  }

  /** Ends with {@code result}: ≥ 0, or −errno. */
  public void complete(int result) {
    if (ended) {
      throw new AssertionError(what + " has ended");
    }
    ended = true;
    engine.ended(this);
    engine.complete(() -> listener.completed(result));
  }

  @Override
  public void cancel() {
    if (!ended) {
      complete(resultIfCancelled);
    }
  }

  @Override
  public String toString() {
    return what;
  }
}
