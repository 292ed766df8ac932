// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.poll.Ready;
import dev.ouro.testing.FakeLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The turn of a loop, phase by phase, without a kernel. */
class EngineLoopTest {
  private static final long DAY_NANOS = Duration.ofHours(24).toNanos();

  private final FakeLoop loop = FakeLoop.create();
  private final List<String> trace = new ArrayList<>();

  @AfterEach
  void close() {
    loop.close();
  }

  private Runnable note(String what) {
    return () -> trace.add(what);
  }

  @Test
  void shouldRunCompletionsBeforeInboxBeforeTimersAndAllAfterWhatWasQueued() { // behaviours 5, 6
    loop.callLater(Duration.ZERO, note("timer"));
    loop.callSoon(note("queued"));
    loop.engine()
        .onPoll(() -> {
          loop.engine().complete(note("completion"));
          loop.callSoonThreadsafe(note("inbox"));
        });

    loop.runTurn();

    assertThat(trace).containsExactly("queued", "completion", "inbox", "timer");
  }

  @Test
  void shouldPollBetweenACallbackAndWhatItSchedules() { // behaviour 5
    loop.callSoon(() -> {
      trace.add("first");
      loop.callSoon(note("second"));
      loop.engine().onPoll(() -> loop.engine().complete(note("completion")));
    });

    loop.runTurn();
    loop.runTurn();

    assertThat(trace).containsExactly("first", "second", "completion");
    assertThat(loop.engine().polls()).containsExactly(0L, 0L);
  }

  @Test
  void shouldNotStarveCompletionsWhenACallbackAlwaysReschedulesItself() { // behaviour 5
    Runnable[] again = new Runnable[1];
    again[0] = () -> loop.callSoon(again[0]);
    loop.callSoon(again[0]);
    loop.engine()
        .onPoll(() -> {})
        .onPoll(() -> {})
        .onPoll(() -> loop.engine().complete(loop::stop));

    loop.runForever();

    assertThat(loop.turn()).isEqualTo(3);
  }

  @Test
  void shouldPollOnceWithoutWaitingWhenStoppedBefore() { // behaviour 2
    loop.engine().onPoll(() -> loop.engine().complete(note("completion")));
    loop.callSoon(note("queued"));
    loop.stop();

    loop.runForever();

    assertThat(trace).containsExactly("queued", "completion");
    assertThat(loop.engine().polls()).containsExactly(0L);
  }

  @Test
  void shouldConsumeTheStopWhenItReturns() { // behaviour 2
    loop.stop();
    loop.runForever();
    loop.callLater(Duration.ofSeconds(1), loop::stop);

    loop.runForever();

    assertThat(loop.engine().polls()).containsExactly(0L, Duration.ofSeconds(1).toNanos());
  }

  @Test
  void shouldConsumeTheStopWhenACallbackLeavesTheRun() { // behaviour 3
    loop.callSoon(() -> {
      loop.stop();
      throw new LoopExit("out");
    });
    assertThatThrownBy(loop::runForever).isInstanceOf(LoopExit.class);
    loop.callLater(Duration.ofSeconds(1), loop::stop);

    loop.runForever();

    assertThat(loop.engine().polls()).containsExactly(0L, Duration.ofSeconds(1).toNanos());
  }

  @Test
  void shouldWaitUntilTheNextLiveTimer() { // behaviour 7
    loop.callLater(Duration.ofMillis(1), () -> {}).cancel();
    loop.callLater(Duration.ofMillis(7), loop::stop);

    loop.runForever();

    assertThat(loop.engine().polls()).containsExactly(Duration.ofMillis(7).toNanos());
  }

  @Test
  void shouldWaitWithoutLimitWhenThereIsNoTimer() { // behaviour 7
    loop.engine().onPoll(() -> loop.engine().complete(loop::stop));

    loop.runForever();

    assertThat(loop.engine().polls()).containsExactly(-1L);
  }

  @Test
  void shouldWaitADayAtMost() { // behaviours 7, 38
    loop.callAt(Long.MAX_VALUE, note("never"));
    loop.callLater(Duration.ofSeconds(Long.MAX_VALUE), note("never"));
    loop.engine().onPoll(() -> {}).onPoll(() -> loop.engine().complete(loop::stop));

    loop.runForever();

    assertThat(loop.engine().polls()).containsExactly(DAY_NANOS, DAY_NANOS);
    assertThat(trace).isEmpty();
  }

  @Test
  void shouldRunATimerOnceWhenItIsFarAway() { // behaviour 38
    loop.callLater(Duration.ofDays(100), loop::stop);

    loop.runForever();

    assertThat(loop.time()).isEqualTo(Duration.ofDays(100).toNanos());
    assertThat(loop.engine().polls()).hasSize(100);
  }

  @Test
  void shouldNeedOneTurnPerTinyDelay() { // behaviour 8
    AtomicInteger left = new AtomicInteger(5);
    Runnable[] sleeper = new Runnable[1];
    sleeper[0] =
        () -> {
          if (left.decrementAndGet() == 0) {
            loop.stop();
          } else {
            loop.callLater(Duration.ofNanos(1), sleeper[0]);
          }
        };
    loop.callLater(Duration.ofNanos(1), sleeper[0]);

    loop.runForever();

    assertThat(loop.turn()).isEqualTo(5);
  }

  @Test
  void shouldNotRunATimerBeforeItsTime() { // behaviour 36
    loop.callAt(100, note("timer"));
    loop.clock().advanceNanos(99);
    loop.runTurn();
    assertThat(trace).isEmpty();

    loop.clock().advanceNanos(1);
    loop.runTurn();

    assertThat(trace).containsExactly("timer");
  }

