// SPDX-License-Identifier: Apache-2.0
package dev.ouro.tasks;

import dev.ouro.loop.CallbackLoop;
import dev.ouro.loop.Task;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** A task as another thread sees it: what {@code run_coroutine_threadsafe} returns. */
final class RemoteTask<T> extends CompletableFuture<T> {
  private final CallbackLoop loop;
  private Task<T> task;

  RemoteTask(CallbackLoop loop) {
    this.loop = loop;
  }

  /** On the loop's thread. */
  void start(Callable<T> coro) {
    if (isDone()) {
      return; // cancelled before it began
    }
    try {
      task = loop.createTask(coro);
    } catch (Throwable refused) {
      completeExceptionally(refused);
      throw refused; // for the loop to report, as in asyncio
    }
    task.addDoneCallback(done -> {
      if (done.cancelled()) {
        super.cancel(false);
      } else if (done.exception() != null) {
        completeExceptionally(done.exception());
      } else {
        complete(done.result());
      }
    });
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    if (cancelled && !loop.isClosed()) {
      loop.callSoonThreadsafe(() -> {
        if (task != null) {
          task.cancel();
        }
      });
    }
    return cancelled;
  }
}
