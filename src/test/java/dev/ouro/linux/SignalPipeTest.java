// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class SignalPipeTest {
  private static final long PATIENCE_NANOS = 100_000_000_000L;
  private static final SignalPipe PIPE = open();

  private final int pid = (int) ProcessHandle.current().pid();

  /** Once: it cannot be closed. */
  private static SignalPipe open() {
    try {
      return SignalPipe.open();
    } catch (LinuxException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldTellWhoSentASignalAndWithWhat() throws LinuxException {
    Signal signal = Signal.realTime(5);
    SigAction before = PIPE.action().install(signal);
    List<SignalInfo> arrived = new ArrayList<>();

    signal.queue(pid, -7);
    read(PIPE, arrived, 1);

    assertThat(before.install(signal).handler()).isEqualTo(PIPE.action().handler());
    int uid = (int) Syscall.call(Nr.GETUID, 0);
    assertThat(arrived).containsExactly(new SignalInfo(signal, SignalInfo.SI_QUEUE, pid, uid, -7));
    assertThat(PIPE.read(arrived::add)).isEqualTo(-Errno.EAGAIN);
  }

  @Test
  void shouldHandOverAllWhenTheConsumerThrows() throws LinuxException {
    Signal signal = Signal.realTime(7);
    SigAction before = PIPE.action().install(signal);
    List<Integer> arrived = new ArrayList<>();
    Consumer<SignalInfo> throwing =
        info -> {
          arrived.add(info.value());
          throw new IllegalStateException("value " + info.value());
        };

    signal.queue(pid, 1);
    signal.queue(pid, 2);
    long start = System.nanoTime();
    while (arrived.size() < 2) {
      assertThat(System.nanoTime() - start).isLessThan(PATIENCE_NANOS);
      try {
        PIPE.read(throwing);
      } catch (IllegalStateException expected) {
        assertThat(expected).hasMessageStartingWith("value ");
      }
    }
    before.install(signal);

    assertThat(arrived).containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void shouldCountThoseForWhichThePipeHasNoRoom() throws LinuxException {
    Signal signal = Signal.realTime(6);
    int sent = 12_000; // the pipe holds 8,192 at most
    SigAction before = PIPE.action().install(signal);
    List<SignalInfo> arrived = new ArrayList<>();

    for (int i = 1; i <= sent; i++) {
      queue(signal, i);
    }
    List<SignalInfo> lost = new ArrayList<>();
    long start = System.nanoTime();
    while (arrived.size() + lost.size() < sent) {
      assertThat(System.nanoTime() - start).isLessThan(PATIENCE_NANOS);
      // All are counted before any is read, as far as they are there.
      PIPE.readOverflow(lost::add);
      if (lost.size() >= sent - 8192) {
        PIPE.read(arrived::add);
      }
    }
    before.install(signal);

    assertThat(lost).hasSizeGreaterThanOrEqualTo(sent - 8192);
    assertThat(lost).allMatch(info -> info.equals(SignalInfo.unknown(signal.number())));
    BitSet values = new BitSet();
    arrived.forEach(info -> values.set(info.value()));
    assertThat(values.cardinality()).isEqualTo(arrived.size());
    assertThat(arrived).allMatch(info -> info.pid() == pid && info.signal().equals(signal));
    assertThat(PIPE.readOverflow(lost::add)).isZero();
  }

  private void queue(Signal signal, int value) throws LinuxException {
    while (true) {
      try {
        signal.queue(pid, value);
        return;
      } catch (LinuxException e) {
        if (e.errno() != Errno.EAGAIN) {
          throw e;
        }
        Thread.onSpinWait(); // until a thread has taken some of those that are queued
      }
    }
  }

  private static void read(SignalPipe pipe, List<SignalInfo> into, int count) {
    long start = System.nanoTime();
    while (into.size() < count) {
      assertThat(System.nanoTime() - start).isLessThan(PATIENCE_NANOS);
      pipe.read(into::add);
    }
  }

  /** What was there before gets the others: here another pipe. */
  @Test
  void shouldTakeOneSignalAtATime() throws LinuxException {
    Signal signal = Signal.realTime(8);
    SignalPipe other = open();
    SigAction before = other.action().install(signal);
    PIPE.actionOneAtATime(other.action()).install(signal);
    List<SignalInfo> here = new ArrayList<>();
    List<SignalInfo> there = new ArrayList<>();
    try {
      for (int round = 0; round < 3; round++) {
        here.clear();
        there.clear();
        // Each is seen before the next is sent: two threads could get them in another order.
        signal.queue(pid, 1);
        read(PIPE, here, 1);
        signal.queue(pid, 2);
        read(other, there, 1);
        signal.queue(pid, 3);
        read(other, there, 2);

        assertThat(here).extracting(SignalInfo::value).containsExactly(1);
        assertThat(there).extracting(SignalInfo::value).containsExactly(2, 3);
        assertThat(PIPE.taken()).isTrue();
        assertThat(PIPE.taken()).isFalse();
      }
    } finally {
      before.install(signal);
    }
  }

  @Test
  void shouldRefuseToLeaveOthersToNoHandler() {
    assertThatThrownBy(() -> PIPE.actionOneAtATime(SigAction.ofDefault()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("otherwise: SIG_DFL is no handler");
    assertThatThrownBy(() -> PIPE.actionOneAtATime(SigAction.ofIgnore()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldHaveTheSameHandlerOnAarch64() {
    // As objdump disassembles it, and as it ran under qemu-user: 600 signals, of which 88
    // overflowed.
    assertThat(words(SignalCode.aarch64(0x12345, 0x54321, 0x123456789abcL)))
        .isEqualTo(
            "d503245f 2a0003e9 d28468a0 f2a00020 d2801002 d2800808 d4000001 b7f80040 d65f03c0"
                + " d2935781 f2aacf01 f2c24681 f2e00001 8b09082a 9100214a 885ffd4b 1100056b"
                + " 880cfd4b 35ffffac d2886420 f2a000a0 d2800102 d2800808 d4000001 d65f03c0");
    // 300 signals, of which every third was taken: 100 here, 200 there.
    assertThat(words(SignalCode.aarch64OneAtATime(0x5500802000L)))
        .isEqualTo(
            "d503245f d2840009 f2a01009 f2c00aa9 f2e00009 9104412a 5280002b 885ffd4c 880dfd4b"
                + " 35ffffcd 3400006c f9408d30 d61f0200 17ffffd3");
  }

  private static String words(byte[] code) {
    StringBuilder words = new StringBuilder();
    for (int i = 0; i < code.length; i += 4) {
      int word =
          code[i] & 0xff
              | (code[i + 1] & 0xff) << 8
              | (code[i + 2] & 0xff) << 16
              | code[i + 3] << 24;
      words.append(String.format("%08x ", word));
    }
    return words.toString().strip();
  }
}
