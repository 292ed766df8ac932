// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.testing.FakeLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Behaviour 5 with tasks: which turns poll. */
class WokenTasksTest {
  private final FakeLoop loop = FakeLoop.create();
  private final List<String> trace = new ArrayList<>();

  @AfterEach
  void close() {
    loop.close();
  }

  private Future<Void> task(TaskBody body) {
    return loop.createTask(body);
  }

  /** A task that says {@code name} when {@code future} is done. */
  private void waiting(String name, Future<?> future) {
    task(() -> {
      future.await();
      trace.add(name);
    });
  }

  /** With the next poll, {@code future} is completed. */
  private void completeInPoll(Future<Void> future) {
    loop.engine().onPoll(() -> loop.engine().complete(() -> future.setResult(null)));
  }

  private void polled(String what) {
    loop.engine().onPoll(() -> loop.engine().complete(() -> trace.add(what)));
  }

  @Test
  void shouldGoOnBeforeTheNextPollWhenAPollHasWokenTasksAndNothingElse() {
    Future<Void> future = loop.createFuture();
    waiting("first", future);
    waiting("second", future);
    loop.runTurn();
    completeInPoll(future);
    polled("next poll");
    loop.engine().onPoll(() -> loop.engine().complete(loop::stop));

    loop.runForever();

    assertThat(trace).containsExactly("first", "second", "next poll");
    assertThat(loop.engine().polls()).containsExactly(0L, -1L, -1L, -1L);
  }

  @Test
  void shouldPollFirstWhenACallbackIsQueuedBesideTheTask() {
    Future<Void> future = loop.createFuture();
    waiting("task", future);
    loop.runTurn();
    loop.engine()
        .onPoll(() ->
            loop.engine()
                .complete(() -> {
                  future.setResult(null);
                  loop.callSoon(() -> {
                    trace.add("callback");
                    loop.callSoon(() -> trace.add("scheduled"));
                  });
                }));
    polled("poll");
    loop.engine().onPoll(() -> loop.engine().complete(loop::stop));

    loop.runForever();

    assertThat(trace).containsExactly("task", "callback", "poll", "scheduled");
  }

  @Test
  void shouldPollWhenATaskSleepsForZero() {
    task(() -> {
      for (int i = 0; i < 3; i++) {
        Sleep.sleep(Duration.ZERO);
        trace.add("slept");
      }
      loop.stop();
    });
    polled("a");
    polled("b");
    polled("c");
    polled("d");

    loop.runForever();

    assertThat(trace).containsExactly("a", "slept", "b", "slept", "c", "slept", "d");
  }

  @Test
  void shouldPollInEverySecondTurnAtLeastWhenTasksWakeEachOtherForEver() {
    List<Future<Void>> baton = new ArrayList<>(List.of(loop.createFuture(), loop.createFuture()));
    for (int i = 0; i < 2; i++) {
      int mine = i;
      task(() -> {
        while (!trace.contains("c")) {
          baton.get(mine).await();
          baton.set(mine, loop.createFuture());
          baton.get(1 - mine).setResult(null);
        }
        loop.stop();
      });
    }
    loop.runTurn();
    completeInPoll(baton.getFirst());
    polled("a");
    polled("b");
    polled("c");

    loop.runForever();

    assertThat(trace).containsExactly("a", "b", "c");
  }

  @Test
  void shouldPollWhenAnotherThreadHasScheduled() {
    Future<Void> future = loop.createFuture();
    waiting("task", future);
    loop.runTurn();
    loop.engine()
        .onPoll(() ->
            loop.engine()
                .complete(() -> {
                  future.setResult(null);
                  loop.callSoonThreadsafe(() -> trace.add("from elsewhere"));
                }));
    polled("poll");
    loop.engine().onPoll(() -> loop.engine().complete(loop::stop));

    loop.runForever();

    assertThat(trace).containsExactly("task", "poll", "from elsewhere");
  }
}
