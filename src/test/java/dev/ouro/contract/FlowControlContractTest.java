// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.loop.ExceptionContext;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.Recorder;
import dev.ouro.transport.Server;
import dev.ouro.transport.Transport;
import dev.ouro.transport.WriteBufferLimits;
import java.io.IOException;
import java.net.Socket;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** asyncio-behaviours §9, lines 129 to 132, and 64: flow control when writing. */
@OnBothEngines
class FlowControlContractTest {
  private static final int MORE_THAN_THE_KERNEL_TAKES = 20_000_000;

  @RegisterExtension final NetworkFixture net;
  private final Recorder recorder = new Recorder();

  FlowControlContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
  }

  private Socket peerOf(Recorder accepted) throws IOException {
    Server server = net.serve(() -> accepted);
    Socket peer = net.peer(server);
    net.runUntil(accepted::isMade);
    return peer;
  }

  /** Behaviour 129. */
  @Test
  void shouldFillInLimitsThatAreNotGiven() throws IOException {
    peerOf(recorder);
    Transport transport = recorder.transport();

    assertThat(transport.getWriteBufferLimits()).isEqualTo(new WriteBufferLimits(16384, 65536));
    transport.setWriteBufferLimits(100);
    assertThat(transport.getWriteBufferLimits()).isEqualTo(new WriteBufferLimits(25, 100));
    transport.setWriteBufferLimits(null, 60);
    assertThat(transport.getWriteBufferLimits()).isEqualTo(new WriteBufferLimits(60, 240));
    transport.setWriteBufferLimits(512, 128);
    assertThat(transport.getWriteBufferLimits()).isEqualTo(new WriteBufferLimits(128, 512));
    transport.setWriteBufferLimits();
    assertThat(transport.getWriteBufferLimits()).isEqualTo(WriteBufferLimits.DEFAULT);
    assertThatThrownBy(() -> transport.setWriteBufferLimits(0, 60))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("high (0) must be >= low (60) must be >= 0");
    assertThatThrownBy(() -> transport.setWriteBufferLimits(60, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Behaviours 130 and 132. */
  @Test
  void shouldPauseOnceAndResumeOnceWhenPeerReadsLate() throws IOException {
    Socket peer = peerOf(recorder);
    Transport transport = recorder.transport();

    transport.write(new byte[MORE_THAN_THE_KERNEL_TAKES]);
    assertThat(recorder.events()).containsExactly("connectionMade", "pauseWriting");
    transport.write(new byte[1000]);
    long buffered = transport.getWriteBufferSize();
    assertThat(buffered).isBetween(65_537L, (long) MORE_THAN_THE_KERNEL_TAKES);
    transport.close();
    Reader reader = net.closing(Reader.of(peer));
    net.runUntil(recorder::isLost);

    assertThat(recorder.events())
        .containsExactly("connectionMade", "pauseWriting", "resumeWriting", "connectionLost");
    assertThat(reader.all()).hasSize(MORE_THAN_THE_KERNEL_TAKES + 1000);
    assertThat(transport.getWriteBufferSize()).isZero();
  }

  /** Behaviour 130: what finds room at once does not count. */
  @Test
  void shouldNotPauseWhenKernelTakesEverything() throws IOException {
    peerOf(recorder);
    recorder.transport().setWriteBufferLimits(0);

    recorder.transport().write(new byte[100]);
    recorder.transport().write(new byte[20_000]);
    net.runTurns(3);

    assertThat(recorder.events()).containsExactly("connectionMade");
    assertThat(recorder.transport().getWriteBufferSize()).isZero();
  }

  /** Behaviour 129: setting the limits looks at what is buffered. */
  @Test
  void shouldPauseWhenLimitsAreLoweredBelowWhatIsBuffered() throws IOException {
    peerOf(recorder);
    Transport transport = recorder.transport();
    transport.setWriteBufferLimits(MORE_THAN_THE_KERNEL_TAKES);
    transport.write(new byte[MORE_THAN_THE_KERNEL_TAKES]);
    assertThat(recorder.events()).containsExactly("connectionMade");

    transport.setWriteBufferLimits(10);

    assertThat(recorder.events()).containsExactly("connectionMade", "pauseWriting");
    transport.abort();
  }

  /** Behaviour 131. */
  @Test
  void shouldKeepWhatResumeWritingWritesHereAndElsewhere() throws IOException {
    Recorder other = new Recorder();
    Socket otherPeer = peerOf(other);
    Recorder again =
        new Recorder() {
          @Override
          public void resumeWriting() {
            super.resumeWriting();
            if (!transport().isClosing()) {
              other.transport().write(Bytes.pattern(1_000));
              other.transport().close();
              transport().write(Bytes.pattern(1_000_000));
              transport().close();
            }
          }
        };
    Socket peer = peerOf(again);

    again.transport().write(new byte[MORE_THAN_THE_KERNEL_TAKES]);
    Reader reader = net.closing(Reader.of(peer));
    net.runUntil(again::isLost);
    net.runUntil(other::isLost);

    byte[] all = reader.all();
    assertThat(all).hasSize(MORE_THAN_THE_KERNEL_TAKES + 1_000_000);
    assertThat(Arrays.copyOfRange(all, MORE_THAN_THE_KERNEL_TAKES, all.length))
        .isEqualTo(Bytes.pattern(1_000_000));
    assertThat(otherPeer.getInputStream().readAllBytes()).isEqualTo(Bytes.pattern(1_000));
  }

  /** Behaviour 64. */
  @Test
  void shouldReportAndGoOnWhenPauseWritingThrows() throws IOException {
    Recorder failing =
        new Recorder() {
          @Override
          public void pauseWriting() {
            throw new IllegalStateException("from pauseWriting");
          }

          @Override
          public void resumeWriting() {
            throw new IllegalStateException("from resumeWriting");
          }
        };
    Socket peer = peerOf(failing);

    failing.transport().write(new byte[MORE_THAN_THE_KERNEL_TAKES]);
    failing.transport().close();
    Reader reader = net.closing(Reader.of(peer));
    net.runUntil(failing::isLost);

    assertThat(net.takeErrors())
        .allSatisfy(error -> {
          assertThat(error.transport()).isSameAs(failing.transport());
          assertThat(error.protocol()).isSameAs(failing);
        })
        .extracting(ExceptionContext::message)
        .containsExactly("protocol.pauseWriting() failed", "protocol.resumeWriting() failed");
    assertThat(reader.all()).hasSize(MORE_THAN_THE_KERNEL_TAKES);
    assertThat(failing.lostWith()).isNull();
  }
}
