// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.Socket;
import dev.ouro.loop.Context;
import dev.ouro.loop.ContextVar;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Future;
import dev.ouro.loop.Handle;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.LoopFixture;
import dev.ouro.testing.OnBothEngines;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@OnBothEngines
class ContextContractTest {
  private static final ContextVar<String> USER = new ContextVar<>("user", "nobody");

  @RegisterExtension final LoopFixture loops;
  private final List<String> trace = new ArrayList<>();
  private EngineLoop loop;

  ContextContractTest(EngineKind kind) {
    loops = new LoopFixture(kind);
  }

  @BeforeEach
  void open() {
    loop = loops.open();
  }

  private void noteUser() {
    trace.add(USER.get());
  }

  private void runTurn() {
    loop.stop();
    loop.runForever();
  }

  @Test
  void shouldRunInACopyOfTheContextThatScheduled() { // behaviours 41, 42
    new Context()
        .run(() -> {
          USER.set("ada");
          loop.callSoon(this::noteUser);
          loop.callSoonThreadsafe(this::noteUser);
          loop.callLater(Duration.ofSeconds(-1), this::noteUser);
          loop.callSoon(() -> USER.set("changed in a copy"));
          loop.callSoon(this::noteUser);
          USER.set("changed afterwards");
        });

    runTurn();

    assertThat(trace).containsExactly("ada", "ada", "ada", "ada");
    assertThat(USER.get()).isEqualTo("nobody");
  }

  @Test
  void shouldRunInTheGivenContext() { // behaviours 41, 42
    Context context = new Context();
    context.run(() -> USER.set("ada"));
    loop.callSoon(this::noteUser, context);
    loop.callSoon(() -> USER.set("grace"), context);
    loop.callSoonThreadsafe(this::noteUser, context);
    loop.callLater(Duration.ZERO, this::noteUser, context);
    loop.callAt(loop.time(), this::noteUser, context);

    runTurn();

    assertThat(trace).containsExactly("ada", "grace", "grace", "grace");
    assertThat(context.get(USER)).isEqualTo("grace");
    assertThat(USER.get()).isEqualTo("nobody");
  }

  @Test
  void shouldReturnTheContextOfAHandle() { // behaviour 41
    Context context = new Context();
    Handle given = loop.callSoon(() -> {}, context);
    Handle captured = loop.callSoon(() -> USER.set("ada"));
    Handle[] self = new Handle[1];
    self[0] =
        loop.callSoon(() -> {
          USER.set("before");
          Context own = self[0].getContext();
          USER.set("after");
          trace.add(own.get(USER));
        });

    runTurn();

    assertThat(given.getContext()).isSameAs(context);
    assertThat(captured.getContext()).isSameAs(captured.getContext());
    assertThat(captured.getContext().get(USER)).isEqualTo("ada");
    assertThat(trace).containsExactly("after");
  }

  @Test
  void shouldRunDoneCallbacksInTheirContexts() { // behaviour 45
    Future<String> future = loop.createFuture();
    Context context = new Context();
    context.run(() -> USER.set("given"));
    new Context()
        .run(() -> {
          USER.set("captured");
          future.addDoneCallback(done -> noteUser());
        });
    future.addDoneCallback(done -> noteUser(), context);
    new Context()
        .run(() -> {
          USER.set("who completes");
          future.setResult("");
        });

    runTurn();

    assertThat(trace).containsExactly("captured", "given");
  }

  @Test
  void shouldRunReadersInOneContextThatWasCaptured() throws IOException { // behaviour 41
    Socket[] pair = Socket.pair();
    try (Socket reading = pair[0];
        Socket writing = pair[1]) {
      writing.shutdown(1);
      new Context()
          .run(() -> {
            USER.set("ada");
            add(
                reading,
                () -> {
                  noteUser();
                  USER.set(USER.get() + "!");
                  if (trace.size() == 2) {
                    loop.removeReader(reading);
                    loop.stop();
                  }
                });
          });

      loop.runForever();

      assertThat(trace).containsExactly("ada", "ada!");
    }
  }

  private void add(Socket socket, Runnable reader) {
    try {
      loop.addReader(socket, reader);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldReportACallbackWhoseContextIsEntered() { // behaviour 42
    List<Throwable> reported = new ArrayList<>();
    loop.setExceptionHandler((on, failure) -> reported.add(failure.exception()));
    Context context = new Context();
    loop.callSoon(this::noteUser, context);

    context.run(this::runTurn);

    assertThat(trace).isEmpty();
    assertThat(reported).singleElement().asString().contains("is already entered");
  }
}
