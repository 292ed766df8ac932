// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Future;
import dev.ouro.loop.Handle;
import dev.ouro.loop.WaitStrategy;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.LoopFixture;
import dev.ouro.testing.OnBothEngines;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@OnBothEngines
class CallSoonContractTest {
  @RegisterExtension final LoopFixture loops;
  private final List<String> trace = new ArrayList<>();
  private EngineLoop loop;

  CallSoonContractTest(EngineKind kind) {
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
  void shouldKeepOneOrderForBothWaysOfScheduling() { // behaviour 26
    loop.callSoonThreadsafe(note("1"));
    loop.callSoon(note("2"));
    loop.callSoonThreadsafe(note("3"));
    loop.callSoon(note("4"));
    loop.callSoon(() -> {
      loop.callSoonThreadsafe(note("5"));
      loop.callSoon(note("6"));
      loop.callSoonThreadsafe(note("7"));
    });

    runTurn();
    runTurn();

    assertThat(trace).containsExactly("1", "2", "3", "4", "5", "6", "7");
  }

  @Test
  void shouldKeepTheOrderOfEachThread() throws Exception { // behaviour 26
    int threads = 4;
    int each = 5_000;
    int[] last = new int[threads];
    int[] left = {threads * each};
    List<Thread> others = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int thread = t;
      Runnable schedule =
          () ->
              IntStream.rangeClosed(1, each)
                  .forEach(i ->
                      loop.callSoonThreadsafe(() -> {
                        if (last[thread] + 1 == i) {
                          last[thread] = i;
                        }
                        if (--left[0] == 0) {
                          loop.stop();
                        }
                      }));
      others.add(Thread.ofPlatform().start(schedule));
    }

    loop.runForever();
    for (Thread other : others) {
      other.join();
    }

    assertThat(last).containsOnly(each);
  }

  /** A mistake that debug mode reports; a queue that two threads write would lose callbacks. */
  @Test
  void shouldLoseNothingThatOtherThreadsScheduleByMistake() throws Exception {
    int threads = 4;
    int each = 5_000;
    Future<String> future = loop.createFuture();
    int[] left = {threads * each * 2};
    Runnable one =
        () -> {
          if (--left[0] == 0) {
            Thread.ofPlatform().start(() -> future.setResult("woken"));
          }
        };
    List<Thread> others = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      others.add(
          Thread.ofPlatform()
              .unstarted(() -> {
                for (int i = 0; i < each; i++) {
                  loop.callSoon(one);
                  loop.callLater(Duration.ZERO, one);
                  loop.callLater(Duration.ofDays(1), one).cancel();
                }
              }));
    }
    loop.callSoon(() -> others.forEach(Thread::start));

    assertThat(loop.runUntilComplete(future)).isEqualTo("woken");