  @Test
  void shouldReclaimCancelledTimers() { // behaviour 39
    List<TimerHandle> timers = new ArrayList<>();
    for (int i = 0; i < 102; i++) {
      timers.add(loop.callLater(Duration.ofHours(1 + i), note("timer")));
    }
    timers.subList(50, 102).forEach(Handle::cancel);

    loop.runTurn();

    assertThat(timers).filteredOn(timer -> timer.heap != null).hasSize(50);
  }

  @Test
  void shouldTakeTheInboxBeforeWhatTheLoopSchedulesItself() { // behaviour 26
    loop.callSoonThreadsafe(note("1"));
    loop.callSoon(note("2"));
    loop.callSoonThreadsafe(note("3"));
    loop.callSoonReady((completion, data) -> trace.add("4"));

    loop.runTurn();

    assertThat(trace).containsExactly("1", "2", "3", "4");
  }

  @Test
  void shouldNotWaitWhenTheInboxHasSomething() { // behaviour 30
    loop.callSoonThreadsafe(loop::stop);

    loop.runForever();

    assertThat(loop.engine().polls()).containsExactly(0L);
    assertThat(loop.engine().wakeups()).isZero();
  }

  @Test
  void shouldWakeAPollThatWaitsOnceHoweverMuchIsScheduled() throws Exception { // behaviour 30
    loop.engine()
        .onPoll(() -> {
          loop.callSoonThreadsafe(note("1"));
          loop.callSoonThreadsafe(note("2"));
          loop.callSoonThreadsafe(loop::stop);
        });

    loop.runForever();

    assertThat(trace).containsExactly("1", "2");
    assertThat(loop.engine().wakeups()).isEqualTo(1);
  }

  @Test
  void shouldFlushOnceBeforeThePoll() {
    loop.beforePoll(note("flush")::run);
    loop.engine().onPoll(note("poll"));

    loop.runTurn();
    loop.runTurn();

    assertThat(trace).containsExactly("flush", "poll");
  }

  @Test
  void shouldFlushBeforeTheRunEndsWhatItsLastTurnWrote() {
    loop.callSoon(() -> loop.beforePoll(note("flush")::run));

    loop.runTurn();

    assertThat(trace).containsExactly("flush");
    assertThat(loop.engine().polls()).hasSize(1);
  }

  @Test
  void shouldSubmitBeforeTheRunEndsWhenTheEngineBatches() {
    loop.engine().batchesSends(true);
    loop.callSoon(() -> loop.beforePoll(note("flush")::run));
    loop.engine().onPoll(() -> {}).onPoll(note("submit"));

    loop.runTurn();

    assertThat(trace).containsExactly("flush", "submit");
    assertThat(loop.engine().polls()).containsExactly(0L, 0L);
  }

  @Test
  void shouldNotWaitWhenAFlushAsksForAnother() {
    loop.beforePoll(() -> loop.beforePoll(loop::stop));

    loop.runForever();

    assertThat(loop.engine().polls()).containsExactly(0L, 0L);
  }

  @Test
  void shouldReportAFailingFlushAndGoOn() {
    List<ExceptionContext> reported = new ArrayList<>();
    loop.setExceptionHandler((on, context) -> reported.add(context));
    IllegalStateException broken = new IllegalStateException("broken");
    loop.beforePoll(() -> {
      throw broken;
    });
    loop.beforePoll(note("second")::run);

    loop.runTurn();

    assertThat(trace).containsExactly("second");
    assertThat(reported).extracting(ExceptionContext::exception).containsExactly(broken);
  }

  @Test
  void shouldHandCompletionsTheirWords() {
    Ready ready = (completion, data) -> trace.add(completion + " " + data);
    loop.engine().onPoll(() -> loop.engine().complete(ready, -5, Long.MAX_VALUE));

    loop.runTurn();

    assertThat(trace).containsExactly("-5 " + Long.MAX_VALUE);
  }

  @Test
  void shouldReportAFailingCompletionAndGoOn() { // behaviour 57
    List<ExceptionContext> reported = new ArrayList<>();
    loop.setExceptionHandler((on, context) -> reported.add(context));
    IllegalStateException broken = new IllegalStateException("broken");
    loop.engine()
        .onPoll(() ->
            loop.engine()
                .complete(() -> {
                  throw broken;
                }));
    loop.callSoon(() -> loop.callSoon(note("next")));

    loop.runTurn();
    loop.runTurn();

    assertThat(reported).extracting(ExceptionContext::exception).containsExactly(broken);
    assertThat(trace).containsExactly("next");
  }

  @Test
  void shouldAttachTheEngineOnEveryRun() {
    loop.runTurn();
    loop.runTurn();

    assertThat(loop.engine().attached()).isEqualTo(2);
  }

  @Test
  void shouldNotWakeAClosedEngine() { // behaviour 31
    loop.close();

    assertThatThrownBy(() -> loop.callSoonThreadsafe(() -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Event loop is closed");
    assertThat(loop.engine().wakeups()).isZero();
    assertThat(loop.engine().isClosed()).isTrue();
  }

  @Test
  void shouldKeepWhatWasQueuedWhenACallbackLeavesTheRun() { // behaviour 15
    loop.callSoon(() -> {
      throw new LoopExit("out");
    });
    loop.callSoon(note("queued"));

    assertThatThrownBy(loop::runForever).isInstanceOf(LoopExit.class);
    assertThat(loop.isRunning()).isFalse();
    assertThat(loop.isClosed()).isFalse();
    assertThat(trace).isEmpty();

    loop.runTurn();

    assertThat(trace).containsExactly("queued");
  }
}
