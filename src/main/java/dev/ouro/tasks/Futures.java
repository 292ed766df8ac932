// SPDX-License-Identifier: Apache-2.0
package dev.ouro.tasks;

import dev.ouro.loop.CallbackLoop;
import dev.ouro.loop.Context;
import dev.ouro.loop.Future;
import dev.ouro.loop.RunningLoop;
import dev.ouro.loop.Sleep;
import dev.ouro.loop.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;

/** Futures from other things, and other things from futures. */
public final class Futures {
  private Futures() {}

  /** Each of {@code coros} as a task of the running loop. */
  public static <T> List<Task<T>> tasks(List<? extends Callable<? extends T>> coros) {
    CallbackLoop loop = RunningLoop.require();
    coros.forEach(coro -> Objects.requireNonNull(coro, "coro"));
    List<Task<T>> tasks = new ArrayList<>(coros.size());
    for (Callable<? extends T> coro : coros) {
      tasks.add(loop.createTask(coro::call));
    }
    return tasks;
  }

  /**
   * {@code stage} as a future of {@code loop}: itself if it is one, else one that follows it from
   * any thread, and cancels it when it is cancelled. asyncio's {@code wrap_future}.
   */
  @SuppressWarnings({"unchecked", "ReferenceEquality"})
  public static <T> Future<T> wrap(CallbackLoop loop, CompletionStage<T> stage) {
    Objects.requireNonNull(stage, "stage");
    if (stage instanceof Future<?> future && future.getLoop() == loop) {
      return (Future<T>) future;
    }
    Future<T> wrapped = loop.createFuture();
    if (stage instanceof Future<?> other) {
      follow((Future<T>) other, wrapped);
      return wrapped;
    }
    stage.whenComplete((value, failure) -> {
      if (!loop.isClosed()) {
        loop.callSoonThreadsafe(() -> complete(wrapped, value, failure));
      }
    });
    wrapped.addDoneCallback(done -> {
      if (done.cancelled()) {
        cancel(stage);
      }
    });
    return wrapped;
  }

  /** {@code other} is of another loop: only that one's thread may touch it. */
  private static <T> void follow(Future<T> other, Future<T> wrapped) {
    CallbackLoop loop = wrapped.getLoop();
    other
        .getLoop()
        .callSoonThreadsafe(() ->
            other.addDoneCallback(done -> {
              if (!loop.isClosed()) {
                Throwable failure =
                    done.cancelled() ? new CancellationException() : done.exception();
                T value = failure == null ? done.result() : null;
                loop.callSoonThreadsafe(() -> complete(wrapped, value, failure));
              }
            }));
    wrapped.addDoneCallback(done -> {
      if (done.cancelled() && !other.getLoop().isClosed()) {
        other.getLoop().callSoonThreadsafe(other::cancel);
      }
    });
  }

  /** {@code stage} itself if it is a future, of whatever loop; else as one of the running loop. */
  public static <T> Future<T> own(CompletionStage<T> stage) {
    return own(RunningLoop.current(), stage);
  }

  /**
   * Each of {@code stages} itself if it is a future, of whatever loop; else as one of {@code loop}.
   */
  public static List<Future<?>> own(
      CallbackLoop loop, Collection<? extends CompletionStage<?>> stages) {
    List<Future<?>> own = new ArrayList<>(stages.size());
    stages.forEach(stage -> own.add(own(loop, stage)));
    return own;
  }

  private static <T> Future<T> own(CallbackLoop loop, CompletionStage<T> stage) {
    Objects.requireNonNull(stage, "future");
    if (stage instanceof Future<T> future) {
      return future;
    }
    return wrap(loop == null ? RunningLoop.require() : loop, stage);
  }

  private static void cancel(CompletionStage<?> stage) {
    try {
      stage.toCompletableFuture().cancel(true);
    } catch (UnsupportedOperationException notCancellable) {
      // it goes on, and nobody waits
    }
  }

  private static <T> void complete(Future<T> wrapped, T value, Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (wrapped.done()) {
      return;
    }
    if (cause == null) {
      wrapped.setResult(value);
    } else if (cause instanceof CancellationException) {
      wrapped.cancel(cause.getMessage());
    } else {
      wrapped.setException(cause);
    }
  }

  /** Runs {@code function} in the default executor, in a copy of the current context; suspends. */
  public static <T> T toThread(Callable<T> function) {
    Objects.requireNonNull(function, "function");
    Context context = Context.copyContext();
    return RunningLoop.require().runInExecutor(() -> context.call(function)).await();
  }

  /**
   * Has {@code coro} run as a task of {@code loop}, from another thread. Cancelling the answer
   * cancels the task.
   */
  public static <T> CompletableFuture<T> runThreadsafe(CallbackLoop loop, Callable<T> coro) {
    Objects.requireNonNull(coro, "coro");
    RemoteTask<T> answer = new RemoteTask<>(loop);
    loop.callSoonThreadsafe(() -> answer.start(coro));
    return answer;
  }

  /**
   * To be called before callbacks are added.
   *
   * @throws IllegalArgumentException one of {@code futures} belongs to another loop
   */
  static void checkLoop(CallbackLoop loop, Collection<? extends Future<?>> futures) {
    for (Future<?> future : futures) {
      if (!future.getLoop().equals(loop)) {
        throw new IllegalArgumentException(
            "The future belongs to a different loop than the one specified as the loop argument");
      }
    }
  }

  /** {@link Timeout} around {@code future}. */
  public static <T> T waitFor(Future<T> future, Duration timeout) throws TimeoutException {
    Objects.requireNonNull(future, "future");
    if (isOver(timeout)) {
      return waitForNothing(future);
    }
    return new Timeout(deadline(timeout)).call(future::await);
  }

  /** {@link Timeout} around {@code coro}, which does not begin when the time is over. */
  public static <T> T waitFor(Callable<T> coro, Duration timeout) throws TimeoutException {
    Objects.requireNonNull(coro, "coro");
    if (isOver(timeout)) {
      Sleep.sleep(Duration.ZERO);
      throw new TimeoutException();
    }
    return new Timeout(deadline(timeout)).call(coro);
  }

  private static boolean isOver(Duration timeout) {
    return timeout != null && (timeout.isNegative() || timeout.isZero());
  }

  private static <T> T waitForNothing(Future<T> future) throws TimeoutException {
    if (future.done()) {
      return future.result();
    }
    future.cancel();
    Waiting.await(List.of(future), null, ReturnWhen.ALL_COMPLETED);
    try {
      return future.result();
    } catch (CancellationException cancelled) {
      TimeoutException timedOut = new TimeoutException();
      timedOut.initCause(cancelled);
      throw timedOut;
    }
  }

  /** {@code delay} from now on the running loop's clock; empty for null. */
  public static OptionalLong deadline(Duration delay) {
    if (delay == null) {
      return OptionalLong.empty();
    }
    long now = RunningLoop.require().time();
    boolean beyond = delay.compareTo(Duration.ofNanos(Long.MAX_VALUE - Math.max(now, 0))) > 0;
    return OptionalLong.of(beyond ? Long.MAX_VALUE : now + delay.toNanos());
  }
}
