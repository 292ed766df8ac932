// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.testing.FakeLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every method of {@link CompletionStage}: as {@link CompletableFuture} does, but on the loop. */
class FutureStageTest {
  private static final IOException FAILURE = new IOException("source");
  private static final IllegalStateException BROKEN = new IllegalStateException("function");

  private final FakeLoop loop = FakeLoop.create();

  @AfterEach
  void close() {
    loop.close();
  }

  /** A chain hung on a source of strings. */
  record Chain(String name, Function<CompletionStage<String>, CompletionStage<?>> build) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static String fail() {
    throw BROKEN;
  }

  private static Map<String, Function<CompletionStage<String>, CompletionStage<?>>> simpleChains() {
    Map<String, Function<CompletionStage<String>, CompletionStage<?>>> chains =
        new LinkedHashMap<>();
    chains.put("thenApply", s -> s.thenApply(v -> v + "!"));
    chains.put("thenApply throws", s -> s.thenApply(v -> fail()));
    chains.put("thenApplyAsync", s -> s.thenApplyAsync(v -> v + "!"));
    chains.put("thenApplyAsync in", s -> s.thenApplyAsync(v -> v + "!", Runnable::run));
    chains.put("thenApplyAsync in, throws", s -> s.thenApplyAsync(v -> fail(), Runnable::run));
    chains.put("thenAccept", s -> s.thenAccept(v -> {}));
    chains.put("thenAccept throws", s -> s.thenAccept(v -> fail()));
    chains.put("thenAcceptAsync", s -> s.thenAcceptAsync(v -> {}));
    chains.put("thenAcceptAsync in", s -> s.thenAcceptAsync(v -> {}, Runnable::run));
    chains.put("thenRun", s -> s.thenRun(() -> {}));
    chains.put("thenRun throws", s -> s.thenRun(FutureStageTest::fail));
    chains.put("thenRunAsync", s -> s.thenRunAsync(() -> {}));
    chains.put("thenRunAsync in", s -> s.thenRunAsync(() -> {}, Runnable::run));
    chains.put("handle", s -> s.handle((v, e) -> v + "," + e));
    chains.put("handle throws", s -> s.handle((v, e) -> fail()));
    chains.put("handleAsync", s -> s.handleAsync((v, e) -> v + "," + e));
    chains.put("handleAsync in", s -> s.handleAsync((v, e) -> v + "," + e, Runnable::run));
    chains.put("handle of a stage", s -> s.thenApply(v -> v).handle((v, e) -> v + "," + e));
    chains.put("whenComplete", s -> s.whenComplete((v, e) -> {}));
    chains.put("whenComplete throws", s -> s.whenComplete((v, e) -> fail()));
    chains.put("whenCompleteAsync", s -> s.whenCompleteAsync((v, e) -> {}));
    chains.put("whenCompleteAsync in", s -> s.whenCompleteAsync((v, e) -> {}, Runnable::run));
    chains.put("exceptionally", s -> s.exceptionally(e -> "caught " + e));
    chains.put("exceptionally throws", s -> s.exceptionally(e -> fail()));
    chains.put("exceptionallyAsync", s -> s.exceptionallyAsync(e -> "caught " + e));
    chains.put("exceptionallyAsync in", s -> s.exceptionallyAsync(e -> "caught", Runnable::run));
    chains.put("exceptionally of a stage", s -> s.thenApply(v -> v).exceptionally(e -> "" + e));
    chains.put("toCompletableFuture", s -> s.toCompletableFuture());
    return chains;
  }

