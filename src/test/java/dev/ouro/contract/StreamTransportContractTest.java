// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.ConnectionResetException;
import dev.ouro.linux.SocketCalls;
import dev.ouro.linux.SocketConstants;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.LogCapture;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.Recorder;
import dev.ouro.transport.BaseProtocol;
import dev.ouro.transport.Protocol;
import dev.ouro.transport.Server;
import dev.ouro.transport.Transport;
import dev.ouro.transport.TransportSocket;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** asyncio-behaviours §9: stream transports, and the lines of §4 about them. */
@OnBothEngines
class StreamTransportContractTest {
  @RegisterExtension final NetworkFixture net;

  StreamTransportContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
  }

  /** Behaviours 109 and 110. */
  @Test
  void shouldCallProtocolInOrderWhenConnectionComesAndGoes() throws IOException {
    List<Recorder> made = new ArrayList<>();
    Server server =
        net.serve(() -> {
          Recorder recorder = new Recorder();
          made.add(recorder);
          return recorder;
        });

    try (Socket peer = net.peer(server)) {
      peer.getOutputStream().write("hello".getBytes(UTF_8));
    }
    net.runUntil(() -> !made.isEmpty() && made.getFirst().isLost());

    assertThat(made).hasSize(1);
    assertThat(made.getFirst().events())
        .containsExactly("connectionMade", "dataReceived", "eofReceived", "connectionLost");
    assertThat(made.getFirst().receivedText()).isEqualTo("hello");
    assertThat(made.getFirst().lostWith()).isNull();
  }

  /** Behaviour 109: the future of a connection comes after connectionMade. */
  @Test
  void shouldHaveCalledConnectionMadeWhenConnectionIsAnswered() {
    Server server = net.serve(Recorder::new);
    Recorder client = new Recorder();

    Transport transport = net.connect(server, client);

    assertThat(client.events()).containsExactly("connectionMade");
    assertThat(client.transport()).isSameAs(transport);
    transport.abort();
    net.runUntil(client::isLost);
  }

  /** Behaviours 111 and 112. */
  @Test
  void shouldNotReadWhenPausedInConnectionMade() throws IOException {
    Recorder recorder =
        new Recorder() {
          @Override
          public void connectionMade(Transport made) {
            super.connectionMade(made);
            made.pauseReading();
            made.pauseReading();
          }
        };
    Server server = net.serve(() -> recorder);

    try (Socket peer = net.peer(server)) {
      peer.getOutputStream().write(1);
      net.runUntil(recorder::isMade);
      net.runTurns(20);
      assertThat(recorder.transport().isReading()).isFalse();
      assertThat(recorder.received()).isEmpty();

      recorder.transport().resumeReading();
      recorder.transport().resumeReading();
      net.runUntil(() -> recorder.received().length == 1);
      assertThat(recorder.transport().isReading()).isTrue();
    }
    net.runUntil(recorder::isLost);
    recorder.transport().resumeReading();
    assertThat(recorder.transport().isReading()).isFalse();
  }

  /** Behaviour 112: nothing arrives after pauseReading returned, and nothing is lost. */
  @Test
  void shouldKeepEveryByteWhenPausingAgainAndAgain() throws IOException {
    List<String> late = new ArrayList<>();
    Recorder recorder =
        new Recorder() {
          @Override
          public void dataReceived(ByteBuffer data) {
            if (!transport().isReading()) {
              late.add("data while paused");
            }
            super.dataReceived(data);
            transport().pauseReading();
          }
        };
    Server server = net.serve(() -> recorder);
    byte[] sent = Bytes.pattern(100_000);

    Socket peer = net.peer(server);
    peer.getOutputStream().write(sent);
    peer.shutdownOutput();
    net.runUntil(recorder::isMade);
    while (!recorder.isLost()) {
      net.runTurns(2);
      recorder.transport().resumeReading();
    }

    assertThat(late).isEmpty();
    assertThat(recorder.received()).isEqualTo(sent);
  }

  /** Behaviour 113. */
  @Test
  void shouldFlushThenLoseConnectionWhenClosed() throws IOException {
    byte[] sent = Bytes.pattern(4_000_000);
    Recorder recorder = new Recorder();
    Server server = net.serve(() -> recorder);
    Socket peer = net.peer(server);
    net.runUntil(recorder::isMade);

    recorder.transport().write(sent);
    recorder.transport().close();
    recorder.transport().close();
    boolean closing = recorder.transport().isClosing();
    boolean lostInside = recorder.isLost();
    Reader reader = net.closing(Reader.of(peer));
    net.runUntil(recorder::isLost);

    assertThat(closing).isTrue();
    assertThat(lostInside).isFalse();
    assertThat(recorder.lostWith()).isNull();
    assertThat(reader.all()).isEqualTo(sent);
    assertThat(recorder.events()).containsOnlyOnce("connectionLost");
  }

  /** Behaviours 114 and 115. */
  @Test
  void shouldDropBufferAndLoseConnectionSoonWhenAborted() throws IOException {
    Recorder recorder = new Recorder();
    Server server = net.serve(() -> recorder);
    net.peer(server);
    net.runUntil(recorder::isMade);

    recorder.transport().write(new byte[20_000_000]);
    recorder.transport().close();
    assertThat(recorder.transport().getWriteBufferSize()).isPositive();
    recorder.transport().abort();
    recorder.transport().abort();

    assertThat(recorder.transport().getWriteBufferSize()).isZero();
    assertThat(recorder.isLost()).isFalse();
    net.runUntil(recorder::isLost);
    net.runTurns(5);
    assertThat(recorder.lostWith()).isNull();
    assertThat(recorder.events()).containsOnlyOnce("connectionLost");
  }

  /** Behaviours 114 and 119: asyncio's write sends at once, so abort comes too late for that. */
  @Test
  void shouldHaveSentWhatFitsWhenAborted() throws IOException {
    Recorder recorder = new Recorder();
    Server server = net.serve(() -> recorder);
    Reader reader = net.closing(Reader.of(net.peer(server)));
    net.runUntil(recorder::isMade);
    Transport transport = recorder.transport();

    net.loop()
        .callSoon(() -> {
          transport.write("first ".getBytes(UTF_8));
          transport.write("second ".getBytes(UTF_8));
          transport.writelines(List.of(ByteBuffer.wrap("third".getBytes(UTF_8))));
          transport.abort();
          transport.write("too late".getBytes(UTF_8));
        });
    net.runUntil(recorder::isLost);

    assertThat(new String(reader.all(), UTF_8)).isEqualTo("first second third");
    assertThat(recorder.lostWith()).isNull();
  }

  /** Behaviour 121. */
  @Test
  void shouldNameMethodThatComesAfterWriteEof() throws IOException {
    Recorder recorder = new Recorder();
    Server server = net.serve(() -> recorder);
    net.peer(server);
    net.runUntil(recorder::isMade);
    Transport transport = recorder.transport();
    transport.writeEof();

    assertThatThrownBy(() -> transport.write(new byte[1]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Cannot call write() after writeEof()");
    assertThatThrownBy(() -> transport.writelines(List.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Cannot call writelines() after writeEof()");
  }

  /** Behaviour 114: also from inside connectionMade. */
  @Test
  void shouldLoseConnectionAfterwardsWhenAbortedInConnectionMade() throws IOException {
    Recorder recorder =
        new Recorder() {
          @Override
          public void connectionMade(Transport made) {
            super.connectionMade(made);
            made.abort();
            events().add("aborted");
          }
        };
    Server server = net.serve(() -> recorder);
    Socket peer = net.peer(server);
    peer.getOutputStream().write(1);

    net.runUntil(recorder::isLost);
    net.runTurns(5);

    assertThat(recorder.events()).containsExactly("connectionMade", "aborted", "connectionLost");
  }

  /** Behaviours 116 and 131. */
  @Test
  void shouldLoseConnectionOnceWhenResumeWritingCloses() throws IOException {
    Recorder recorder =
        new Recorder() {
          @Override
          public void resumeWriting() {
            super.resumeWriting();
            transport().close();
          }
        };
    Server server = net.serve(() -> recorder);
    Socket peer = net.peer(server);
    net.runUntil(recorder::isMade);

    recorder.transport().write(new byte[20_000_000]);
    Reader reader = net.closing(Reader.of(peer));
    net.runUntil(recorder::isLost);
    net.runTurns(5);

    assertThat(recorder.events())
        .containsExactly("connectionMade", "pauseWriting", "resumeWriting", "connectionLost");
    assertThat(reader.all()).hasSize(20_000_000);
  }

  /** Behaviour 117. */
  @Test
  void shouldStillCloseDescriptorWhenConnectionLostThrows() throws IOException {
    Recorder recorder =
        new Recorder() {
          @Override
          public void connectionLost(Throwable exceptionOrNull) {
            super.connectionLost(exceptionOrNull);
            throw new IllegalStateException("from connectionLost");
          }
        };
    Server server = net.serve(() -> recorder);
    net.peer(server).close();

    net.runUntil(recorder::isLost);

    TransportSocket socket = (TransportSocket) recorder.transport().getExtraInfo("socket");
    assertThat(socket.fileno()).isEqualTo(-1);
    assertThat(net.takeErrors())
        .extracting(ExceptionContext::exception)
        .singleElement()
        .hasFieldOrPropertyWithValue("message", "from connectionLost");
    server.close();
    net.run(server.waitClosed());
  }

  /** Behaviour 118. */
  @Test
  void shouldTakeCopyWhenWriting() throws IOException {
    Recorder recorder = new Recorder();
    Server server = net.serve(() -> recorder);
    Socket peer = net.peer(server);
    net.runUntil(recorder::isMade);
    Transport transport = recorder.transport();
    ByteBuffer heap = ByteBuffer.wrap("heap ".getBytes(UTF_8));
    ByteBuffer direct = ByteBuffer.allocateDirect(7).put("direct ".getBytes(UTF_8)).flip();
    byte[] array = "-array-".getBytes(UTF_8);

    transport.write(heap);
    transport.write(direct);
    transport.write(heap.duplicate().flip().asReadOnlyBuffer());
    transport.write(array, 1, 5);
    transport.write(ByteBuffer.allocate(0));
    transport.write(new byte[0]);
    heap.clear().put("XXXXX".getBytes(UTF_8));
    direct.clear().put("XXXXXXX".getBytes(UTF_8));
    array[1] = 'X';
    transport.close();
    Reader reader = net.closing(Reader.of(peer));
    net.runUntil(recorder::isLost);

    assertThat(new String(reader.all(), UTF_8)).isEqualTo("heap direct heap array");
    assertThat(heap.hasRemaining()).isFalse();
    assertThatThrownBy(() -> transport.write((ByteBuffer) null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("data");
    assertThatThrownBy(() -> transport.write(array, 3, 5))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  /** Behaviour 119: whoever writes and then waits for the answer, without the loop, gets it. */
  @Test
  void shouldHaveSentWhenWritingWhileLoopDoesNotRun() throws IOException {
    Recorder recorder = new Recorder();
    Server server = net.serve(() -> recorder);
    Socket peer = net.peer(server);
    peer.setSoTimeout(100_000);
    net.runUntil(recorder::isMade);
    Transport transport = recorder.transport();

    transport.write("one".getBytes(UTF_8));
    transport.write("two".getBytes(UTF_8));
    transport.writelines(
        List.of(ByteBuffer.wrap("three".getBytes(UTF_8)), ByteBuffer.wrap(new byte[] {'4'})));

    assertThat(new String(peer.getInputStream().readNBytes(12), UTF_8)).isEqualTo("onetwothree4");
    assertThat(transport.getWriteBufferSize()).isZero();
  }

  /** Behaviour 122: all or nothing, and nothing is no write. */
  @Test
  void shouldSendNothingWhenWritelinesIsGivenWhatIsNone() throws IOException {
    Recorder recorder = new Recorder();
    Server server = net.serve(() -> recorder);
    Reader reader = net.closing(Reader.of(net.peer(server)));
    net.runUntil(recorder::isMade);
    Transport transport = recorder.transport();
    ByteBuffer first = ByteBuffer.wrap("not sent".getBytes(UTF_8));

    assertThatThrownBy(() -> transport.writelines(Arrays.asList(first, null)))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("data");
    Iterable<ByteBuffer> broken =
        () -> Stream.of(first, first).peek(unused -> first.get(-1)).iterator();
    assertThatThrownBy(() -> transport.writelines(broken))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(first.position()).isZero();
    Iterable<ByteBuffer> once =
        Stream.of("sent", " once").map(text -> ByteBuffer.wrap(text.getBytes(UTF_8)))::iterator;
    transport.writelines(once);
    transport.close();
    try (LogCapture log = new LogCapture()) {
      for (int i = 0; i < 10; i++) {
        transport.writelines(List.of());
      }
      assertThat(log.warnings()).isEmpty();
    }
    net.runUntil(recorder::isLost);

    assertThat(new String(reader.all(), UTF_8)).isEqualTo("sent once");
  }

  /** Behaviours 119, 122 and 123: whatever the sizes and forms, the order stays. */
  @Test
  void shouldKeepOrderWhenWritingManySizes() throws IOException {
    Recorder recorder = new Recorder();
    Server server = net.serve(() -> recorder);
    Socket peer = net.peer(server);
    net.runUntil(recorder::isMade);
    byte[] all = Bytes.pattern(3_000_000);
    Reader reader = net.closing(Reader.of(peer));

    int at = 0;
    int size = 1;
    while (at < all.length) {
      int length = Math.min(size, all.length - at);
      switch (size % 3) {
        case 0 -> recorder.transport().write(all, at, length);
        case 1 ->
            recorder
                .transport()
                .write(ByteBuffer.allocateDirect(length).put(all, at, length).flip());
        default -> {
          int half = length / 2;
          recorder
              .transport()
              .writelines(
                  List.of(
                      ByteBuffer.wrap(all, at, half),
                      ByteBuffer.allocate(0),
                      ByteBuffer.wrap(all, at + half, length - half)));
        }
      }
      at += length;
      size = size * 5 % 49_999 + 1;
      if (size % 7 == 0) {
        net.runTurns(1);
      }
    }
    recorder.transport().close();
    net.runUntil(recorder::isLost);

    assertThat(reader.all()).isEqualTo(all);
  }

  /** Behaviours 121 and 125. */
  @Test
  void shouldSendEndAndGoOnReadingWhenWriteEof() throws IOException {
    Recorder recorder = new Recorder();
    Server server = net.serve(() -> recorder);
    Socket peer = net.peer(server);
    net.runUntil(recorder::isMade);
    Transport transport = recorder.transport();
    byte[] sent = Bytes.pattern(2_000_000);

    transport.write(sent);
    transport.writeEof();
    transport.writeEof();
    assertThatThrownBy(() -> transport.write(new byte[1]))
        .isInstanceOf(IllegalStateException.class);
    Reader reader = net.closing(Reader.of(peer));
    net.runUntil(reader::atEnd);
    peer.getOutputStream().write("answer".getBytes(UTF_8));
    net.runUntil(() -> recorder.receivedText().equals("answer"));

    assertThat(transport.canWriteEof()).isTrue();
    assertThat(reader.all()).isEqualTo(sent);
    assertThat(transport.isClosing()).isFalse();
    peer.close();
    net.runUntil(recorder::isLost);
    transport.writeEof();
  }

  /** Behaviour 126. */
  @Test
  void shouldStayOpenForWritingWhenEofReceivedAnswersTrue() throws IOException {
    Recorder recorder = new Recorder().keepOpenAfterEof();
    Server server = net.serve(() -> recorder);
    Socket peer = net.peer(server);
    peer.shutdownOutput();
    net.runUntil(() -> recorder.events().contains("eofReceived"));
    net.runTurns(5);

    recorder.transport().write("late".getBytes(UTF_8));
    recorder.transport().close();
    Reader reader = net.closing(Reader.of(peer));
    net.runUntil(recorder::isLost);

    assertThat(new String(reader.all(), UTF_8)).isEqualTo("late");
    assertThat(recorder.events())
        .containsExactly("connectionMade", "eofReceived", "connectionLost");
  }

  /** Behaviour 127. */
  @Test
  void shouldLoseConnectionWithResetWhenPeerResets() throws IOException {
    Recorder recorder = new Recorder();
    Server server = net.serve(() -> recorder);
    Socket peer = net.peer(server);
    net.runUntil(recorder::isMade);

    peer.setSoLinger(true, 0);
    peer.close();
    net.runUntil(recorder::isLost);

    assertThat(recorder.lostWith()).isInstanceOf(ConnectionResetException.class);
    assertThat(recorder.events()).containsExactly("connectionMade", "connectionLost");
  }

  /** Behaviour 124: what is buffered goes with the connection. */
  @Test
  void shouldDropBufferWhenSendFails() throws IOException {
    Recorder recorder = new Recorder();
    Server server = net.serve(() -> recorder);
    Socket peer = net.peer(server);
    net.runUntil(recorder::isMade);
    recorder.transport().pauseReading();
    recorder.transport().write(new byte[20_000_000]);

    peer.setSoLinger(true, 0);
    peer.close();
    net.runUntil(recorder::isLost);

    assertThat(recorder.lostWith()).isInstanceOf(IOException.class);
    assertThat(recorder.transport().getWriteBufferSize()).isZero();
    assertThat(recorder.events())
        .containsExactly("connectionMade", "pauseWriting", "connectionLost");
  }

  /** Behaviour 133. */
  @Test
  void shouldAnswerExtraInfoAlsoAfterTheEnd() throws Exception {
    Recorder recorder = new Recorder();
    Server server = net.serve(() -> recorder);
    Socket peer = net.peer(server);
    net.runUntil(recorder::isMade);
    Transport transport = recorder.transport();
    TransportSocket socket = (TransportSocket) transport.getExtraInfo("socket");

    assertThat(socket.getsockname()).isEqualTo(transport.getExtraInfo("sockname"));
    assertThat(socket.type()).isEqualTo(SocketConstants.SOCK_STREAM);
    socket.setblocking(false);
    assertThatThrownBy(() -> socket.setblocking(true)).isInstanceOf(IllegalArgumentException.class);
    socket.settimeout(null);
    socket.settimeout(Duration.ZERO);
    assertThat(socket.gettimeout()).isZero();
    assertThatThrownBy(() -> socket.settimeout(Duration.ofSeconds(1)))
        .hasMessage("settimeout(): only 0 timeout is allowed on transport sockets");
    assertThat(socket)
        .asString()
        .endsWith(" laddr=" + socket.getsockname() + " raddr=" + socket.getpeername() + ">");
    socket.shutdown(SocketConstants.SHUT_WR);
    assertThat(peer.getInputStream().read()).isEqualTo(-1);
    peer.close();
    net.runUntil(recorder::isLost);

    InetSocketAddress peerAddress = new InetSocketAddress("127.0.0.1", peer.getLocalPort());
    assertThat(transport.getExtraInfo("peername")).isEqualTo(peerAddress);
    assertThat(transport.getExtraInfo("sockname"))
        .isEqualTo(new InetSocketAddress("127.0.0.1", NetworkFixture.port(server)));
    assertThat(transport.getExtraInfo("unknown")).isNull();
    assertThat(transport.getExtraInfo("unknown", "default")).isEqualTo("default");
    assertThat(socket.fileno()).isEqualTo(-1);
  }

  /** Behaviour 134. */
  @Test
  void shouldKnowPeerWhenItHasGoneAlready() throws IOException {
    Recorder recorder = new Recorder();
    Server server = net.serve(() -> recorder);
    Socket peer = net.peer(server);
    int port = peer.getLocalPort();
    peer.setSoLinger(true, 0);
    peer.getOutputStream().write(1);
    peer.close();

    net.runUntil(recorder::isLost);

    assertThat(recorder.transport().getExtraInfo("peername"))
        .isEqualTo(new InetSocketAddress("127.0.0.1", port));
  }

  /** Behaviour 135. */
  @Test
  void shouldSetNoDelayOnBothEndsOfTcp() throws Exception {
    Recorder accepted = new Recorder();
    Server server = net.serve(() -> accepted);
    Recorder client = new Recorder();

    net.connect(server, client);
    net.runUntil(accepted::isMade);

    for (Recorder end : List.of(accepted, client)) {
      TransportSocket socket = (TransportSocket) end.transport().getExtraInfo("socket");
      int noDelay = socket.getsockopt(SocketConstants.IPPROTO_TCP, SocketConstants.TCP_NODELAY);
      assertThat(noDelay).isNotZero();
    }
    client.transport().close();
    net.runUntil(accepted::isLost);
  }

  /** Behaviour 139. */
  @Test
  void shouldTellDescriptorAndStateAsText() throws IOException {
    Recorder recorder = new Recorder();
    Server server = net.serve(() -> recorder);
    net.peer(server);
    net.runUntil(recorder::isMade);
    Transport transport = recorder.transport();
    int fd = ((TransportSocket) transport.getExtraInfo("socket")).fileno();

    assertThat(transport.getProtocol()).isSameAs(recorder);
    assertThat(transport.toString()).contains("fd=" + fd, "read=polling", "bufsize=0");
    transport.abort();
    assertThat(transport.toString()).contains("closing fd=" + fd);
    net.runUntil(recorder::isLost);
    assertThat(transport.toString()).contains("closed fd=" + fd);
  }

  /** Behaviour 136. */
  @Test
  void shouldCallTheOtherProtocolAtOnceWhenItIsSet() throws IOException {
    Recorder first = new Recorder();
    Recorder second = new Recorder();
    Server server = net.serve(() -> first);
    Socket peer = net.peer(server);
    net.runUntil(first::isMade);

    first.transport().setProtocol(second);
    peer.getOutputStream().write(1);
    peer.close();
    net.runUntil(second::isLost);

    assertThat(first.events()).containsExactly("connectionMade");
    assertThat(second.events()).containsExactly("dataReceived", "eofReceived", "connectionLost");
    assertThatThrownBy(() -> first.transport().setProtocol(new BaseProtocol() {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("protocol: ");
  }

  /** Behaviour 65. */
  @Test
  void shouldLiveOnWhenConnectionMadeThrows() throws IOException {
    Recorder recorder =
        new Recorder() {
          @Override
          public void connectionMade(Transport made) {
            super.connectionMade(made);
            throw new IllegalStateException("from connectionMade");
          }
        };
    Server server = net.serve(() -> recorder);
    Socket peer = net.peer(server);
    peer.getOutputStream().write(1);
    net.runUntil(() -> recorder.received().length == 1);

    assertThat(net.takeErrors()).extracting(ExceptionContext::exception).hasSize(1);
    assertThat(recorder.transport().isClosing()).isFalse();
    peer.close();
    net.runUntil(recorder::isLost);
  }

  /** Behaviours 63 and 66. */
  @Test
  void shouldReportAndLoseConnectionWhenDataReceivedThrows() throws IOException {
    IllegalStateException failure = new IllegalStateException("from dataReceived");
    Recorder recorder =
        new Recorder() {
          @Override
          public void dataReceived(ByteBuffer data) {
            throw failure;
          }
        };
    Server server = net.serve(() -> recorder);
    net.peer(server).getOutputStream().write(1);

    net.runUntil(recorder::isLost);

    assertThat(recorder.lostWith()).isSameAs(failure);
    ExceptionContext error = net.takeErrors().getFirst();
    assertThat(error.message()).isEqualTo("Fatal error: protocol.dataReceived() call failed.");
    assertThat(error.exception()).isSameAs(failure);
    assertThat(error.transport()).isSameAs(recorder.transport());
    assertThat(error.protocol()).isSameAs(recorder);
  }

  /** Behaviour 66. */
  @Test
  void shouldReportAndLoseConnectionWhenEofReceivedThrows() throws IOException {
    Recorder recorder =
        new Recorder() {
          @Override
          public boolean eofReceived() {
            throw new IllegalStateException("from eofReceived");
          }
        };
    Server server = net.serve(() -> recorder);
    net.peer(server).close();

    net.runUntil(recorder::isLost);

    assertThat(recorder.lostWith()).hasMessage("from eofReceived");
    assertThat(net.takeErrors().getFirst().message())
        .isEqualTo("Fatal error: protocol.eofReceived() call failed.");
  }

  /** Behaviour 94. */
  @Test
  void shouldRefuseToWatchDescriptorOfLiveTransport() throws Exception {
    Recorder recorder = new Recorder();
    Server server = net.serve(() -> recorder);
    net.peer(server);
    net.runUntil(recorder::isMade);
    int fd = ((TransportSocket) recorder.transport().getExtraInfo("socket")).fileno();

    assertThatThrownBy(() -> net.loop().addReader(fd, () -> {}))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> net.loop().removeWriter(fd)).isInstanceOf(IllegalStateException.class);

    recorder.transport().abort();
    assertThat(net.loop().removeReader(fd)).isFalse();
  }

  /** Behaviour 128: somebody else took what had made the socket readable. */
  @Test
  void shouldGoOnWhenReadableSocketHasNothingToRead() throws IOException {
    List<Thief> made = new ArrayList<>();
    Server server =
        net.serve(() -> {
          made.add(new Thief(made));
          return made.getLast();
        });
    List<Socket> peers = List.of(net.peer(server), net.peer(server));
    net.runUntil(() -> made.size() == 2 && made.getFirst().isMade() && made.getLast().isMade());

    for (Socket peer : peers) {
      peer.getOutputStream().write("first".getBytes(UTF_8));
    }
    net.runTurns(20);
    made.forEach(Thief::reform);
    for (Socket peer : peers) {
      peer.getOutputStream().write("second".getBytes(UTF_8));
    }
    net.runUntil(() -> made.stream().allMatch(one -> one.receivedText().endsWith("second")));

    assertThat(made).noneMatch(Recorder::isLost);
  }

  /** Takes what waits in the sockets of the others whenever it has received something. */
  private static final class Thief extends Recorder {
    private final List<Thief> all;
    private boolean honest;

    Thief(List<Thief> all) {
      this.all = all;
    }

    void reform() {
      honest = true;
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      super.dataReceived(data);
      if (honest) {
        return;
      }
      try (Arena arena = Arena.ofConfined()) {
        long loot = arena.allocate(100).address();
        for (Thief other : all) {
          TransportSocket socket = (TransportSocket) other.transport().getExtraInfo("socket");
          int unused = SocketCalls.recv(socket.fileno(), loot, 100, SocketConstants.MSG_DONTWAIT);
        }
      }
    }
  }

  /** A peer that sends one byte at a time stalls nobody, and loses nothing. */
  @Test
  void shouldServeOthersWhenPeerSendsByteByByte() throws IOException {
    List<Recorder> made = new ArrayList<>();
    Server server =
        net.serve(() -> {
          Recorder recorder = new Recorder();
          made.add(recorder);
          return recorder;
        });
    Socket slow = net.peer(server);
    slow.setTcpNoDelay(true);
    Socket other = net.peer(server);
    other.getOutputStream().write("quick".getBytes(UTF_8));

    StringBuilder sent = new StringBuilder();
    for (char c = 'a'; c <= 'z'; c++) {
      slow.getOutputStream().write(c);
      sent.append(c);
      net.runUntil(() -> !made.isEmpty() && made.getFirst().receivedText().contentEquals(sent));
    }

    assertThat(made.get(1).receivedText()).isEqualTo("quick");
  }

  /** An echo of the very view that is delivered, in all sizes. */
  @Test
  void shouldEchoDeliveredView() throws IOException {
    Server server = net.serve(Echo::new);
    Socket peer = net.peer(server);
    byte[] sent = Bytes.pattern(5_000_000);
    Reader reader = net.closing(Reader.of(peer));
    Thread writer = Thread.ofPlatform().start(() -> write(peer, sent));

    net.runUntil(reader::atEnd);
    net.closing(() -> writer.join());

    assertThat(reader.all()).isEqualTo(sent);
  }

  private static void write(Socket peer, byte[] sent) {
    try {
      peer.getOutputStream().write(sent);
      peer.shutdownOutput();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static final class Echo implements Protocol {
    private Transport transport;

    @Override
    public void connectionMade(Transport made) {
      transport = made;
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      transport.write(data);
    }
  }
}
