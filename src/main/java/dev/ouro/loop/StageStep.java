// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** What a stage makes of the value or the failure of the stage before it; one of them is null. */
@FunctionalInterface
@SuppressWarnings("ReferenceEquality") // loops and throwables are compared by identity
interface StageStep<T, R> {
  R apply(T value, Throwable failure) throws Exception;

  /** Runs here, or in {@code executor} if there is one, and completes {@code dependent}. */
  default void run(T value, Throwable failure, Executor executor, Future<R> dependent) {
    if (dependent.done()) {
      return;
    }
    if (executor == null) {
      attempt(value, failure, dependent).run();
      return;
    }
    try {
      executor.execute(() -> {
        if (!dependent.done()) {
          hand(dependent.getLoop(), attempt(value, failure, dependent));
        }
      });
    } catch (RuntimeException rejected) {
      dependent.offerException(wrap(rejected));
    }
  }

  /** Runs here; what is left to do is to complete {@code dependent}. */
  private Runnable attempt(T value, Throwable failure, Future<R> dependent) {
    try {
      R result = apply(value, failure);
      return () -> dependent.offerResult(result);
    } catch (Throwable thrown) {
      return () -> {
        dependent.offerException(wrap(thrown));
        if (LoopExit.isFatal(thrown)) {
          throw (Error) thrown;
        }
      };
    }
  }

  /** Runs {@code action} on the loop's thread; a closed loop needs it no more. */
  private static void hand(CallbackLoop loop, Runnable action) {
    try {
      loop.callSoonThreadsafe(action);
    } catch (IllegalStateException closed) {
      if (!loop.isClosed()) {
        throw closed;
      }
    }
  }

  /** The value, or else the failure is thrown. */
  static <T> T succeeded(T value, Throwable failure) {
    if (failure != null) {
      throw wrap(failure);
    }
    return value;
  }

  static CompletionException wrap(Throwable failure) {
    return failure instanceof CompletionException wrapped
        ? wrapped
        : new CompletionException(failure);
  }

  static <T> StageStep<T, Void> accepting(Consumer<? super T> action) {
    return (value, failure) -> {
      action.accept(succeeded(value, failure));
      return null;
    };
  }

  static <T> StageStep<T, T> observing(BiConsumer<? super T, ? super Throwable> action) {
    return (value, failure) -> {
      try {
        action.accept(value, failure);
      } catch (Throwable thrown) {
        if (failure == null) {
          throw thrown;
        }
        if (failure != thrown) {
          failure.addSuppressed(thrown);
        }
      }
      return succeeded(value, failure);
    };
  }

  /** {@code stage} as a future of {@code loop}: itself, or one that follows it from any thread. */
  @SuppressWarnings("unchecked")
  static <R> Future<R> adopt(CallbackLoop loop, CompletionStage<? extends R> stage) {
    if (stage instanceof Future<?> future && future.getLoop() == loop) {
      return (Future<R>) future; // only read from
    }
    Future<R> follower = new Future<>(loop);
    stage.whenComplete((value, failure) ->
        hand(
            loop,
            () -> {
              if (failure == null) {
                follower.offerResult(value);
              } else {
                follower.offerException(failure);
              }
            }));
    return follower;
  }

  /** Done as soon as one of the two is, and as that is. */
  static <R> Future<R> either(
      CallbackLoop loop, CompletionStage<? extends R> one, CompletionStage<? extends R> other) {
    Future<R> first = new Future<>(loop);
    relay(one, first);
    relay(other, first);
    return first;
  }

  /** Completes {@code dependent} as {@code stage} ends. */
  static <R> void relay(CompletionStage<? extends R> stage, Future<R> dependent) {
    if (stage == null) {
      dependent.offerException(wrap(new NullPointerException("the function returned no stage")));
      return;
    }
    StageStep.<R>adopt(dependent.getLoop(), stage)
        .addDoneCallback(done -> finish(dependent, done.value(), done.failure()));
  }

  static <R> void finish(Future<R> dependent, R value, Throwable failure) {
    if (failure == null) {
      dependent.offerResult(value);
    } else {
      dependent.offerException(wrap(failure));
    }
  }

  static <R> void complete(CompletableFuture<R> mirror, R value, Throwable failure) {
    if (failure == null) {
      mirror.complete(value);
    } else {
      mirror.completeExceptionally(failure);
    }
  }
}
