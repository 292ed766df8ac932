// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Nr;
import dev.ouro.linux.SigAction;
import dev.ouro.linux.Signal;
import dev.ouro.linux.SignalInfo;
import dev.ouro.linux.Syscall;
import dev.ouro.loop.ContextVar;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.Handle;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.LoopFixture;
import dev.ouro.testing.OnBothEngines;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signals that this process sends to itself. {@link SignalProcessTest} has those that end one. */
@OnBothEngines
class SignalContractTest {
  private static final int PID = (int) ProcessHandle.current().pid();

  @RegisterExtension final LoopFixture loops;
  private final List<Object> trace = new ArrayList<>();
  private EngineLoop loop;

  SignalContractTest(EngineKind kind) {
    loops = new LoopFixture(kind);
  }

  @BeforeEach
  void open() {
    loop = loops.open();
  }

  @AfterEach
  void close() {
    if (loop != null) {
      loop.close();
    }
  }

  private static void send(Signal signal) {
    try {
      signal.send(PID);
    } catch (LinuxException e) {
      throw new AssertionError(e);
    }
  }

  private Runnable note(Object what) {
    return () -> trace.add(what);
  }

  private Runnable noteAndStop(Object what) {
    return () -> {
      trace.add(what);
      loop.stop();
    };
  }

  /**
   * To this thread, which has handled it when this returns. What the process is sent any thread may
   * handle, later, and two signals in another order than they were sent.
   */
  private static void sendHere(Signal signal) {
    try {
      signal.sendThread(PID, (int) Syscall.call(Nr.GETTID, 0));
    } catch (LinuxException e) {
      throw new AssertionError(e);
    }
  }

  /** Runs until everything has come through that was sent to this thread. */
  private void runUntilQuiet() {
    loop.addSignalHandler(Signal.realTime(9), loop::stop);
    sendHere(Signal.realTime(9));
    loop.runForever();
    loop.stop();
    loop.runForever();
    loop.removeSignalHandler(Signal.realTime(9));
  }

  /** Behaviour 223. */
  @Test
  void shouldRunTheCallbackWhenTheSignalArrives() {
    loop.addSignalHandler(Signal.SIGUSR1, noteAndStop("SIGUSR1"));

    send(Signal.SIGUSR1);
    loop.runForever();

    assertThat(trace).containsExactly("SIGUSR1");
  }

  /** Behaviour 223. */
  @Test
  void shouldRunTheCallbackEveryTime() {
    loop.addSignalHandler(
        Signal.SIGUSR1,
        () -> {
          trace.add("SIGUSR1");
          if (trace.size() < 5) {
            send(Signal.SIGUSR1);
          } else {
            loop.stop();
          }
        });

    send(Signal.SIGUSR1);
    loop.runForever();

    assertThat(trace).hasSize(5);
  }

  /** Behaviour 223: like any callback, on the loop's thread, in the turns of the loop. */
  @Test
  void shouldLetTheCallbackUseTheLoop() {
    Thread here = Thread.currentThread();
    loop.addSignalHandler(
        Signal.SIGUSR1,
        () -> {
          trace.add(Thread.currentThread() == here);
          loop.callSoon(noteAndStop("soon"));
        });

    send(Signal.SIGUSR1);
    loop.runForever();

    assertThat(trace).containsExactly(true, "soon");
  }

  /** Behaviour 223. */
  @Test
  void shouldWakeALoopThatWaits() throws InterruptedException {
    loop.addSignalHandler(Signal.SIGUSR1, noteAndStop("SIGUSR1"));
    Thread looping = Thread.currentThread();
    Thread sender =
        new Thread(() -> {
          while (looping.getState() == Thread.State.RUNNABLE && !isInPoll(looping)) {
            Thread.onSpinWait();
          }
          send(Signal.SIGUSR1);
        });
    sender.start();

    loop.runForever();

    sender.join();
    assertThat(trace).containsExactly("SIGUSR1");
  }

  private static boolean isInPoll(Thread thread) {
    for (StackTraceElement frame : thread.getStackTrace()) {
      if (frame.getMethodName().equals("poll")) {
        return true;
      }
    }
    return false;
  }

