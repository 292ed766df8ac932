// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.ConnectionException;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.OpenFile;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.Recorder;
import dev.ouro.transport.SendfileNotAvailableException;
import dev.ouro.transport.SendfileOptions;
import dev.ouro.transport.Server;
import dev.ouro.transport.Transport;
import java.io.IOException;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** asyncio-behaviours §15: loop.sendfile. */
@OnBothEngines
class SendfileContractTest {
  private static final byte[] CONTENT = Bytes.pattern(10_000_000);

  @RegisterExtension final NetworkFixture net;
  @TempDir Path folder;
  private final Recorder recorder = new Recorder();
  private Socket peer;
  private Transport transport;
  private Path path;

  SendfileContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
  }

  @BeforeEach
  void connect() throws IOException {
    path = Files.write(folder.resolve("file"), CONTENT);
    Server server = net.serve(() -> recorder);
    peer = net.peer(server);
    net.runUntil(recorder::isMade);
    transport = recorder.transport();
  }

  private OpenFile open(Path which) throws LinuxException {
    return net.closing(OpenFile.open(which));
  }

  private long send(OpenFile file, SendfileOptions options) {
    return net.run(net.loop().sendfile(transport, file, options));
  }

  private byte[] receivedAfterClose(Reader reader) {
    transport.close();
    net.runUntil(recorder::isLost);
    return reader.all();
  }

  /** Behaviours 193, 194, 196 and 197. */
  @Test
  void shouldSendFileBetweenWhatIsWrittenBeforeAndAfter() throws IOException {
    OpenFile file = open(path);
    Reader reader = net.closing(Reader.of(peer));

    transport.write(Bytes.pattern(5_000_000));
    long sent = send(file, SendfileOptions.DEFAULT);
    boolean reading = transport.isReading();
    transport.write("after".getBytes(UTF_8));
    byte[] received = receivedAfterClose(reader);

    assertThat(sent).isEqualTo(CONTENT.length);
    assertThat(reading).isTrue();
    assertThat(file.position()).isEqualTo(CONTENT.length);
    assertThat(received).hasSize(15_000_005);
    assertThat(Arrays.equals(received, 0, 5_000_000, Bytes.pattern(5_000_000), 0, 5_000_000))
        .isTrue();
    assertThat(Arrays.equals(received, 5_000_000, 15_000_000, CONTENT, 0, CONTENT.length)).isTrue();
    assertThat(new String(received, 15_000_000, 5, UTF_8)).isEqualTo("after");
  }

  /** Behaviour 193. */
  @Test
  void shouldSendExactRange() throws IOException {
    OpenFile file = open(path);
    Reader reader = net.closing(Reader.of(peer));

    long sent = send(file, SendfileOptions.DEFAULT.withOffset(1000).withCount(2_000_000L));
    byte[] received = receivedAfterClose(reader);

    assertThat(sent).isEqualTo(2_000_000);
    assertThat(file.position()).isEqualTo(2_001_000);
    assertThat(received).isEqualTo(Arrays.copyOfRange(CONTENT, 1000, 2_001_000));
  }

  /** Behaviours 193 and 194: nothing to send. */
  @Test
  void shouldSendNothingOfEmptyFileAndBehindTheEnd() throws IOException {
    OpenFile empty = open(Files.createFile(folder.resolve("empty")));
    OpenFile file = open(path);
    file.position(17);
    Reader reader = net.closing(Reader.of(peer));

    assertThat(send(empty, SendfileOptions.DEFAULT)).isZero();
    assertThat(send(file, SendfileOptions.DEFAULT.withOffset(CONTENT.length))).isZero();

    assertThat(file.position()).isEqualTo(17);
    assertThat(receivedAfterClose(reader)).isEmpty();
  }

  /** Behaviour 193: the range ends at the file's end. */
  @Test
  void shouldStopAtTheEndWhenCountIsLarger() throws IOException {
    Reader reader = net.closing(Reader.of(peer));

    long sent = send(open(path), SendfileOptions.DEFAULT.withOffset(9_999_990).withCount(1_000L));

    assertThat(sent).isEqualTo(10);
    assertThat(receivedAfterClose(reader)).hasSize(10);
  }

  /** Behaviour 192. */
  @Test
  void shouldRefuseBadNumbers() {
    assertThatThrownBy(() -> SendfileOptions.DEFAULT.withOffset(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("offset must be a non-negative integer (got -1)");
    assertThatThrownBy(() -> SendfileOptions.DEFAULT.withCount(0L))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("count must be a positive integer (got 0)");
  }

  /** Behaviours 112, 121 and 198. */
  @Test
  void shouldNeitherWriteNorReadWhileFileIsSent() throws IOException {
    OpenFile file = open(path);
    peer.getOutputStream().write("unread".getBytes(UTF_8));

    Future<Long> sending = net.loop().sendfile(transport, file, SendfileOptions.DEFAULT);
    assertThat(transport.isReading()).isFalse();
    assertThatThrownBy(() -> transport.write(new byte[1]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("unable to write; sendfile is in progress");
    assertThatThrownBy(() -> net.loop().sendfile(transport, file, SendfileOptions.DEFAULT))
        .isInstanceOf(IllegalStateException.class);
    net.runTurns(10);
    assertThat(recorder.received()).isEmpty();
    transport.writeEof();
    Reader reader = net.closing(Reader.of(peer));

    assertThat(net.run(sending)).isEqualTo(CONTENT.length);
    net.runUntil(() -> recorder.receivedText().equals("unread"));
    net.runUntil(reader::atEnd);
    assertThat(reader.all()).isEqualTo(CONTENT);
  }

  /** Behaviour 199. */
  @Test
  void shouldRefuseTransportThatIsClosing() throws IOException {
    OpenFile file = open(path);
    transport.close();

    assertThatThrownBy(() -> net.loop().sendfile(transport, file, SendfileOptions.DEFAULT))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Transport is closing");
  }

  /** Behaviour 194: cancelled half-way, the position is behind what was sent. */
  @Test
  void shouldKeepPositionAndTransportWhenCancelled() throws IOException {
    OpenFile file = open(path);
    Future<Long> sending = net.loop().sendfile(transport, file, SendfileOptions.DEFAULT);
    net.runTurns(5);

    sending.cancel();
    net.runTurns(2);
    long position = file.position();
    transport.write("after".getBytes(UTF_8));
    Reader reader = net.closing(Reader.of(peer));
    byte[] received = receivedAfterClose(reader);

    assertThatThrownBy(() -> net.run(sending)).isInstanceOf(CancellationException.class);
    assertThat(position).isBetween(1L, CONTENT.length - 1L);
    assertThat(received).hasSize((int) position + 5);
    assertThat(Arrays.equals(received, 0, (int) position, CONTENT, 0, (int) position)).isTrue();
  }

  /** Behaviour 201. */
  @Test
  void shouldFailWhenPeerClosesMidway() throws IOException {
    OpenFile file = open(path);
    Future<Long> sending = net.loop().sendfile(transport, file, SendfileOptions.DEFAULT);
    net.runTurns(5);

    peer.setSoLinger(true, 0);
    peer.close();

    assertThatThrownBy(() -> net.run(sending)).isInstanceOf(ConnectionException.class);
    assertThat(transport.isClosing()).isTrue();
    assertThat(file.position()).isPositive();
    net.runUntil(recorder::isLost);
    assertThat(recorder.lostWith()).isInstanceOf(ConnectionException.class);
  }

  /** Behaviour 201: the peer had it all. */
  @Test
  void shouldSucceedWhenPeerClosesAfterwards() throws IOException {
    OpenFile file = open(path);
    Future<Long> sending =
        net.loop().sendfile(transport, file, SendfileOptions.DEFAULT.withCount(1_000L));
    assertThat(peer.getInputStream().readNBytes(1_000)).hasSize(1_000);
    peer.close();

    assertThat(net.run(sending)).isEqualTo(1_000);
  }

  /** The transport is closed or aborted by its own side. */
  @Test
  void shouldFailWhenTransportIsClosedMeanwhile() throws IOException {
    OpenFile file = open(path);
    Future<Long> sending = net.loop().sendfile(transport, file, SendfileOptions.DEFAULT);
    net.runTurns(3);

    transport.close();

    assertThatThrownBy(() -> net.run(sending)).isInstanceOf(ConnectionException.class);
    net.runUntil(recorder::isLost);
    assertThat(recorder.lostWith()).isNull();
  }

  /** Behaviour 195: what the kernel cannot send so is read and written. */
  @Test
  void shouldFallBackWhenFileIsNotRegular() throws IOException {
    OpenFile zeros = open(Path.of("/dev/zero"));
    SendfileOptions options = SendfileOptions.DEFAULT.withCount(200_000L);
    assertThatThrownBy(() -> net.loop().sendfile(transport, zeros, options.withFallback(false)))
        .isInstanceOf(SendfileNotAvailableException.class);
    Reader reader = net.closing(Reader.of(peer));

    assertThat(send(zeros, options)).isEqualTo(200_000);

    assertThat(receivedAfterClose(reader)).isEqualTo(new byte[200_000]);
  }

  /** Behaviours 193 to 197, by reading and writing. */
  @Test
  void shouldSendChannelOfTheJdk() throws IOException {
    Reader reader = net.closing(Reader.of(peer));
    try (FileChannel file = FileChannel.open(path)) {
      SendfileOptions options = SendfileOptions.DEFAULT.withOffset(5).withCount(3_000_000L);
      assertThatThrownBy(() -> net.loop().sendfile(transport, file, options.withFallback(false)))
          .isInstanceOf(SendfileNotAvailableException.class);

      transport.write("before".getBytes(UTF_8));
      Future<Long> sending = net.loop().sendfile(transport, file, options);
      assertThatThrownBy(() -> transport.write(new byte[1]))
          .isInstanceOf(IllegalStateException.class);

      assertThat(net.run(sending)).isEqualTo(3_000_000);
      assertThat(file.position()).isEqualTo(3_000_005);
    }
    byte[] received = receivedAfterClose(reader);

    assertThat(received).hasSize(3_000_006);
    assertThat(Arrays.equals(received, 6, received.length, CONTENT, 5, 3_000_005)).isTrue();
  }
}