    assertThat(left[0]).isZero();
    for (Thread other : others) {
      other.join();
    }
  }

  @Test
  void shouldRunAHandleOnce() { // behaviour 27
    loop.callSoon(note("once"));

    runTurn();
    runTurn();

    assertThat(trace).containsExactly("once");
  }

  @Test
  void shouldNotRunACancelledHandle() { // behaviour 27
    loop.callSoon(note("cancelled")).cancel();
    loop.callSoonThreadsafe(note("cancelled")).cancel();

    runTurn();

    assertThat(trace).isEmpty();
  }

  @Test
  void shouldNotRunAHandleThatTheSameBatchCancelled() { // behaviour 27
    Handle[] second = new Handle[1];
    loop.callSoon(() -> second[0].cancel());
    second[0] = loop.callSoon(note("cancelled"));

    runTurn();

    assertThat(trace).isEmpty();
    assertThat(second[0].cancelled()).isTrue();
  }

  @Test
  void shouldIgnoreACancelThatComesTooLateOrTwice() { // behaviour 28
    Handle ran = loop.callSoon(note("ran"));
    Handle cancelled = loop.callSoon(note("cancelled"));
    assertThat(ran.cancelled()).isFalse();
    cancelled.cancel();
    runTurn();

    ran.cancel();
    cancelled.cancel();

    assertThat(ran.cancelled()).isFalse();
    assertThat(cancelled.cancelled()).isTrue();
    assertThat(trace).containsExactly("ran");
  }

  @Test
  void shouldForgetTheCallbackWhenCancelled() { // behaviour 29
    Object[] argument = {new Object()};
    WeakReference<Object> watched = new WeakReference<>(argument[0]);
    Handle handle = loop.callSoon(holding(argument[0]));
    argument[0] = null;

    handle.cancel();

    assertThat(collected(watched)).isTrue();
    assertThat(handle.cancelled()).isTrue();
  }

  private static Runnable holding(Object argument) {
    return argument::hashCode;
  }

  private static boolean collected(WeakReference<?> watched) {
    for (int i = 0; i < 100 && watched.get() != null; i++) {
      System.gc();
    }
    return watched.get() == null;
  }

  @Test
  void shouldWakeALoopThatWaits() throws Exception { // behaviour 30
    CountDownLatch waiting = new CountDownLatch(1);
    loop.callSoon(waiting::countDown);
    Thread other =
        Thread.ofPlatform()
            .start(() -> {
              await(waiting);
              loop.callSoonThreadsafe(loop::stop);
            });

    loop.runForever();
    other.join();

    assertThat(loop.isRunning()).isFalse();
  }

  static Stream<WaitStrategy> strategies() {
    return Stream.of(
        WaitStrategy.blocking(),
        WaitStrategy.adaptive(),
        WaitStrategy.adaptive(Duration.ofNanos(1_000)),
        WaitStrategy.spinning());
  }

  /** Each side waits for the other, so that one lost wake-up would hang the test. */
  @ParameterizedTest
  @MethodSource("strategies")
  void shouldNeverLoseAWakeUp(WaitStrategy strategy) throws Exception { // behaviour 30
    int rounds = 20_000;
    EngineLoop one = loops.open(strategy);
    EngineLoop other = loops.open(strategy);
    int[] count = {0};
    Runnable[] ping = new Runnable[1];
    Runnable[] pong = new Runnable[1];
    ping[0] =
        () -> {
          if (++count[0] == rounds) {
            other.callSoonThreadsafe(other::stop);
            one.stop();
          } else {
            other.callSoonThreadsafe(pong[0]);
          }
        };
    pong[0] = () -> one.callSoonThreadsafe(ping[0]);
    one.callSoon(ping[0]);
    Thread second =
        Thread.ofPlatform()
            .start(() -> {
              other.runForever();
              other.close();
            });

    one.runForever();
    second.join();

    assertThat(count[0]).isEqualTo(rounds);
  }

  @Test
  void shouldRefuseNull() { // behaviours 32, 73
    assertThatThrownBy(() -> loop.callSoon(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("callback");
    assertThatThrownBy(() -> loop.callSoonThreadsafe(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("callback");
  }

  @Test
  void shouldNameTheCallback() { // behaviour 44
    Handle lambda = loop.callSoon(note("lambda"));
    Handle named =
        loop.callSoon(
            new Runnable() {
              @Override
              public void run() {}

              @Override
              public String toString() {
                return "greeting";
              }
            });

    assertThat(lambda).hasToString("<Handle " + getClass().getName() + " lambda>");
    assertThat(named).hasToString("<Handle greeting>");
    named.cancel();
    assertThat(named).hasToString("<Handle cancelled>");
  }

  @Test
  void shouldSayWhereItWasCreatedInDebugModeAlsoWhenCancelled() { // behaviour 44
    loop.setDebug(true);
    Handle handle = loop.callSoon(note(""));
    String site = "CallSoonContractTest.java:";

    assertThat(handle.toString()).startsWith("<Handle " + getClass().getName()).contains(site);
    handle.cancel();
    assertThat(handle.toString())
        .startsWith("<Handle cancelled " + getClass().getName() + " lambda created at " + site);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