  /** An addition: who sent it. */
  @Test
  void shouldTellWhoSentTheSignal() throws LinuxException {
    Signal signal = Signal.realTime(2);
    loop.addSignalHandler(
        signal,
        info -> {
          trace.add(info);
          loop.stop();
        });

    signal.queue(PID, 4711);
    loop.runForever();

    SignalInfo info = (SignalInfo) trace.getFirst();
    assertThat(info.signum()).isEqualTo(signal.number());
    assertThat(info.pid()).isEqualTo(PID);
    assertThat(info.uid()).isEqualTo(uid());
    assertThat(info.value()).isEqualTo(4711);
    assertThat(info.code()).isEqualTo(SignalInfo.SI_QUEUE);
  }

  private static int uid() {
    try {
      Object uid =
          java.nio.file.Files.getAttribute(java.nio.file.Path.of("/proc/self"), "unix:uid");
      return (int) uid;
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The callback runs in the context of who added it, as those of readers do. */
  @Test
  void shouldRunTheCallbackInTheContextOfItsCaller() {
    ContextVar<String> name = new ContextVar<>("name", "none");
    name.set("caller");
    loop.addSignalHandler(
        Signal.SIGUSR1,
        () -> {
          trace.add(name.get());
          loop.stop();
        });
    name.set("later");

    send(Signal.SIGUSR1);
    loop.runForever();

    assertThat(trace).containsExactly("caller");
  }

  /** Behaviour 224. */
  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 32, 33, 65, 1000})
  void shouldRefuseWhatIsNoSignal(int number) {
    assertThatThrownBy(() -> loop.addSignalHandler(number, note("")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("invalid signal number " + number);
    assertThatThrownBy(() -> loop.removeSignalHandler(number))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Behaviours 224, 232: uncatchable, or the JVM's own. */
  @ParameterizedTest
  @ValueSource(ints = {3, 4, 5, 7, 8, 9, 11, 12, 19, 62})
  void shouldRefuseWhatItCannotHaveAndSayWhy(int number) throws LinuxException {
    long before = SigAction.get(Signal.of(number)).handler();

    assertThatThrownBy(() -> loop.addSignalHandler(number, note("")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("sig " + number + " cannot be caught: the ")
        .hasMessageContaining(Signal.of(number).toString());

    assertThat(SigAction.get(Signal.of(number)).handler()).isEqualTo(before);
    assertThat(loop.removeSignalHandler(number)).isFalse();
  }

  /** Behaviour 73: what is no callback is refused. */
  @Test
  void shouldRefuseNoCallback() {
    assertThatThrownBy(() -> loop.addSignalHandler(Signal.SIGUSR1, (Runnable) null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("callback");
    assertThatThrownBy(() -> loop.addSignalHandler((Signal) null, note("")))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("signal");
    assertThat(loop.removeSignalHandler(Signal.SIGUSR1)).isFalse();
  }

  /** Behaviour 225. */
  @Test
  void shouldReplaceTheCallback() {
    Handle first = loop.addSignalHandler(Signal.SIGUSR1, note("first"));
    Handle second = loop.addSignalHandler(Signal.SIGUSR1, noteAndStop("second"));

    send(Signal.SIGUSR1);
    loop.runForever();

    assertThat(trace).containsExactly("second");
    assertThat(first.cancelled()).isTrue();
    assertThat(second.cancelled()).isFalse();
    assertThat(loop.removeSignalHandler(Signal.SIGUSR1)).isTrue();
  }

  /** Behaviour 226. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 10, 13, 15, 17, 40})
  void shouldRestoreTheActionWhenTheCallbackIsRemoved(int number) throws LinuxException {
    long before = SigAction.get(Signal.of(number)).handler();
    assertThat(loop.removeSignalHandler(number)).isFalse();

    loop.addSignalHandler(number, note(""));

    assertThat(SigAction.get(Signal.of(number)).handler()).isNotEqualTo(before);
    assertThat(loop.removeSignalHandler(number)).isTrue();
    assertThat(SigAction.get(Signal.of(number)).handler()).isEqualTo(before);
    assertThat(loop.removeSignalHandler(number)).isFalse();
  }

  /** Behaviour 227. */
  @Test
  void shouldReportWhatTheCallbackThrows() {
    List<ExceptionContext> reported = new ArrayList<>();
    loop.setExceptionHandler((on, context) -> reported.add(context));
    Handle handle =
        loop.addSignalHandler(
            Signal.SIGUSR1,
            () -> {
              loop.stop();
              throw new IllegalStateException("failed");
            });

    for (int i = 0; i < 2; i++) {
      send(Signal.SIGUSR1);
      loop.runForever();
    }

    assertThat(reported).hasSize(2);
    assertThat(reported.getFirst().exception()).hasMessage("failed");
    assertThat(reported.getFirst().handle()).isSameAs(handle);
  }

  /** Behaviour 227. */
  @Test
  void shouldRemoveTheCallbackWhoseHandleIsCancelled() throws LinuxException {
    long before = SigAction.get(Signal.SIGURG).handler();
    Handle handle = loop.addSignalHandler(Signal.SIGURG, note("SIGURG"));

    handle.cancel();
    sendHere(Signal.SIGURG); // ignored by default
    runUntilQuiet();

    assertThat(trace).isEmpty();
    assertThat(SigAction.get(Signal.SIGURG).handler()).isEqualTo(before);
    assertThat(loop.removeSignalHandler(Signal.SIGURG)).isFalse();
  }

  /** Behaviour 226: also one that is queued already. */
  @Test
  void shouldNotRunACallbackThatAnEarlierOneRemoved() {
    Signal first = Signal.realTime(3);
    Signal second = Signal.realTime(4);
    loop.addSignalHandler(
        first,
        () -> {
          trace.add("first");
          loop.removeSignalHandler(second);
        });
    loop.addSignalHandler(
        second,
        () -> {
          trace.add("second");
          loop.removeSignalHandler(first);
        });

    sendHere(first);
    sendHere(second);
    runUntilQuiet();

    assertThat(trace).hasSize(1);
  }

  /** Behaviours 228, 21. */
  @Test
  void shouldRestoreEverythingWhenTheLoopCloses() throws LinuxException {
    List<Signal> signals = List.of(Signal.SIGHUP, Signal.SIGTERM, Signal.SIGUSR1, Signal.SIGRTMAX);
    List<Long> before = new ArrayList<>();
    for (Signal signal : signals) {
      before.add(SigAction.get(signal).handler());
      loop.addSignalHandler(signal, note(signal));
    }

    loop.close();

    List<Long> after = new ArrayList<>();
    for (Signal signal : signals) {
      after.add(SigAction.get(signal).handler());
    }
    assertThat(after).isEqualTo(before);
    assertThatThrownBy(() -> loop.addSignalHandler(Signal.SIGTERM, note("")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Event loop is closed");
    assertThat(loop.removeSignalHandler(Signal.SIGTERM)).isFalse();
  }

  /** Behaviour 230. */
  @Test
  void shouldHandleSeveralSignalsTogether() {
    loop.addSignalHandler(Signal.SIGHUP, note("SIGHUP"));
    loop.addSignalHandler(Signal.SIGUSR1, note("SIGUSR1"));
    loop.addSignalHandler(Signal.SIGWINCH, note("SIGWINCH"));

    send(Signal.SIGHUP);
    send(Signal.SIGUSR1);
    send(Signal.SIGWINCH);
    while (trace.size() < 3) {
      loop.stop();
      loop.runForever();
    }

    assertThat(trace).containsExactlyInAnyOrder("SIGHUP", "SIGUSR1", "SIGWINCH");
  }

  /** Behaviour 231: children are waited for by their pidfd, so SIGCHLD is free. */
  @Test
  void shouldHandleSigchldBesideTheJdksProcesses() throws Exception {
    List<SignalInfo> arrived = new ArrayList<>();
    loop.addSignalHandler(
        Signal.SIGCHLD,
        info -> {
          arrived.add(info);
          loop.stop();
        });

    Process process =
        new ProcessBuilder("sh", "-c", "exit 3")
            .redirectInput(new java.io.File("/dev/null"))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    while (arrived.stream().noneMatch(info -> info.pid() == process.pid() && info.value() == 3)) {
      loop.runForever();
    }

    assertThat(process.waitFor()).isEqualTo(3);
  }

  /** Which loop may own a signal: one at a time. */
  @Test
  void shouldLetOneLoopOwnASignal() {
    EngineLoop other = loops.open();
    loop.addSignalHandler(Signal.SIGUSR1, note("one"));

    assertThatThrownBy(() -> other.addSignalHandler(Signal.SIGUSR1, note("other")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("sig 10 cannot be caught: " + loop + " handles SIGUSR1");
    assertThat(other.removeSignalHandler(Signal.SIGUSR1)).isFalse();
    other.addSignalHandler(Signal.SIGWINCH, note("SIGWINCH of the other"));
    loop.removeSignalHandler(Signal.SIGUSR1);
    other.addSignalHandler(
        Signal.SIGUSR1,
        () -> {
          trace.add("SIGUSR1 of the other");
          other.stop();
        });
    send(Signal.SIGUSR1);
    other.runForever();
    other.close();
    loop.addSignalHandler(Signal.SIGUSR1, noteAndStop("SIGUSR1 of the first again"));
    send(Signal.SIGUSR1);
    loop.runForever();

    assertThat(trace).containsExactly("SIGUSR1 of the other", "SIGUSR1 of the first again");
  }

  /** Behaviour 14: debug mode names who calls from a wrong thread. */
  @Test
  void shouldRefuseAnotherThreadInDebugMode() throws InterruptedException {
    loop.setDebug(true);
    List<Throwable> thrown = new ArrayList<>();
    Runnable fromElsewhere =
        () -> {
          Thread other =
              new Thread(() -> {
                try {
                  loop.addSignalHandler(Signal.SIGUSR1, note(""));
                } catch (IllegalStateException e) {
                  thrown.add(e);
                }
              });
          other.start();
          try {
            other.join();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
          loop.stop();
        };
    loop.callSoon(fromElsewhere);

    loop.runForever();

    assertThat(thrown).singleElement().asString().contains("Non-thread-safe operation");
  }

  /** Behaviour 232: from two threads, while others make garbage. */
  @Test
  void shouldGetEverySignalOfManyUntorn() throws InterruptedException {
    int each = 10_000;
    Signal signal = Signal.realTime(7);
    AtomicBoolean over = new AtomicBoolean();
    Thread garbage = new Thread(() -> makeGarbage(over));
    BitSet values = new BitSet();
    int[] unknown = {0};
    List<SignalInfo> wrong = new ArrayList<>();
    loop.addSignalHandler(
        signal,
        info -> {
          if (info.pid() == 0) {
            unknown[0]++;
          } else if (info.pid() != PID || values.get(info.value())) {
            wrong.add(info);
          } else {
            values.set(info.value());
          }
          if (values.cardinality() + unknown[0] + wrong.size() == 2 * each) {
            loop.stop();
          }
        });
    Thread one = new Thread(() -> queue(signal, 0, each));
    Thread other = new Thread(() -> queue(signal, each, each));
    garbage.start();
    one.start();
    other.start();

    loop.runForever();

    over.set(true);
    one.join();
    other.join();
    garbage.join();
    assertThat(wrong).isEmpty();
    assertThat(values.cardinality() + unknown[0]).isEqualTo(2 * each);
    assertThat(values.length()).isLessThanOrEqualTo(2 * each);
  }

  private static void makeGarbage(AtomicBoolean over) {
    List<byte[]> kept = new ArrayList<>();
    while (!over.get()) {
      kept.add(new byte[10_000]);
      if (kept.size() > 1000) {
        kept.clear();
      }
    }
  }

  private static void queue(Signal signal, int first, int count) {
    for (int i = 0; i < count; ) {
      try {
        signal.queue(PID, first + i);
        i++;
      } catch (LinuxException e) {
        assertThat(e.errno()).isEqualTo(Errno.EAGAIN); // as many are queued as may be
        Thread.onSpinWait();
      }
    }
  }
}
