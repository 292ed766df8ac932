// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.BrokenPipeException;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Pipe;
import dev.ouro.linux.Socket;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.LogCapture;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.PipeRecorder;
import dev.ouro.testing.RawFd;
import dev.ouro.testing.Recorder;
import dev.ouro.testing.TlsFixture;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.Transport;
import dev.ouro.transport.WriteTransport;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Behaviours 113, 120, 189 and 213: what is written after {@code close}, or to a connection that is
 * lost. What each kind of transport does, and from which write on it warns, is asyncio's, of its
 * selector loop.
 */
@OnBothEngines
class LateWriteContractTest {
  private static final int MORE_THAN_THE_KERNEL_TAKES = 2_000_000;

  private final TlsFixture tls;
  @RegisterExtension final NetworkFixture net;
  private final Recorder recorder = new Recorder();
  private final Recorder peer = new Recorder();

  LateWriteContractTest(EngineKind kind) {
    tls = new TlsFixture(kind);
    net = tls.net();
  }

  /** A connection to {@link #peer}. */
  private Transport connect() throws LinuxException {
    Socket[] pair = Socket.pair();
    net.run(net.loop().createConnection(() -> peer, ConnectionOptions.of(pair[1])));
    return net.run(net.loop().createConnection(() -> recorder, ConnectionOptions.of(pair[0])))
        .transport();
  }

  /** What {@code count} writes warn of. */
  private static List<String> warnings(WriteTransport transport, int count) {
    try (LogCapture log = new LogCapture()) {
      for (int i = 0; i < count; i++) {
        transport.write("lost".getBytes(UTF_8));
      }
      return log.warnings();
    }
  }

  @Test
  void shouldStillSendWhatIsWrittenToASocketThatIsClosedAndHasNoRoom() throws LinuxException {
    byte[] sent = Bytes.pattern(MORE_THAN_THE_KERNEL_TAKES);
    Transport transport = connect();
    peer.transport().pauseReading();
    transport.write(sent);
    net.runTurns(5);
    transport.close();

    ByteBuffer late = ByteBuffer.wrap("late ".getBytes(UTF_8));
    transport.write(late);
    transport.writelines(List.of(ByteBuffer.wrap("and ".getBytes(UTF_8))));
    assertThat(warnings(transport, 7)).isEmpty();
    net.runTurns(5);
    transport.write("last".getBytes(UTF_8));
    transport.writeEof();
    assertThat(recorder.isLost()).isFalse();
    peer.transport().resumeReading();
    net.runUntil(() -> recorder.isLost() && peer.isLost());

    assertThat(late.hasRemaining()).isFalse();
    String end = "late and " + "lost".repeat(7) + "last";
    assertThat(peer.received()).startsWith(sent).endsWith(end.getBytes(UTF_8));
    assertThat(peer.received()).hasSize(sent.length + end.length());
    assertThat(recorder.lostWith()).isNull();
    assertThat(Collections.frequency(recorder.events(), "connectionLost")).isOne();
    assertThat(warnings(transport, 5)).containsExactly("socket.send() raised exception.");
  }

  @Test
  void shouldDropWhatIsWrittenToASocketThatIsClosedAndHadRoom() throws LinuxException {
    Transport transport = connect();
    List<String> warnings = new ArrayList<>();

    net.loop()
        .callSoon(() -> {
          transport.write("first ".getBytes(UTF_8));
          transport.write("second".getBytes(UTF_8));
          transport.close();
          transport.writelines(List.of(ByteBuffer.wrap("lost".getBytes(UTF_8))));
          transport.write(new byte[0]);
          transport.writelines(List.of());
          assertThat(warnings(transport, 3)).isEmpty();
          warnings.addAll(warnings(transport, 2));
          assertThat(transport.getWriteBufferSize()).isZero();
        });
    net.runUntil(() -> recorder.isLost() && peer.isLost());

    assertThat(peer.receivedText()).isEqualTo("first second");
    assertThat(warnings)
        .containsExactly("socket.send() raised exception.", "socket.send() raised exception.");
    assertThat(recorder.events()).containsExactly("connectionMade", "connectionLost");
  }

  @Test
  void shouldDropWhatIsWrittenToASocketThatIsAborted() throws LinuxException {
    Transport transport = connect();
    peer.transport().pauseReading();
    transport.write(new byte[MORE_THAN_THE_KERNEL_TAKES]);
    transport.close();
    transport.abort();

    assertThat(warnings(transport, 4)).isEmpty();
    assertThat(warnings(transport, 1)).containsExactly("socket.send() raised exception.");
    assertThat(transport.getWriteBufferSize()).isZero();
    peer.transport().resumeReading();
    net.runUntil(() -> recorder.isLost() && peer.isLost());
    assertThat(peer.received().length).isLessThan(MORE_THAN_THE_KERNEL_TAKES);
  }

  @Test
  void shouldDropWhatIsWrittenToAPipeOnceItIsClosed() throws LinuxException {
    Pipe pipe = net.closing(Pipe.create());
    PipeRecorder writer = new PipeRecorder();
    WriteTransport transport = pipe(pipe, writer);
    transport.write(new byte[MORE_THAN_THE_KERNEL_TAKES]);
    transport.close();

    transport.writelines(List.of(ByteBuffer.wrap("lost".getBytes(UTF_8))));
    assertThat(warnings(transport, 4)).isEmpty();
    assertThat(warnings(transport, 1))
        .containsExactly("pipe closed by peer or os.write(pipe, data) raised exception.");
    Reader reader = net.closing(Reader.of(RawFd.stream(pipe.readEnd())));
    net.runUntil(writer::isLost);

    assertThat(reader.all()).hasSize(MORE_THAN_THE_KERNEL_TAKES);
  }

  @Test
  void shouldWarnOneWriteEarlierWhenAWriteHasFailedOnThePipe() throws LinuxException {
    Pipe pipe = net.closing(Pipe.create());
    PipeRecorder writer = new PipeRecorder();
    WriteTransport transport = pipe(pipe, writer);
    net.loop()
        .callSoon(() -> {
          pipe.readEnd().close();
          transport.write("broken".getBytes(UTF_8));
        });
    net.runUntil(writer::isLost);

    assertThat(writer.lostWith()).isInstanceOf(BrokenPipeException.class);
    assertThat(warnings(transport, 4)).isEmpty();
    assertThat(warnings(transport, 1)).hasSize(1);
  }

  private WriteTransport pipe(Pipe pipe, PipeRecorder writer) {
    return net.run(net.loop().connectWritePipe(() -> writer, pipe.writeEnd())).transport();
  }

  @Test
  void shouldDropWhatIsWrittenOverTlsOnceItIsClosed() {
    Transport transport = tls.connect(tls.serve(() -> peer), recorder);
    net.runUntil(peer::isMade);
    transport.close();

    transport.writelines(List.of(ByteBuffer.wrap("lost".getBytes(UTF_8))));
    assertThat(warnings(transport, 4)).isEmpty();
    assertThat(warnings(transport, 1)).containsExactly("SSL connection is closed");
    net.runUntil(() -> peer.isLost() && recorder.isLost());

    assertThat(peer.received()).isEmpty();
  }

  @Test
  void shouldWarnOneWriteEarlierWhenTlsIsLost() {
    Transport transport = tls.connect(tls.serve(() -> peer), recorder);
    net.runUntil(peer::isMade);
    transport.close();
    net.runUntil(() -> peer.isLost() && recorder.isLost());

    assertThat(warnings(transport, 4)).isEmpty();
    assertThat(warnings(transport, 1)).containsExactly("SSL connection is closed");
  }
}
