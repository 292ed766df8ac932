// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A {@link Future} as a {@link CompletionStage}: every method here is {@link StageStep}s hung on
 * done-callbacks.
 *
 * <p>Stages are futures of the same loop. Their functions run on the loop's thread, in a later turn
 * than the one that completed what they wait for: those of the methods without {@code Async}, and
 * those of the {@code Async} methods that name no executor, are alike in that. With an executor
 * they run there, and the stage is completed on the loop's thread. To cancel a stage keeps its
 * function from running; it does not cancel what the stage depends on. Exceptions are wrapped in
 * {@link CompletionException} as {@link CompletionStage} says.
 */
abstract class FutureStage<T> implements CompletionStage<T> {
  FutureStage() {}

  /** The loop that it belongs to. */
  public abstract CallbackLoop getLoop();

  /** Whether it has a result or an exception, or was cancelled. */
  public abstract boolean done();

  /** Schedules {@code callback} once this is done. */
  public abstract void addDoneCallback(Consumer<? super Future<T>> callback);

  /** The result, once done without {@link #failure}. */
  abstract T value();

  /** What ended it instead of a result, or null. */
  abstract Throwable failure();

  final <R> Future<R> then(Executor executor, StageStep<T, R> step) {
    Future<R> dependent = new Future<>(getLoop());
    addDoneCallback(done -> step.run(done.value(), done.failure(), executor, dependent));
    return dependent;
  }

  private <R> Future<R> flatten(Future<? extends CompletionStage<R>> nested) {
    Future<R> dependent = new Future<>(getLoop());
    nested.addDoneCallback(done -> {
      if (done.failure() != null) {
        dependent.offerException(StageStep.wrap(done.failure()));
      } else if (!dependent.done()) {
        StageStep.relay(done.value(), dependent);
      }
    });
    return dependent;
  }

  @Override
  public <U> Future<U> thenApply(Function<? super T, ? extends U> fn) {
    Objects.requireNonNull(fn, "fn");
    return then(null, (value, failure) -> fn.apply(StageStep.succeeded(value, failure)));
  }

  @Override
  public <U> Future<U> thenApplyAsync(Function<? super T, ? extends U> fn) {
    Objects.requireNonNull(fn, "fn");
    return then(null, (value, failure) -> fn.apply(StageStep.succeeded(value, failure)));
  }

  @Override
  public <U> Future<U> thenApplyAsync(Function<? super T, ? extends U> fn, Executor executor) {
    Objects.requireNonNull(fn, "fn");
    Objects.requireNonNull(executor, "executor");
    return then(executor, (value, failure) -> fn.apply(StageStep.succeeded(value, failure)));
  }

  @Override
  public Future<Void> thenAccept(Consumer<? super T> action) {
    Objects.requireNonNull(action, "action");
    return then(null, StageStep.accepting(action));
  }

  @Override
  public Future<Void> thenAcceptAsync(Consumer<? super T> action) {
    Objects.requireNonNull(action, "action");
    return then(null, StageStep.accepting(action));
  }

  @Override
  public Future<Void> thenAcceptAsync(Consumer<? super T> action, Executor executor) {
    Objects.requireNonNull(action, "action");
    Objects.requireNonNull(executor, "executor");
    return then(executor, StageStep.accepting(action));
  }

  @Override
  public Future<Void> thenRun(Runnable action) {
    Objects.requireNonNull(action, "action");
    return then(null, StageStep.accepting(ignored -> action.run()));
  }

  @Override
  public Future<Void> thenRunAsync(Runnable action) {
    Objects.requireNonNull(action, "action");
    return then(null, StageStep.accepting(ignored -> action.run()));
  }

  @Override
  public Future<Void> thenRunAsync(Runnable action, Executor executor) {
    Objects.requireNonNull(action, "action");
    Objects.requireNonNull(executor, "executor");
    return then(executor, StageStep.accepting(ignored -> action.run()));
  }

