// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.poll.EngineKind;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.Recorder;
import dev.ouro.transport.BufferedProtocol;
import dev.ouro.transport.Server;
import dev.ouro.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** asyncio-behaviours §9, lines 136 and 137: protocols that say where the bytes shall go. */
@OnBothEngines
class BufferedProtocolContractTest {
  @RegisterExtension final NetworkFixture net;

  BufferedProtocolContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
  }

  /** Takes so many bytes at a time; pauses after each if told to. */
  private static class Buffered implements BufferedProtocol {
    final List<String> events = new ArrayList<>();
    final List<Integer> hints = new ArrayList<>();
    final ByteArrayOutputStream received = new ByteArrayOutputStream();
    final ByteBuffer buffer;
    Transport transport;
    Throwable lostWith;
    boolean pauses;

    Buffered(ByteBuffer buffer) {
      this.buffer = buffer;
    }

    @Override
    public void connectionMade(Transport made) {
      transport = made;
    }

    @Override
    public ByteBuffer getBuffer(int sizeHint) {
      hints.add(sizeHint);
      return buffer.clear();
    }

    @Override
    public void bufferUpdated(int sizeBytes) {
      assertThat(buffer.position()).isEqualTo(sizeBytes);
      byte[] bytes = new byte[sizeBytes];
      buffer.flip().get(bytes);
      received.writeBytes(bytes);
      if (pauses) {
        transport.pauseReading();
      }
    }

    @Override
    public boolean eofReceived() {
      events.add("eofReceived");
      return false;
    }

    @Override
    public void connectionLost(Throwable exceptionOrNull) {
      events.add("connectionLost");
      lostWith = exceptionOrNull;
    }

    boolean isLost() {
      return events.contains("connectionLost");
    }
  }

  /** Behaviour 137. */
  @Test
  void shouldFillTheBuffersThatProtocolGives() throws IOException {
    for (ByteBuffer buffer : List.of(ByteBuffer.allocate(7), ByteBuffer.allocateDirect(100_000))) {
      Buffered protocol = new Buffered(buffer);
      Server server = net.serve(() -> protocol);
      byte[] sent = Bytes.pattern(10_000);

      try (Socket peer = net.peer(server)) {
        peer.getOutputStream().write(sent);
      }
      net.runUntil(protocol::isLost);

      assertThat(protocol.received.toByteArray()).isEqualTo(sent);
      assertThat(protocol.hints).containsOnly(-1);
      assertThat(protocol.events).containsExactly("eofReceived", "connectionLost");
      assertThat(protocol.lostWith).isNull();
    }
  }

  /** Behaviours 112 and 137: a pause between two buffers holds the rest. */
  @Test
  void shouldHoldTheRestWhenProtocolPausesBetweenBuffers() throws IOException {
    Buffered protocol = new Buffered(ByteBuffer.allocate(3));
    protocol.pauses = true;
    Server server = net.serve(() -> protocol);
    byte[] sent = Bytes.pattern(100);

    try (Socket peer = net.peer(server)) {
      peer.getOutputStream().write(sent);
    }
    net.runUntil(() -> protocol.received.size() > 0);
    net.runTurns(10);
    assertThat(protocol.received.size()).isEqualTo(3);
    while (!protocol.isLost()) {
      int before = protocol.received.size();
      protocol.transport.resumeReading();
      net.runTurns(1);
      assertThat(protocol.received.size() - before).isLessThanOrEqualTo(3);
    }

    assertThat(protocol.received.toByteArray()).isEqualTo(sent);
  }

  /** Behaviours 66 and 137. */
  @Test
  void shouldLoseConnectionWhenBufferIsEmptyOrReadOnly() throws IOException {
    for (ByteBuffer buffer :
        List.of(ByteBuffer.allocate(0), ByteBuffer.allocate(9).asReadOnlyBuffer())) {
      Buffered protocol = new Buffered(buffer);
      Server server = net.serve(() -> protocol);
      net.peer(server).getOutputStream().write(1);

      net.runUntil(protocol::isLost);

      assertThat(protocol.lostWith).isInstanceOf(RuntimeException.class);
      assertThat(net.takeErrors().getFirst().message())
          .isEqualTo("Fatal error: protocol.getBuffer() call failed.");
    }
  }

  /** Behaviour 66. */
  @Test
  void shouldLoseConnectionWhenBufferUpdatedThrows() throws IOException {
    Buffered protocol =
        new Buffered(ByteBuffer.allocate(9)) {
          @Override
          public void bufferUpdated(int sizeBytes) {
            throw new IllegalStateException("from bufferUpdated");
          }
        };
    Server server = net.serve(() -> protocol);
    net.peer(server).getOutputStream().write(new byte[20]);

    net.runUntil(protocol::isLost);

    assertThat(protocol.lostWith).hasMessage("from bufferUpdated");
    assertThat(net.takeErrors())
        .singleElement()
        .satisfies(error ->
            assertThat(error.message())
                .isEqualTo("Fatal error: protocol.bufferUpdated() call failed."));
  }

  /** Behaviour 136. */
  @Test
  void shouldSwitchBetweenKindsOfProtocol() throws IOException {
    Buffered buffered = new Buffered(ByteBuffer.allocate(1));
    Recorder recorder = new Recorder();
    Server server = net.serve(() -> recorder);
    Socket peer = net.peer(server);
    peer.getOutputStream().write('a');
    net.runUntil(() -> recorder.received().length == 1);

    recorder.transport().setProtocol(buffered);
    peer.getOutputStream().write('b');
    net.runUntil(() -> buffered.received.size() == 1);
    recorder.transport().setProtocol(recorder);
    peer.getOutputStream().write('c');
    peer.close();
    net.runUntil(recorder::isLost);

    assertThat(recorder.receivedText()).isEqualTo("ac");
    assertThat(buffered.received.toString(java.nio.charset.StandardCharsets.UTF_8)).isEqualTo("b");
    assertThat(buffered.events).isEmpty();
  }
}
