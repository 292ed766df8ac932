// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.Future;
import dev.ouro.loop.LoopExit;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.LogCapture;
import dev.ouro.testing.LoopFixture;
import dev.ouro.testing.OnBothEngines;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** asyncio-behaviours 70 and 257: what is to be closed before the loop is. */
@OnBothEngines
class AsyncgensContractTest {
  @RegisterExtension final LoopFixture loops;
  private final List<String> closed = new ArrayList<>();
  private final List<ExceptionContext> reported = new ArrayList<>();
  private EngineLoop loop;

  AsyncgensContractTest(EngineKind kind) {
    loops = new LoopFixture(kind);
  }

  @BeforeEach
  void open() {
    loop = loops.open();
    loop.setExceptionHandler((on, context) -> reported.add(context));
  }

  /** Equal to every other of its name. */
  private record Resource(String name, List<String> closed) implements AutoCloseable {
    @Override
    public void close() {
      closed.add(name);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private Resource resource(String name) {
    return new Resource(name, closed);
  }

  /** Behaviour 257. */
  @Test
  void shouldCloseTheLastFirstOnTheLoop() {
    loop.addAsyncgen(resource("first"));
    loop.addAsyncgen(resource("second"));
    loop.addAsyncgen(resource("third"));

    Future<Void> all = loop.shutdownAsyncgens();
    assertThat(closed).isEmpty();
    loop.runUntilComplete(all);

    assertThat(closed).containsExactly("third", "second", "first");
    loop.runUntilComplete(loop.shutdownAsyncgens());
    assertThat(closed).hasSize(3);
  }

  /** Behaviour 257. */
  @Test
  void shouldBeDoneAtOnceWhenThereIsNone() {
    assertThat(loop.shutdownAsyncgens().done()).isTrue();
  }

  /** Behaviour 257: by identity, and each once. */
  @Test
  void shouldNotCloseWhatWasRemoved() {
    Resource one = resource("same");
    Resource other = resource("same");
    loop.addAsyncgen(one);
    loop.addAsyncgen(other);
    loop.addAsyncgen(one);

    assertThat(loop.removeAsyncgen(one)).isTrue();
    assertThat(loop.removeAsyncgen(one)).isFalse();
    loop.runUntilComplete(loop.shutdownAsyncgens());

    assertThat(closed).containsExactly("same");
    assertThat(loop.removeAsyncgen(other)).isFalse();
  }

  /** Behaviour 70. */
  @Test
  void shouldReportWhatFailsToCloseAndCloseTheOthers() {
    IOException failure = new IOException("not closed");
    AutoCloseable failing =
        () -> {
          throw failure;
        };
    loop.addAsyncgen(resource("first"));
    loop.addAsyncgen(failing);
    loop.addAsyncgen(resource("third"));

    loop.runUntilComplete(loop.shutdownAsyncgens());

    assertThat(closed).containsExactly("third", "first");
    ExceptionContext context = reported.getFirst();
    assertThat(reported).hasSize(1);
    assertThat(context.asMap()).containsOnlyKeys("message", "exception", "asyncgen");
    assertThat(context.message())
        .isEqualTo("an error occurred during closing of asynchronous generator " + failing);
    assertThat(context.exception()).isSameAs(failure);
    assertThat(context.asyncgen()).isSameAs(failing);
  }

  /** Behaviour 15. */
  @Test
  void shouldLeaveTheRunWhenClosingThrowsAFatalError() {
    LoopExit exit = new LoopExit("exit");
    loop.addAsyncgen(resource("later"));
    loop.addAsyncgen(() -> {
      throw exit;
    });
    Future<Void> all = loop.shutdownAsyncgens();

    assertThatThrownBy(() -> loop.runUntilComplete(all)).isSameAs(exit);
    loop.runUntilComplete(all);
    assertThat(closed).containsExactly("later");
  }

  /** Behaviour 257. */
  @Test
  void shouldWarnOfWhatIsAddedAfterwards() {
    loop.runUntilComplete(loop.shutdownAsyncgens());

    try (LogCapture log = new LogCapture()) {
      loop.addAsyncgen(resource("late"));

      assertThat(log.warnings())
          .containsExactly(
              "asynchronous generator late was scheduled after loop.shutdownAsyncgens() call");
    }
  }

  /** Behaviours 20 and 21. */
  @Test
  void shouldForgetAllWhenTheLoopIsClosed() {
    Resource resource = resource("open");
    loop.addAsyncgen(resource);

    loop.close();

    assertThat(closed).isEmpty();
    assertThat(loop.removeAsyncgen(resource)).isFalse();
    assertThatThrownBy(() -> loop.addAsyncgen(resource)).hasMessage("Event loop is closed");
    assertThatThrownBy(() -> loop.shutdownAsyncgens()).hasMessage("Event loop is closed");
  }

  @Test
  void shouldRefuseNull() {
    assertThatThrownBy(() -> loop.addAsyncgen(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("asyncgen");
  }
}