  @Override
  public <U, V> Future<V> thenCombine(
      CompletionStage<? extends U> other, BiFunction<? super T, ? super U, ? extends V> fn) {
    Objects.requireNonNull(other, "other");
    Objects.requireNonNull(fn, "fn");
    return both(other).then(null, (pair, failure) -> StageStep.succeeded(pair, failure).apply(fn));
  }

  @Override
  public <U, V> Future<V> thenCombineAsync(
      CompletionStage<? extends U> other, BiFunction<? super T, ? super U, ? extends V> fn) {
    Objects.requireNonNull(other, "other");
    Objects.requireNonNull(fn, "fn");
    return both(other).then(null, (pair, failure) -> StageStep.succeeded(pair, failure).apply(fn));
  }

  @Override
  public <U, V> Future<V> thenCombineAsync(
      CompletionStage<? extends U> other,
      BiFunction<? super T, ? super U, ? extends V> fn,
      Executor executor) {
    Objects.requireNonNull(other, "other");
    Objects.requireNonNull(fn, "fn");
    Objects.requireNonNull(executor, "executor");
    return both(other)
        .then(executor, (pair, failure) -> StageStep.succeeded(pair, failure).apply(fn));
  }

  @Override
  public <U> Future<Void> thenAcceptBoth(
      CompletionStage<? extends U> other, BiConsumer<? super T, ? super U> action) {
    Objects.requireNonNull(other, "other");
    Objects.requireNonNull(action, "action");
    return both(other).then(null, StageStep.accepting(pair -> pair.accept(action)));
  }

  @Override
  public <U> Future<Void> thenAcceptBothAsync(
      CompletionStage<? extends U> other, BiConsumer<? super T, ? super U> action) {
    Objects.requireNonNull(other, "other");
    Objects.requireNonNull(action, "action");
    return both(other).then(null, StageStep.accepting(pair -> pair.accept(action)));
  }

  @Override
  public <U> Future<Void> thenAcceptBothAsync(
      CompletionStage<? extends U> other,
      BiConsumer<? super T, ? super U> action,
      Executor executor) {
    Objects.requireNonNull(other, "other");
    Objects.requireNonNull(action, "action");
    Objects.requireNonNull(executor, "executor");
    return both(other).then(executor, StageStep.accepting(pair -> pair.accept(action)));
  }

  @Override
  public Future<Void> runAfterBoth(CompletionStage<?> other, Runnable action) {
    Objects.requireNonNull(other, "other");
    Objects.requireNonNull(action, "action");
    return both(other).then(null, StageStep.accepting(ignored -> action.run()));
  }

  @Override
  public Future<Void> runAfterBothAsync(CompletionStage<?> other, Runnable action) {
    Objects.requireNonNull(other, "other");
    Objects.requireNonNull(action, "action");
    return both(other).then(null, StageStep.accepting(ignored -> action.run()));
  }

  @Override
  public Future<Void> runAfterBothAsync(
      CompletionStage<?> other, Runnable action, Executor executor) {
    Objects.requireNonNull(other, "other");
    Objects.requireNonNull(action, "action");
    Objects.requireNonNull(executor, "executor");
    return both(other).then(executor, StageStep.accepting(ignored -> action.run()));
  }

  @Override
  public <U> Future<U> applyToEither(
      CompletionStage<? extends T> other, Function<? super T, U> fn) {
    Objects.requireNonNull(other, "other");
    Objects.requireNonNull(fn, "fn");
    return StageStep.<T>either(getLoop(), this, other)
        .then(null, (value, failure) -> fn.apply(StageStep.succeeded(value, failure)));
  }

  @Override
  public <U> Future<U> applyToEitherAsync(
      CompletionStage<? extends T> other, Function<? super T, U> fn) {
    Objects.requireNonNull(other, "other");
    Objects.requireNonNull(fn, "fn");
    return StageStep.<T>either(getLoop(), this, other)
        .then(null, (value, failure) -> fn.apply(StageStep.succeeded(value, failure)));
  }

