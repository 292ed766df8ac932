// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.Asyncio;
import dev.ouro.linux.Socket;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.Future;
import dev.ouro.loop.Task;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.LogCapture;
import dev.ouro.testing.LoopFixture;
import dev.ouro.testing.OnBothEngines;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@OnBothEngines
class DebugModeContractTest {
  @RegisterExtension final LoopFixture loops;
  private EngineLoop loop;

  DebugModeContractTest(EngineKind kind) {
    loops = new LoopFixture(kind);
  }

  @BeforeEach
  void open() {
    loop = loops.open();
  }

  private void runTurn() {
    loop.stop();
    loop.runForever();
  }

  @Test
  void shouldBeOffUnlessThePropertySaysOtherwise() { // behaviour 71
    assertThat(loop.getDebug()).isEqualTo(System.getenv().getOrDefault("OURO_DEBUG", "") != "");

    for (String on : List.of("", "true", "1")) {
      assertThat(debugWith(on)).isTrue();
    }
    assertThat(debugWith("false")).isFalse();
  }

  private boolean debugWith(String property) {
    System.setProperty("dev.ouro.debug", property);
    try {
      return loops.open().getDebug();
    } finally {
      System.clearProperty("dev.ouro.debug");
    }
  }

  @Test
  void shouldTakeEffectWhileRunning() { // behaviour 71
    List<Throwable> thrown = new ArrayList<>();
    loop.callSoon(() -> {
      thrown.add(inForeignThread(() -> loop.callSoon(() -> {})));
      loop.setDebug(true);
      thrown.add(inForeignThread(() -> loop.callSoon(() -> {})));
      loop.setDebug(false);
      thrown.add(inForeignThread(() -> loop.callSoon(() -> {})));
    });

    runTurn();

    assertThat(thrown).extracting(each -> each != null).containsExactly(false, true, false);
  }

  @Test
  void shouldRefuseForeignThreadsWhileRunning() { // behaviour 72
    loop.setDebug(true);
    List<Throwable> thrown = new ArrayList<>();
    List<ThrowingCallable> calls =
        List.of(
            () -> loop.callSoon(() -> {}),
            () -> loop.callLater(Duration.ZERO, () -> {}),
            () -> loop.callAt(0, () -> {}));
    loop.callSoon(() -> calls.forEach(call -> thrown.add(inForeignThread(call))));
    loop.callSoon(() -> thrown.add(inForeignThread(() -> loop.callSoonThreadsafe(() -> {}))));

    runTurn();

    assertThat(thrown.removeLast()).isNull();
    assertThat(thrown)
        .hasSize(3)
        .allSatisfy(each ->
            assertThat(each)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                    "Non-thread-safe operation invoked on an event loop other than the current"
                        + " one"));
  }

  @Test
  void shouldAllowForeignThreadsWhileNotRunning() { // behaviour 72
    loop.setDebug(true);

    assertThat(inForeignThread(() -> loop.callSoon(() -> {}))).isNull();
  }

  private static Throwable inForeignThread(ThrowingCallable call) {
    List<Throwable> thrown = new ArrayList<>();
    Thread foreign =
        Thread.ofPlatform()
            .start(() -> {
              try {
                call.call();
              } catch (Throwable failure) {
                thrown.add(failure);
              }
            });
    try {
      foreign.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return thrown.isEmpty() ? null : thrown.getFirst();
  }

  @Test
  void shouldLogASlowCallbackOnce() { // behaviour 74
    loop.setDebug(true);
    loop.setSlowCallbackDuration(Duration.ofMillis(1));
    loop.callSoon(() -> busyFor(Duration.ofMillis(2)));

    try (LogCapture log = new LogCapture()) {
      runTurn();

      assertThat(log.warnings())
          .singleElement()
          .asString()
          .matches("Executing <Handle .*lambda created at DebugMode.*> took \\d+\\.\\d{3} seconds");
    }
  }

  @Test
  void shouldLogASlowTimer() { // behaviour 74
    loop.setDebug(true);
    loop.setSlowCallbackDuration(Duration.ofMillis(1));
    loop.callLater(Duration.ZERO, () -> busyFor(Duration.ofMillis(2)));

    try (LogCapture log = new LogCapture()) {
      runTurn();

      assertThat(log.warnings())
          .singleElement()
          .asString()
          .matches("Executing <TimerHandle when=.*> took \\d+\\.\\d{3} seconds");
    }
  }

  @Test
  void shouldLogASlowReaderOnceByItsHandle() throws IOException { // behaviour 74
    loop.setDebug(true);
    loop.setSlowCallbackDuration(Duration.ofMillis(1));
    Socket[] pair = Socket.pair();
    try (Socket reading = pair[0];
        Socket writing = pair[1];
        LogCapture log = new LogCapture()) {
      writing.shutdown(1);
      loop.addReader(
          reading,
          () -> {
            busyFor(Duration.ofMillis(2));
            loop.removeReader(reading);
            loop.stop();
          });

      loop.runForever();

      assertThat(log.warnings())
          .singleElement()
          .asString()
          .startsWith("Executing <Handle cancelled ")
          .contains("took");
    }
  }

  private void busyFor(Duration duration) {
    long start = loop.time();
    while (loop.time() - start < duration.toNanos()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void shouldNotTimeCallbacksWhenOff() { // behaviour 74
    loop.setSlowCallbackDuration(Duration.ZERO);
    loop.callSoon(() -> {});

    try (LogCapture log = new LogCapture()) {
      runTurn();

      assertThat(log.warnings()).isEmpty();
    }
  }

  @Test
  void shouldCallATenthOfASecondSlowAtFirst() { // behaviour 74
    assertThat(loop.slowCallbackDuration()).isEqualTo(Duration.ofMillis(100));
    assertThatThrownBy(() -> loop.setSlowCallbackDuration(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("duration");
    assertThatThrownBy(() -> loop.setSlowCallbackDuration(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("duration");
  }

  @Test
  void shouldRecordWhereFuturesAreCreated() { // behaviour 75
    loop.setDebug(true);
    Future<String> future = loop.createFuture();

    assertThat(future.toString())
        .startsWith("<Future pending created at DebugModeContractTest.java:");
  }

  /** The code that asked, not what of Ouro's stands between. */
  @Test
  void shouldRecordWhereTasksAreCreated() { // behaviour 75
    loop.setDebug(true);
    Task<String> outer =
        loop.createTask(() -> {
          Task<Void> inner = Asyncio.createTask(() -> {});
          inner.await();
          return inner.toString();
        });

    assertThat(outer.toString()).contains(" created at DebugModeContractTest.java:");
    assertThat(loop.runUntilComplete(outer)).contains(" created at DebugModeContractTest.java:");
  }

  @Test
  void shouldFormatTheTraceInTheLog() { // behaviours 61, 75
    loop.setDebug(true);
    loop.callSoon(() -> {
      throw new IllegalStateException("failed");
    });

    try (LogCapture log = new LogCapture()) {
      runTurn();

      assertThat(log.errors())
          .singleElement()
          .asString()
          .contains("\nsource_traceback: Object created at:\n    at " + getClass().getName());
    }
  }

  @Test
  void shouldNotRecordWhenOff() { // behaviour 75
    List<ExceptionContext> reported = new ArrayList<>();
    loop.setExceptionHandler((on, context) -> reported.add(context));
    loop.callSoon(() -> {
      throw new IllegalStateException("failed");
    });

    runTurn();

    assertThat(reported.getFirst().sourceTraceback()).isNull();
  }
}