  private static Map<String, Function<CompletionStage<String>, CompletionStage<?>>>
      joiningChains() {
    CompletionStage<String> done = CompletableFuture.completedFuture("other");
    CompletionStage<String> failed = CompletableFuture.failedFuture(new IOException("other"));
    CompletionStage<String> never = new CompletableFuture<>();
    Map<String, Function<CompletionStage<String>, CompletionStage<?>>> chains =
        new LinkedHashMap<>();
    chains.put("thenCompose", s -> s.thenCompose(v -> done));
    chains.put("thenCompose failed", s -> s.thenCompose(v -> failed));
    chains.put(
        "thenCompose throws", s -> s.thenCompose(v -> CompletableFuture.completedFuture(fail())));
    chains.put("thenComposeAsync", s -> s.thenComposeAsync(v -> done));
    chains.put("thenComposeAsync in", s -> s.thenComposeAsync(v -> done, Runnable::run));
    chains.put("exceptionallyCompose", s -> s.exceptionallyCompose(e -> done));
    chains.put("exceptionallyCompose failed", s -> s.exceptionallyCompose(e -> failed));
    chains.put("exceptionallyComposeAsync", s -> s.exceptionallyComposeAsync(e -> done));
    chains.put(
        "exceptionallyComposeAsync in", s -> s.exceptionallyComposeAsync(e -> done, Runnable::run));
    chains.put("thenCombine", s -> s.thenCombine(done, (a, b) -> a + b));
    chains.put("thenCombine failed", s -> s.thenCombine(failed, (a, b) -> a + b));
    chains.put("thenCombine throws", s -> s.thenCombine(done, (a, b) -> fail()));
    chains.put("thenCombineAsync", s -> s.thenCombineAsync(done, (a, b) -> a + b));
    chains.put(
        "thenCombineAsync in", s -> s.thenCombineAsync(done, (a, b) -> a + b, Runnable::run));
    chains.put("thenAcceptBoth", s -> s.thenAcceptBoth(done, (a, b) -> {}));
    chains.put("thenAcceptBoth failed", s -> s.thenAcceptBoth(failed, (a, b) -> {}));
    chains.put("thenAcceptBothAsync", s -> s.thenAcceptBothAsync(done, (a, b) -> {}));
    chains.put(
        "thenAcceptBothAsync in", s -> s.thenAcceptBothAsync(done, (a, b) -> {}, Runnable::run));
    chains.put("runAfterBoth", s -> s.runAfterBoth(done, () -> {}));
    chains.put("runAfterBoth failed", s -> s.runAfterBoth(failed, () -> {}));
    chains.put("runAfterBothAsync", s -> s.runAfterBothAsync(done, () -> {}));
    chains.put("runAfterBothAsync in", s -> s.runAfterBothAsync(done, () -> {}, Runnable::run));
    chains.put("applyToEither", s -> s.applyToEither(never, v -> v + "!"));
    chains.put("applyToEitherAsync", s -> s.applyToEitherAsync(never, v -> v + "!"));
    chains.put(
        "applyToEitherAsync in", s -> s.applyToEitherAsync(never, v -> v + "!", Runnable::run));
    chains.put("acceptEither", s -> s.acceptEither(never, v -> {}));
    chains.put("acceptEitherAsync", s -> s.acceptEitherAsync(never, v -> {}));
    chains.put("acceptEitherAsync in", s -> s.acceptEitherAsync(never, v -> {}, Runnable::run));
    chains.put("runAfterEither", s -> s.runAfterEither(never, () -> {}));
    chains.put("runAfterEitherAsync", s -> s.runAfterEitherAsync(never, () -> {}));
    chains.put(
        "runAfterEitherAsync in", s -> s.runAfterEitherAsync(never, () -> {}, Runnable::run));
    return chains;
  }

  static Stream<Chain> chains() {
    return Stream.concat(simpleChains().entrySet().stream(), joiningChains().entrySet().stream())
        .map(entry -> new Chain(entry.getKey(), entry.getValue()));
  }

  @ParameterizedTest
  @MethodSource("chains")
  void shouldEndAsACompletableFutureDoes(Chain chain) {
    for (Outcome outcome : Outcome.values()) {
      CompletableFuture<String> theirs = new CompletableFuture<>();
      Future<String> ours = loop.createFuture();
      CompletionStage<?> theirEnd = chain.build().apply(theirs);
      CompletionStage<?> ourEnd = chain.build().apply(ours);

      outcome.complete(theirs);
      outcome.complete(ours);
      settle();

      assertThat(words(ourEnd)).as(outcome.name()).isEqualTo(words(theirEnd));
    }
  }

  @ParameterizedTest
  @MethodSource("chains")
  void shouldEndAlikeWhenTheSourceWasDoneBefore(Chain chain) {
    Future<String> ours = loop.createFuture();
    ours.setResult("value");
    CompletionStage<?> theirEnd = chain.build().apply(CompletableFuture.completedFuture("value"));

    CompletionStage<?> ourEnd = chain.build().apply(ours);
    settle();

    assertThat(words(ourEnd)).isEqualTo(words(theirEnd));
  }

  private enum Outcome {
    RESULT,
    FAILURE,
    WRAPPED,
    CANCELLED;

    void complete(CompletableFuture<String> future) {
      switch (this) {
        case RESULT -> future.complete("value");
        case FAILURE -> future.completeExceptionally(FutureStageTest.FAILURE);
        case WRAPPED -> future.completeExceptionally(wrapped());
        case CANCELLED -> future.cancel(true);
      }
    }

    void complete(Future<String> future) {
      switch (this) {
        case RESULT -> future.setResult("value");
        case FAILURE -> future.setException(FutureStageTest.FAILURE);
        case WRAPPED -> future.setException(wrapped());
        case CANCELLED -> future.cancel();
      }
    }

    private static Throwable wrapped() {
      return new CompletionException("wrapped", FutureStageTest.FAILURE);
    }
  }