  @Override
  public <U> Future<U> applyToEitherAsync(
      CompletionStage<? extends T> other, Function<? super T, U> fn, Executor executor) {
    Objects.requireNonNull(other, "other");
    Objects.requireNonNull(fn, "fn");
    Objects.requireNonNull(executor, "executor");
    return StageStep.<T>either(getLoop(), this, other)
        .then(executor, (value, failure) -> fn.apply(StageStep.succeeded(value, failure)));
  }

  @Override
  public Future<Void> acceptEither(CompletionStage<? extends T> other, Consumer<? super T> action) {
    Objects.requireNonNull(other, "other");
    Objects.requireNonNull(action, "action");
    return StageStep.<T>either(getLoop(), this, other).then(null, StageStep.accepting(action));
  }

  @Override
  public Future<Void> acceptEitherAsync(
      CompletionStage<? extends T> other, Consumer<? super T> action) {
    Objects.requireNonNull(other, "other");
    Objects.requireNonNull(action, "action");
    return StageStep.<T>either(getLoop(), this, other).then(null, StageStep.accepting(action));
  }

  @Override
  public Future<Void> acceptEitherAsync(
      CompletionStage<? extends T> other, Consumer<? super T> action, Executor executor) {
    Objects.requireNonNull(other, "other");
    Objects.requireNonNull(action, "action");
    Objects.requireNonNull(executor, "executor");
    return StageStep.<T>either(getLoop(), this, other).then(executor, StageStep.accepting(action));
  }

  @Override
  public Future<Void> runAfterEither(CompletionStage<?> other, Runnable action) {
    Objects.requireNonNull(other, "other");
    Objects.requireNonNull(action, "action");
    return StageStep.<Object>either(getLoop(), this, other)
        .then(null, StageStep.accepting(ignored -> action.run()));
  }

  @Override
  public Future<Void> runAfterEitherAsync(CompletionStage<?> other, Runnable action) {
    Objects.requireNonNull(other, "other");
    Objects.requireNonNull(action, "action");
    return StageStep.<Object>either(getLoop(), this, other)
        .then(null, StageStep.accepting(ignored -> action.run()));
  }

  @Override
  public Future<Void> runAfterEitherAsync(
      CompletionStage<?> other, Runnable action, Executor executor) {
    Objects.requireNonNull(other, "other");
    Objects.requireNonNull(action, "action");
    Objects.requireNonNull(executor, "executor");
    return StageStep.<Object>either(getLoop(), this, other)
        .then(executor, StageStep.accepting(ignored -> action.run()));
  }

  @Override
  public <U> Future<U> thenCompose(Function<? super T, ? extends CompletionStage<U>> fn) {
    Objects.requireNonNull(fn, "fn");
    return flatten(then(null, (value, failure) -> fn.apply(StageStep.succeeded(value, failure))));
  }

  @Override
  public <U> Future<U> thenComposeAsync(Function<? super T, ? extends CompletionStage<U>> fn) {
    Objects.requireNonNull(fn, "fn");
    return flatten(then(null, (value, failure) -> fn.apply(StageStep.succeeded(value, failure))));
  }

  @Override
  public <U> Future<U> thenComposeAsync(
      Function<? super T, ? extends CompletionStage<U>> fn, Executor executor) {
    Objects.requireNonNull(fn, "fn");
    Objects.requireNonNull(executor, "executor");
    return flatten(
        then(executor, (value, failure) -> fn.apply(StageStep.succeeded(value, failure))));
  }

  @Override
  public <U> Future<U> handle(BiFunction<? super T, Throwable, ? extends U> fn) {
    Objects.requireNonNull(fn, "fn");
    return then(null, fn::apply);
  }

  @Override
  public <U> Future<U> handleAsync(BiFunction<? super T, Throwable, ? extends U> fn) {
    Objects.requireNonNull(fn, "fn");
    return then(null, fn::apply);
  }

