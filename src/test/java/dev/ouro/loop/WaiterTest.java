// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.poll.FakeEngine;
import dev.ouro.testing.FakeLoop;
import dev.ouro.testing.ManualClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaiterTest {
  private static final long SPIN_NANOS = 50_000;
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final WaitStrategy ADAPTIVE = WaitStrategy.adaptive(Duration.ofNanos(SPIN_NANOS));

  private final ManualClock clock = new ManualClock();
  private final ReadyQueue ready = new ReadyQueue();
  private final FakeEngine engine = new FakeEngine(ready, clock);
  private final Inbox inbox = new Inbox();
  private final FakeLoop loop = FakeLoop.create();

  private Waiter waiter(WaitStrategy strategy, int processors) {
    return new Waiter(engine, inbox, clock, strategy, processors);
  }

  /** Waits once; something completes after {@code nanos}, in the next poll. */
  private void waitFor(Waiter waiter, long nanos) {
    engine.onPoll(() -> {
      clock.advanceNanos(nanos);
      engine.complete(() -> {});
    });
    waiter.poll(-1);
  }

  private Waiter spinningAdaptively() {
    Waiter waiter = waiter(ADAPTIVE, 2);
    for (int i = 0; i < 4; i++) {
      waitFor(waiter, 1_000);
    }
    assertThat(engine.polls()).containsOnly(-1L);
    engine.polls().clear();
    return waiter;
  }

  @Test
  void shouldPollOncePerWaitWhenBlocking() {
    Waiter waiter = waiter(WaitStrategy.blocking(), 2);

    waiter.poll(0);
    waiter.poll(SECOND);
    waitFor(waiter, 5);

    assertThat(engine.polls()).containsExactly(0L, SECOND, -1L);
  }

  @Test
  void shouldPollOnceWhenItMustNotWait() {
    for (WaitStrategy strategy : List.of(ADAPTIVE, WaitStrategy.spinning())) {
      waiter(strategy, 2).poll(0);
    }

    assertThat(engine.polls()).containsExactly(0L, 0L);
  }

  @Test
  void shouldSpinAfterAFewShortWaits() {
    Waiter waiter = spinningAdaptively();

    waitFor(waiter, 1_000);

    assertThat(engine.polls()).containsExactly(0L);
  }

  @Test
  void shouldPollAgainOnlyWhenSomethingMayHaveCompleted() {
    Waiter waiter = spinningAdaptively();
    clock.tick(1_000);
    engine.onPoll(() -> {}).onPoll(() -> {}).onPoll(() -> engine.complete(() -> {}));

    waiter.poll(-1);

    assertThat(engine.polls()).containsExactly(0L, 0L, 0L);
  }

  @Test
  void shouldBlockWhenSpinningWasInVain() {
    Waiter waiter = spinningAdaptively();
    clock.tick(1_000);

    waiter.poll(SECOND);

    assertThat(engine.polls()).hasSize(2).startsWith(0L);
    assertThat(engine.polls().getLast()).isBetween(SECOND - 2 * SPIN_NANOS, SECOND - SPIN_NANOS);
  }

  @Test
  void shouldNotSpinAgainWhenTheWaitWasLong() {
    Waiter waiter = spinningAdaptively();
    clock.tick(1_000);
    waiter.poll(SECOND);
    engine.polls().clear();

    waiter.poll(SECOND);
    waiter.poll(SECOND);

    assertThat(engine.polls()).containsExactly(SECOND, SECOND);
  }

  @Test
  void shouldBeginToSpinAgainWhenWaitsAreShortAgain() {
    Waiter waiter = spinningAdaptively();
    clock.tick(1_000);
    waiter.poll(SECOND);
    for (int i = 0; i < 4; i++) {
      waitFor(waiter, 1_000);
    }
    engine.polls().clear();

    waitFor(waiter, 1_000);

    assertThat(engine.polls()).containsExactly(0L);
  }

  @Test
  void shouldNeverSpinWhenWaitsAreLong() {
    Waiter waiter = waiter(ADAPTIVE, 2);

    for (int i = 0; i < 100; i++) {
      waitFor(waiter, Duration.ofMillis(1).toNanos());
    }

    assertThat(engine.polls()).containsOnly(-1L);
  }

  @Test
  void shouldEndTheSpinWithTheTimeout() {
    Waiter waiter = spinningAdaptively();
    clock.tick(1_000);

    waiter.poll(10_000);

    assertThat(engine.polls()).containsExactly(0L);
  }

  @Test
  void shouldNeverSpinOnASingleProcessor() {
    for (WaitStrategy strategy : List.of(ADAPTIVE, WaitStrategy.spinning())) {
      Waiter waiter = waiter(strategy, 1);
      for (int i = 0; i < 20; i++) {
        waitFor(waiter, 1_000);
      }
    }

    assertThat(engine.polls()).containsOnly(-1L);
  }

  @Test
  void shouldNeverBlockWhenSpinning() {
    Waiter waiter = waiter(WaitStrategy.spinning(), 2);
    clock.tick(1_000);

    waiter.poll(SECOND);
    long woken = engine.polls().size();
    waitFor(waiter, SECOND);

    assertThat(engine.polls()).containsOnly(0L).hasSize(Math.toIntExact(woken) + 1);
  }

  @Test
  void shouldEndTheSpinWithoutAWakeUpWhenSomethingIsInTheInbox() {
    Waiter waiter = waiter(WaitStrategy.spinning(), 2);
    engine.onPoll(() -> {
      inbox.add(new Handle(() -> {}, loop, new Context()));
      waiter.wake();
    });

    waiter.poll(-1);

    assertThat(engine.polls()).containsExactly(0L);
    assertThat(engine.wakeups()).isZero();
  }

  @Test
  void shouldWakeTheEngineOnceWhileItBlocks() {
    Waiter waiter = waiter(WaitStrategy.blocking(), 2);
    engine.onPoll(() -> {
      waiter.wake();
      waiter.wake();
    });

    waiter.poll(-1);
    waiter.wake();

    assertThat(engine.wakeups()).isEqualTo(1);
  }

  @Test
  void shouldNotBlockWhenSomethingIsInTheInbox() {
    inbox.add(new Handle(() -> {}, loop, new Context()));

    waiter(WaitStrategy.blocking(), 2).poll(-1);

    assertThat(engine.polls()).containsExactly(0L);
  }

  @Test
  void shouldNotWakeAnEngineThatIsClosed() {
    Waiter waiter = waiter(WaitStrategy.blocking(), 2);
    engine.onPoll(() -> {
      waiter.close();
      waiter.wake();
      engine.complete(() -> {});
    });

    waiter.poll(-1);

    assertThat(engine.wakeups()).isZero();
  }
}
