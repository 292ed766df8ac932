// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.testing.FakeLoop;
import dev.ouro.testing.LogCapture;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Behaviour 49, with the cleaner's part played by the test. */
class UnretrievedExceptionTest {
  private final FakeLoop loop = FakeLoop.create();
  private final List<ExceptionContext> reported = new ArrayList<>();
  private final IOException failure = new IOException("failed");

  @BeforeEach
  void listen() {
    loop.setExceptionHandler((on, context) -> reported.add(context));
  }

  @AfterEach
  void close() {
    loop.close();
  }

  private Future<String> failed() {
    Future<String> future = loop.createFuture();
    future.setException(failure);
    return future;
  }

  @Test
  void shouldReportOnTheLoop() {
    failed().unretrieved().run();

    assertThat(reported).isEmpty();
    loop.runTurn();
    assertThat(reported).hasSize(1);
    assertThat(reported.getFirst().exception()).isSameAs(failure);
    assertThat(reported.getFirst().future().toString()).contains("finished exception=");
  }

  @Test
  void shouldSayWhereTheFutureWasCreatedInDebugMode() {
    loop.setDebug(true);

    failed().unretrieved().run();
    loop.runTurn();

    assertThat(reported.getFirst().sourceTraceback()).isNotNull();
  }

  /** As in asyncio: who cancels everything at the end does not mean what has failed before. */
  @Test
  void shouldNotReportWhatWasCancelledTooLate() {
    Future<String> future = failed();
    Task<Void> task =
        loop.createTask(
            (TaskBody)
                () -> {
                  throw failure;
                });
    loop.runTurn();

    assertThat(future.cancel()).isFalse();
    assertThat(task.cancel()).isFalse();
    future.unretrieved().run();
    task.unretrieved().run();
    loop.runTurn();

    assertThat(reported).isEmpty();
  }

  @Test
  void shouldNotReportWhatTaskWasCancelledInsteadOfGetting() {
    Future<String> future = loop.createFuture();
    Task<String> task = loop.createTask(future::await);
    loop.runTurn();

    future.setException(failure);
    task.cancel();
    loop.runTurn();
    assertThat(task.cancelled()).isTrue();
    future.unretrieved().run();
    loop.runTurn();

    assertThat(reported).isEmpty();
  }

  @Test
  void shouldNotReportWhatWasRetrieved() {
    List<Future<String>> futures = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      futures.add(failed());
    }
    futures.get(0).exception();
    try {
      futures.get(1).result();
    } catch (Exception expected) {
      assertThat(expected).isSameAs(failure);
    }
    futures.get(2).exceptionNow();
    futures.get(3).handle((value, thrown) -> thrown);
    futures.get(4).toCompletableFuture();
    loop.runTurn();

    futures.forEach(future -> future.unretrieved().run());
    loop.runTurn();

    assertThat(reported).isEmpty();
  }

  @Test
  void shouldLogWhenTheLoopIsClosed() {
    Future<String> future = failed();
    loop.close();

    try (LogCapture log = new LogCapture()) {
      future.unretrieved().run();

      assertThat(log.errors())
          .singleElement()
          .asString()
          .startsWith("Future exception was never retrieved");
    }
  }
}