  @Override
  public <U> Future<U> handleAsync(
      BiFunction<? super T, Throwable, ? extends U> fn, Executor executor) {
    Objects.requireNonNull(fn, "fn");
    Objects.requireNonNull(executor, "executor");
    return then(executor, fn::apply);
  }

  @Override
  public Future<T> whenComplete(BiConsumer<? super T, ? super Throwable> action) {
    Objects.requireNonNull(action, "action");
    return then(null, StageStep.observing(action));
  }

  @Override
  public Future<T> whenCompleteAsync(BiConsumer<? super T, ? super Throwable> action) {
    Objects.requireNonNull(action, "action");
    return then(null, StageStep.observing(action));
  }

  @Override
  public Future<T> whenCompleteAsync(
      BiConsumer<? super T, ? super Throwable> action, Executor executor) {
    Objects.requireNonNull(action, "action");
    Objects.requireNonNull(executor, "executor");
    return then(executor, StageStep.observing(action));
  }

  @Override
  public Future<T> exceptionally(Function<Throwable, ? extends T> fn) {
    Objects.requireNonNull(fn, "fn");
    return then(null, (value, failure) -> failure == null ? value : fn.apply(failure));
  }

  @Override
  public Future<T> exceptionallyAsync(Function<Throwable, ? extends T> fn) {
    Objects.requireNonNull(fn, "fn");
    return then(null, (value, failure) -> failure == null ? value : fn.apply(failure));
  }

  @Override
  public Future<T> exceptionallyAsync(Function<Throwable, ? extends T> fn, Executor executor) {
    Objects.requireNonNull(fn, "fn");
    Objects.requireNonNull(executor, "executor");
    return then(executor, (value, failure) -> failure == null ? value : fn.apply(failure));
  }

  @Override
  public Future<T> exceptionallyCompose(Function<Throwable, ? extends CompletionStage<T>> fn) {
    Objects.requireNonNull(fn, "fn");
    return flatten(then(null, (value, failure) -> failure == null ? this : fn.apply(failure)));
  }

  @Override
  public Future<T> exceptionallyComposeAsync(Function<Throwable, ? extends CompletionStage<T>> fn) {
    Objects.requireNonNull(fn, "fn");
    return flatten(then(null, (value, failure) -> failure == null ? this : fn.apply(failure)));
  }

  @Override
  public Future<T> exceptionallyComposeAsync(
      Function<Throwable, ? extends CompletionStage<T>> fn, Executor executor) {
    Objects.requireNonNull(fn, "fn");
    Objects.requireNonNull(executor, "executor");
    return flatten(then(executor, (value, failure) -> failure == null ? this : fn.apply(failure)));
  }

  /**
   * A {@link CompletableFuture} that is completed when this is: by then if this is done already,
   * else on the loop's thread. Completing or cancelling it has no effect on this.
   */
  @Override
  public CompletableFuture<T> toCompletableFuture() {
    CompletableFuture<T> mirror = new CompletableFuture<>();
    if (done()) {
      StageStep.complete(mirror, value(), failure());
    } else {
      addDoneCallback(done -> StageStep.complete(mirror, done.value(), done.failure()));
    }
    return mirror;
  }

  /** Done when this and {@code stage} are, in whatever way. */
  private <U> Future<Pair<T, U>> both(CompletionStage<? extends U> stage) {
    Future<? extends U> second = StageStep.adopt(getLoop(), stage);
    Future<Pair<T, U>> pair = new Future<>(getLoop());
    addDoneCallback(first ->
        second.addDoneCallback(ignored -> {
          Throwable one = first.failure();
          Throwable other = second.failure();
          Pair<T, U> values = new Pair<>(first.value(), second.value());
          StageStep.finish(pair, values, one != null ? one : other);
        }));
    return pair;
  }

  private record Pair<T, U>(T first, U second) {
    <R> R apply(BiFunction<? super T, ? super U, ? extends R> fn) {
      return fn.apply(first, second);
    }

    void accept(BiConsumer<? super T, ? super U> action) {
      action.accept(first, second);
    }
  }
}
