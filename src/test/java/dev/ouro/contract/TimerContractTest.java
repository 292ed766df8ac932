// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.TimerHandle;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.LoopFixture;
import dev.ouro.testing.OnBothEngines;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@OnBothEngines
class TimerContractTest {
  @RegisterExtension final LoopFixture loops;
  private final List<String> trace = new ArrayList<>();
  private EngineLoop loop;

  TimerContractTest(EngineKind kind) {
    loops = new LoopFixture(kind);
  }

  @BeforeEach
  void open() {
    loop = loops.open();
  }

  private Runnable note(String what) {
    return () -> trace.add(what);
  }

  private void runTurn() {
    loop.stop();
    loop.runForever();
  }

  @Test
  void shouldRefuseNull() { // behaviour 32
    assertThatThrownBy(() -> loop.callLater(null, () -> {}))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("delay");
    assertThatThrownBy(() -> loop.callLater(Duration.ZERO, null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("callback");
    assertThatThrownBy(() -> loop.callAt(0, null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("callback");
  }

  @Test
  void shouldOrderNegativeDelaysByTheirTime() { // behaviours 32, 33
    TimerHandle later = loop.callLater(Duration.ofSeconds(-1), note("-1"));
    TimerHandle earlier = loop.callLater(Duration.ofSeconds(-2), note("-2"));
    TimerHandle now = loop.callLater(Duration.ZERO, note("0"));

    runTurn();

    assertThat(trace).containsExactly("-2", "-1", "0");
    assertThat(earlier).isLessThan(later);
    assertThat(later).isLessThan(now);
  }

  @Test
  void shouldRunTimersInTheOrderOfTheirTime() { // behaviour 34
    long now = loop.time();
    loop.callAt(now + 3_000_000, loop::stop);
    loop.callAt(now + 2_000_000, note("2"));
    loop.callAt(now + 1_000_000, note("1"));

    loop.runForever();

    assertThat(trace).containsExactly("1", "2");
  }

  @Test
  void shouldRunTimersOfOneTimeInTheOrderOfScheduling() { // behaviour 34, ours
    long when = loop.time();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      loop.callAt(when, note("" + i));
      expected.add("" + i);
    }

    runTurn();

    assertThat(trace).isEqualTo(expected);
  }

  @Test
  void shouldKeepWhen() { // behaviour 35
    long when = loop.time() + 1_000;
    TimerHandle timer = loop.callAt(when, loop::stop);
    TimerHandle cancelled = loop.callAt(when, note("cancelled"));
    cancelled.cancel();
    TimerHandle relative = loop.callLater(Duration.ofHours(1), note("hour"));

    loop.runForever();

    assertThat(timer.when()).isEqualTo(when);
    assertThat(cancelled.when()).isEqualTo(when);
    assertThat(relative.when() - loop.time()).isBetween(1L, Duration.ofHours(1).toNanos());
    assertThat(trace).isEmpty();
  }

  @Test
  void shouldNotRunEarly() { // behaviours 36, 37
    long[] firstEarly = {Long.MIN_VALUE};
    int[] left = {200};
    long now = loop.time();
    for (int i = 0; i < 200; i++) {
      long when = now + i * 37_001L;
      loop.callAt(
          when,
          () -> {
            if (loop.time() < when) {
              firstEarly[0] = when;
            }
            if (--left[0] == 0) {
              loop.stop();
            }
          });
    }

    loop.runForever();

    assertThat(firstEarly[0]).isEqualTo(Long.MIN_VALUE);
  }

  @Test
  void shouldNeedFewTurnsForTinyDelays() { // behaviour 8
    int[] left = {5};
    Runnable[] sleeper = new Runnable[1];
    sleeper[0] =
        () -> {
          if (--left[0] == 0) {
            loop.stop();
          } else {
            loop.callLater(Duration.ofNanos(1_000), sleeper[0]);
          }
        };
    loop.callLater(Duration.ofNanos(1_000), sleeper[0]);

    loop.runForever();

    assertThat(loop.turn()).isLessThanOrEqualTo(20);
  }

  @Test
  void shouldNeitherOverflowNorFireWhenDelaysAreHuge() { // behaviour 38
    List<Duration> huge =
        List.of(
            Duration.ofDays(25),
            Duration.ofNanos(1L << 53),
            Duration.ofNanos(Long.MAX_VALUE),
            Duration.ofSeconds(Long.MAX_VALUE));
    huge.forEach(delay -> loop.callLater(delay, note("fired")));
    loop.callAt(Long.MAX_VALUE, note("fired"));
    loop.callLater(Duration.ofMillis(1), loop::stop);

    loop.runForever();

    assertThat(trace).isEmpty();
  }

  @Test
  void shouldRunAtOnceWhatWasDueLongAgo() { // behaviour 38
    loop.callLater(Duration.ofSeconds(Long.MIN_VALUE), note("seconds"));
    loop.callAt(Long.MIN_VALUE, note("nanos"));

    runTurn();

    assertThat(trace).containsExactly("nanos", "seconds");
  }

  @Test
  void shouldNotRunACancelledTimer() { // behaviours 27, 39
    for (int i = 0; i < 1_000; i++) {
      loop.callLater(Duration.ZERO, note("cancelled")).cancel();
    }
    TimerHandle[] second = new TimerHandle[1];
    loop.callLater(Duration.ZERO, () -> second[0].cancel());
    second[0] = loop.callLater(Duration.ZERO, note("cancelled in the same batch"));

    runTurn();
    runTurn();

    assertThat(trace).isEmpty();
  }

  @Test
  void shouldReadTheClockAnew() { // behaviour 40
    long[] times = new long[2];
    loop.callSoon(() -> {
      times[0] = loop.time();
      while (loop.time() == times[0]) {
        Thread.onSpinWait();
      }
      times[1] = loop.time();
    });

    runTurn();

    assertThat(times[1]).isGreaterThan(times[0]);
  }

  @Test
  void shouldCompareByTimeAndEqualByCallbackToo() { // behaviour 43
    Runnable callback = note("");
    TimerHandle one = loop.callAt(5, callback);
    TimerHandle same = loop.callAt(5, callback);
    TimerHandle other = loop.callAt(5, note(""));
    TimerHandle later = loop.callAt(6, callback);

    assertThat(one).isEqualTo(same).hasSameHashCodeAs(same).isNotEqualTo(other);
    assertThat(one.compareTo(other)).isZero();
    assertThat(one).isLessThan(later).isNotEqualTo(later);
    assertThat(loop.callSoon(callback)).isNotEqualTo(loop.callSoon(callback));
    same.cancel();
    assertThat(one).isNotEqualTo(same);
  }

  @Test
  void shouldNameTheTimeAndTheCallback() { // behaviour 44
    loop.setDebug(true);
    TimerHandle timer = loop.callAt(123, note(""));

    assertThat(timer.toString())
        .startsWith("<TimerHandle when=123 " + getClass().getName() + " lambda created at ");
    timer.cancel();
    assertThat(timer.toString())
        .startsWith("<TimerHandle cancelled when=123 " + getClass().getName() + " lambda");
  }
}
