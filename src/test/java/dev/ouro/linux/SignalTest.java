// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.bindings.BindingRows;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignalTest {
  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64"})
  void shouldHaveTheKernelsNumbers(String architecture) throws Exception {
    SortedMap<String, Long> rows = BindingRows.of(architecture, "signal");
    int compared = 0;

    for (Field field : Signal.class.getFields()) {
      Signal signal = (Signal) field.get(null);
      assertThat(signal).hasToString(field.getName()).isSameAs(Signal.of(field.getName()));
      if (!field.getName().startsWith("SIGRT")) { // which libc computes
        assertThat(rows).containsEntry(field.getName(), (long) signal.number());
        compared++;
      }
    }

    assertThat(compared).isEqualTo(31);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 32, 33, 65, Integer.MAX_VALUE})
  void shouldRefuseWhatIsNoSignal(int number) {
    assertThatThrownBy(() -> Signal.of(number))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("invalid signal number " + number);
  }

  @Test
  void shouldNameRealTimeSignals() {
    assertThat(Signal.realTime(0)).isSameAs(Signal.SIGRTMIN).isSameAs(Signal.of(34));
    assertThat(Signal.realTime(3)).hasToString("SIGRTMIN+3").isSameAs(Signal.of("SIGRTMIN+3"));
    assertThat(Signal.realTime(30)).isSameAs(Signal.SIGRTMAX).isSameAs(Signal.of(64));
    assertThat(Signal.SIGRTMIN.isRealTime()).isTrue();
    assertThat(Signal.SIGTERM.isRealTime()).isFalse();
    assertThatThrownBy(() -> Signal.realTime(31)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Signal.of("SIGNONE")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldKeepSetsOfSignals() {
    SignalSet set = SignalSet.of(Signal.SIGTERM, Signal.SIGRTMAX);

    assertThat(set.contains(Signal.SIGTERM)).isTrue();
    assertThat(set.contains(Signal.SIGRTMAX)).isTrue();
    assertThat(set.contains(Signal.SIGINT)).isFalse();
    assertThat(set.without(Signal.SIGTERM).without(Signal.SIGRTMAX)).isEqualTo(SignalSet.EMPTY);
    assertThat(SignalSet.ALL.contains(Signal.SIGHUP)).isTrue();
    assertThat(SignalSet.ALL.bits()).isEqualTo(0xfffffffe7fffffffL);
  }

  @Test
  void shouldBlockAndUnblockInAThread() throws LinuxException {
    SignalSet before = SignalMask.set(SignalSet.of(Signal.SIGURG));

    SignalSet meanwhile = SignalMask.set(before);

    assertThat(meanwhile).isEqualTo(SignalSet.of(Signal.SIGURG));
    // Other threads do not block it.
    assertThat(SignalMask.blockedInAllThreads().contains(Signal.SIGURG)).isFalse();
  }

  @Test
  void shouldReadBlockedSignalsFromASignalFd() throws LinuxException {
    SignalSet before = SignalMask.set(SignalSet.of(Signal.SIGURG));
    try (SignalFd fd = SignalFd.create(SignalSet.of(Signal.SIGURG))) {
      assertThat(fd.read(info -> {})).isEqualTo(-Errno.EAGAIN);
      int pid = (int) ProcessHandle.current().pid();
      Signal.SIGURG.sendThread(pid, (int) Syscall.call(Nr.GETTID, 0));
      List<SignalInfo> read = new ArrayList<>();

      int count = fd.read(read::add);

      assertThat(count).isEqualTo(1);
      int uid = (int) Syscall.call(Nr.GETUID, 0);
      assertThat(read)
          .containsExactly(new SignalInfo(Signal.SIGURG, SignalInfo.SI_TKILL, pid, uid, 0));
    } finally {
      SignalMask.set(before);
    }
  }

  @Test
  void shouldHandOverAllFromASignalFdWhenTheConsumerThrows() throws LinuxException {
    SignalSet two = SignalSet.of(Signal.SIGURG, Signal.SIGRTMAX);
    SignalSet before = SignalMask.set(two);
    try (SignalFd fd = SignalFd.create(two)) {
      int pid = (int) ProcessHandle.current().pid();
      int thread = (int) Syscall.call(Nr.GETTID, 0);
      Signal.SIGURG.sendThread(pid, thread);
      Signal.SIGRTMAX.sendThread(pid, thread);
      List<Signal> read = new ArrayList<>();

      assertThatThrownBy(() ->
              fd.read(info -> {
                read.add(info.signal());
                throw new IllegalStateException(info.signal().toString());
              }))
          .isInstanceOf(IllegalStateException.class)
          .satisfies(thrown -> assertThat(thrown.getSuppressed()).hasSize(1));

      assertThat(read).containsExactlyInAnyOrder(Signal.SIGURG, Signal.SIGRTMAX);
      assertThat(fd.read(info -> {})).isEqualTo(-Errno.EAGAIN);
    } finally {
      SignalMask.set(before);
    }
  }

  @Test
  void shouldReportAProcessThatIsNotThere() {
    assertThatThrownBy(() -> Signal.SIGTERM.send(Integer.MAX_VALUE))
        .isInstanceOf(ProcessLookupException.class)
        .hasMessageContaining("ESRCH");
  }

  @Test
  void shouldReportASignalThatCannotBeCaught() {
    assertThatThrownBy(() -> SigAction.ofIgnore().install(Signal.SIGKILL))
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
        .hasMessageContaining("SIGKILL");
  }

  @Test
  void shouldInstallAndRestoreActions() throws LinuxException {
    SigAction before = SigAction.ofIgnore().install(Signal.SIGURG);

    assertThat(SigAction.get(Signal.SIGURG).isIgnore()).isTrue();
    SigAction replaced = before.install(Signal.SIGURG);

    assertThat(replaced).hasToString("SIG_IGN");
    assertThat(SigAction.get(Signal.SIGURG).handler()).isEqualTo(before.handler());
  }
}