  /** Waits for what other threads do, which the Async methods of the JDK's futures use. */
  private static String words(CompletionStage<?> stage) {
    if (stage instanceof Future<?> ours) {
      assertThat(ours.done()).isTrue();
      return ours.failure() == null ? "" + ours.value() : chainOf(ours.failure());
    }
    return stage
        .handle((value, failure) -> failure == null ? "" + value : chainOf(failure))
        .toCompletableFuture()
        .join();
  }

  private static String chainOf(Throwable failure) {
    StringBuilder text = new StringBuilder();
    for (Throwable each = failure; each != null; each = each.getCause()) {
      text.append(each.getClass().getSimpleName()).append(' ');
    }
    return text.toString();
  }

  private void settle() {
    for (int i = 0; i < 10; i++) {
      loop.runTurn();
    }
  }

  @Test
  void shouldRunFunctionsInATurnOfTheLoopAndNotBefore() {
    List<String> trace = new ArrayList<>();
    Future<String> source = loop.createFuture();
    source.thenAccept(trace::add);
    source.thenAcceptAsync(trace::add);

    source.setResult("value");

    assertThat(trace).isEmpty();
    loop.runTurn();
    assertThat(trace).containsExactly("value", "value");
  }

  @Test
  void shouldCompleteOnTheLoopWhatAnExecutorComputed() {
    List<Runnable> queue = new ArrayList<>();
    Future<String> source = loop.createFuture();
    Future<String> stage = source.thenApplyAsync(value -> value + "!", queue::add);
    source.setResult("value");
    loop.runTurn();

    queue.removeFirst().run();

    assertThat(stage.done()).isFalse();
    loop.runTurn();
    assertThat(stage.result()).isEqualTo("value!");
  }

  @Test
  void shouldFailWhenTheExecutorTakesNothing() {
    Future<String> source = loop.createFuture();
    Future<String> stage =
        source.thenApplyAsync(
            value -> value,
            job -> {
              throw new RejectedExecutionException("full");
            });
    source.setResult("value");

    loop.runTurn();

    assertThat(stage.exception())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(RejectedExecutionException.class);
  }

  @Test
  void shouldNotRunTheFunctionOfACancelledStageNorCancelItsSource() {
    List<String> trace = new ArrayList<>();
    Future<String> source = loop.createFuture();
    Future<Void> stage = source.thenAccept(trace::add);

    stage.cancel();
    source.setResult("value");
    settle();

    assertThat(trace).isEmpty();
    assertThat(source.cancelled()).isFalse();
    assertThatThrownBy(stage::result).isInstanceOf(CancellationException.class);
  }

  @Test
  void shouldFailWhenAFunctionReturnsNoStage() {
    Future<String> source = loop.createFuture();
    Future<String> stage = source.thenCompose(value -> null);
    source.setResult("value");

    settle();

    assertThat(stage.exception()).hasCauseInstanceOf(NullPointerException.class);
  }

  @Test
  void shouldTakeTheFirstOfTwo() {
    Future<String> slow = loop.createFuture();
    Future<String> fast = loop.createFuture();
    Future<String> stage = slow.applyToEither(fast, value -> value);
    fast.setResult("fast");
    slow.setResult("slow");

    settle();

    assertThat(stage.result()).isEqualTo("fast");
  }

  @Test
  void shouldFollowAStageThatAnotherThreadCompletes() throws Exception {
    CompletableFuture<String> foreign = new CompletableFuture<>();
    Future<String> source = loop.createFuture();
    source.setResult("ours");
    Future<String> stage = source.thenCombine(foreign, (a, b) -> a + " " + b);
    Thread other = Thread.ofPlatform().start(() -> foreign.complete("theirs"));
    other.join();

    settle();

    assertThat(stage.result()).isEqualTo("ours theirs");
  }

  @Test
  void shouldMirrorWithoutBeingTouched() {
    Future<String> source = loop.createFuture();
    CompletableFuture<String> mirror = source.toCompletableFuture();

    mirror.cancel(true);
    source.setResult("value");
    settle();

    assertThat(source.result()).isEqualTo("value");
    assertThat(source.toCompletableFuture().join()).isEqualTo("value");
  }

  @Test
  void shouldRefuseNullAtOnce() {
    Future<String> source = loop.createFuture();

    assertThatThrownBy(() -> source.thenApply(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("fn");
    assertThatThrownBy(() -> source.thenRunAsync(() -> {}, null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("executor");
    assertThatThrownBy(() -> source.runAfterBoth(null, () -> {}))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("other");
  }

  @Test
  void shouldLeaveTheRunWhenAFunctionThrowsAFatalError() {
    LoopExit exit = new LoopExit("exit");
    Future<String> source = loop.createFuture();
    Future<String> stage =
        source.thenApply(value -> {
          throw exit;
        });
    source.setResult("value");

    assertThatThrownBy(loop::runTurn).isSameAs(exit);
    assertThat(stage.exception()).hasCause(exit);
  }
}
