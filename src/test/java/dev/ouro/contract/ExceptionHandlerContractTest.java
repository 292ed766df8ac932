// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.loop.ContextVar;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.ExceptionHandler;
import dev.ouro.loop.Handle;
import dev.ouro.loop.LoopExit;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.LogCapture;
import dev.ouro.testing.LoopFixture;
import dev.ouro.testing.OnBothEngines;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@OnBothEngines
class ExceptionHandlerContractTest {
  private static final ContextVar<String> USER = new ContextVar<>("user", "nobody");

  @RegisterExtension final LoopFixture loops;
  private final List<ExceptionContext> reported = new ArrayList<>();
  private final RuntimeException failure = new RuntimeException("failed");
  private EngineLoop loop;

  ExceptionHandlerContractTest(EngineKind kind) {
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

  private void fail() {
    throw failure;
  }

  @Test
  void shouldReportWhatACallbackThrowsAndGoOn() { // behaviour 57
    List<String> trace = new ArrayList<>();
    loop.setExceptionHandler((on, context) -> reported.add(context));
    Handle handle = loop.callSoon(this::fail);
    loop.callSoon(() -> trace.add("next"));

    runTurn();

    assertThat(trace).containsExactly("next");
    ExceptionContext context = reported.getFirst();
    assertThat(context.asMap()).containsOnlyKeys("message", "exception", "handle");
    assertThat(context.message())
        .isEqualTo("Exception in callback " + getClass().getName() + " lambda");
    assertThat(context.exception()).isSameAs(failure);
    assertThat(context.handle()).isSameAs(handle);
  }

  @Test
  void shouldSayWhereTheHandleWasCreatedInDebugMode() { // behaviours 57, 75
    loop.setDebug(true);
    loop.setExceptionHandler((on, context) -> reported.add(context));
    loop.callSoon(this::fail);

    runTurn();

    assertThat(reported.getFirst().sourceTraceback().getFirst().getMethodName())
        .isEqualTo("shouldSayWhereTheHandleWasCreatedInDebugMode");
  }

  @Test
  void shouldRestoreTheDefaultForNull() { // behaviour 58
    ExceptionHandler handler = (on, context) -> reported.add(context);
    assertThat(loop.getExceptionHandler()).isNull();
    loop.setExceptionHandler(handler);
    assertThat(loop.getExceptionHandler()).isSameAs(handler);
    loop.setExceptionHandler(null);
    loop.callSoon(this::fail);

    try (LogCapture log = new LogCapture()) {
      runTurn();

      assertThat(loop.getExceptionHandler()).isNull();
      assertThat(reported).isEmpty();
      assertThat(log.errors()).hasSize(1);
    }
  }

  @Test
  void shouldTellTheDefaultHandlerOfABrokenHandler() { // behaviour 59
    RuntimeException broken = new RuntimeException("broken");
    loop.setExceptionHandler((on, context) -> {
      reported.add(context);
      throw broken;
    });
    loop.callSoon(this::fail);

    try (LogCapture log = new LogCapture()) {
      runTurn();

      assertThat(log.errors())
          .singleElement()
          .asString()
          .startsWith("Unhandled error in exception handler\ncontext: ")
          .contains(reported.getFirst().toString());
      assertThat(log.records().getFirst().getThrown()).isSameAs(broken);
    }
  }

  @Test
  void shouldOnlyLogABrokenDefaultHandler() { // behaviour 60
    Object broken =
        new Object() {
          @Override
          public String toString() {
            throw new IllegalStateException("no words");
          }
        };

    try (LogCapture log = new LogCapture()) {
      loop.callExceptionHandler(ExceptionContext.of("message").with("transport", broken));

      assertThat(log.errors()).containsExactly("Exception in default exception handler");
      assertThat(log.records().getFirst().getThrown()).hasMessage("no words");
    }
  }

  @Test
  void shouldOnlyLogWhenBothHandlersAreBroken() { // behaviour 60
    Object broken =
        new Object() {
          @Override
          public String toString() {
            throw new IllegalStateException("no words");
          }
        };
    loop.setExceptionHandler((on, context) -> {
      throw new IllegalStateException("custom");
    });

    try (LogCapture log = new LogCapture()) {
      loop.callExceptionHandler(ExceptionContext.of("message").with("transport", broken));

      assertThat(log.errors())
          .containsExactly(
              "Exception in default exception handler while handling an unexpected error in custom"
                  + " exception handler");
    }
  }

  @Test
  void shouldLogTheMessageThenTheOthersSortedThenTheException() { // behaviour 61
    try (LogCapture log = new LogCapture()) {
      loop.defaultExceptionHandler(
          ExceptionContext.of("message", failure)
              .with("transport", "the transport")
              .with("protocol", "the protocol")
              .with("another", 1));

      assertThat(log.errors())
          .containsExactly("message\nanother: 1\nprotocol: the protocol\ntransport: the transport");
      assertThat(log.records().getFirst().getThrown()).isSameAs(failure);
    }
  }

  @Test
  void shouldLogADefaultMessage() { // behaviour 61
    try (LogCapture log = new LogCapture()) {
      loop.defaultExceptionHandler(ExceptionContext.of(Map.of("socket", "s")));

      assertThat(log.errors()).containsExactly("Unhandled exception in event loop\nsocket: s");
      assertThat(log.records().getFirst().getThrown()).isNull();
    }
  }

  @Test
  void shouldCallTheHandlerInTheContextOfWhatFailed() { // behaviour 62
    List<String> users = new ArrayList<>();
    loop.setExceptionHandler((on, context) -> users.add(USER.get()));
    loop.callSoon(() -> {
      USER.set("ada");
      fail();
    });
    loop.callSoon(this::fail);

    runTurn();

    assertThat(users).containsExactly("ada", "nobody");
  }

  @Test
  void shouldLetAFatalErrorOfAHandlerLeaveTheRun() { // behaviour 15
    LoopExit exit = new LoopExit("exit");
    loop.setExceptionHandler((on, context) -> {
      throw exit;
    });
    loop.callSoon(this::fail);

    assertThatThrownBy(this::runTurn).isSameAs(exit);
  }

  @Test
  void shouldPassTheLoop() { // behaviour 57
    List<Object> seen = new ArrayList<>();
    loop.setExceptionHandler((on, context) -> seen.add(on));
    loop.callSoon(this::fail);

    runTurn();

    assertThat(seen).containsExactly(loop);
  }
}
