// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignalPipeTest {
  private static final long PATIENCE_NANOS = 20_000_000_000L;
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
    read(arrived, 1);

    assertThat(before.install(signal).handler()).isEqualTo(PIPE.action().handler());
    int uid = (int) Syscall.call(Nr.GETUID, 0);
    assertThat(arrived).containsExactly(new SignalInfo(signal, SignalInfo.SI_QUEUE, pid, uid, -7));
    assertThat(PIPE.read(arrived::add)).isEqualTo(-Errno.EAGAIN);
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

  private static void read(List<SignalInfo> into, int count) {
    long start = System.nanoTime();
    while (into.size() < count) {
      assertThat(System.nanoTime() - start).isLessThan(PATIENCE_NANOS);
      PIPE.read(into::add);
    }
  }

  @Test
  void shouldHaveTheSameHandlerOnAarch64() {
    byte[] code = SignalCode.aarch64(0x12345, 0x54321, 0x123456789abcL);

    StringBuilder words = new StringBuilder();
    for (int i = 0; i < code.length; i += 4) {
      int word =
          code[i] & 0xff
              | (code[i + 1] & 0xff) << 8
              | (code[i + 2] & 0xff) << 16
              | code[i + 3] << 24;
      words.append(String.format("%08x ", word));
    }
    // As objdump disassembles it, and as it ran under qemu-user: 600 signals, of which 88
    // overflowed.
    assertThat(words.toString().strip())
        .isEqualTo(
            "d503245f 2a0003e9 d28468a0 f2a00020 d2801002 d2800808 d4000001 b7f80040 d65f03c0"
                + " d2935781 f2aacf01 f2c24681 f2e00001 8b09082a 9100214a 885ffd4b 1100056b"
                + " 880cfd4b 35ffffac d2886420 f2a000a0 d2800102 d2800808 d4000001 d65f03c0");
  }
}
