// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.BrokenPipeException;
import dev.ouro.linux.ConnectionException;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.OpenFile;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.RawFd;
import dev.ouro.transport.SendfileNotAvailableException;
import dev.ouro.transport.SendfileOptions;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** asyncio-behaviours §15, lines 192 to 196: {@code sock_sendfile}. */
@OnBothEngines
class SocketSendfileContractTest {
  private static final int SIZE = 3_000_000;
  private static final SendfileOptions ALL = SendfileOptions.DEFAULT;

  @RegisterExtension final NetworkFixture net;
  @TempDir Path folder;
  private final byte[] content = Bytes.pattern(SIZE);
  private Path path;
  private Socket sender;
  private Socket receiver;

  SocketSendfileContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
  }

  @BeforeEach
  void connect() throws IOException {
    path = Files.write(folder.resolve("file"), content);
    Socket[] pair = Socket.pair();
    sender = net.closing(pair[0]);
    receiver = net.closing(pair[1]);
    receiver.setBlocking(true);
  }

  private OpenFile file() throws LinuxException {
    return net.closing(OpenFile.open(path));
  }

  private Reader reader() {
    return net.closing(Reader.of(RawFd.stream(receiver.fd())));
  }

  /** Behaviour 193. */
  @Test
  void shouldSendTheWholeFile() throws IOException {
    OpenFile file = file();
    Reader reader = reader();

    long sent = net.run(net.loop().sockSendfile(sender, file));
    sender.close();

    assertThat(sent).isEqualTo(SIZE);
    assertThat(reader.all()).isEqualTo(content);
    assertThat(file.position()).isEqualTo(SIZE);
  }

  /** Behaviour 193. */
  @Test
  void shouldSendExactlyTheRange() throws IOException {
    OpenFile file = file();
    Reader reader = reader();

    long sent =
        net.run(net.loop().sockSendfile(sender, file, ALL.withOffset(1000).withCount(1_500_000L)));
    sender.close();

    assertThat(sent).isEqualTo(1_500_000);
    assertThat(reader.all()).isEqualTo(Arrays.copyOfRange(content, 1000, 1_501_000));
    assertThat(file.position()).isEqualTo(1_501_000);
  }

  /** Behaviours 193 and 194. */
  @Test
  void shouldSendNothingOfAnEmptyFile() throws IOException {
    OpenFile empty = net.closing(OpenFile.open(Files.createFile(folder.resolve("empty"))));
    OpenFile file = file();
    file.position(77);

    assertThat(net.run(net.loop().sockSendfile(sender, empty))).isZero();
    assertThat(net.run(net.loop().sockSendfile(sender, file, ALL.withOffset(SIZE)))).isZero();
    assertThat(file.position()).isEqualTo(77);
  }

  /** Behaviour 192; the numbers are checked by {@link SendfileOptions}. */
  @Test
  void shouldRefuseWrongArguments() throws IOException {
    OpenFile file = file();
    Socket udp = net.closing(Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_DGRAM, 0));

    assertThatThrownBy(() -> net.loop().sockSendfile(udp, file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("only SOCK_STREAM type sockets are supported");
    assertThatThrownBy(() -> ALL.withCount(0L)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ALL.withOffset(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> net.loop().sockSendfile(sender, (OpenFile) null, ALL))
        .isInstanceOf(NullPointerException.class);
    sender.setBlocking(true);
    net.loop().setDebug(true);
    assertThatThrownBy(() -> net.loop().sockSendfile(sender, file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the socket must be non-blocking");
  }

  /** Behaviour 194: cancelled in flight, by sendfile(2). */
  @Test
  void shouldLeaveThePositionBehindWhatWasSentWhenCancelled() throws IOException {
    OpenFile file = file();
    Future<Long> sending = net.loop().sockSendfile(sender, file, ALL.withOffset(10));
    net.runTurns(2);

    sending.cancel();
    assertThatThrownBy(() -> net.run(sending)).isInstanceOf(CancellationException.class);
    net.runTurns(1);
    sender.close();

    byte[] received = reader().all();
    assertThat(received.length).isBetween(1, SIZE - 11);
    assertThat(file.position()).isEqualTo(10 + received.length);
    assertThat(received).isEqualTo(Arrays.copyOfRange(content, 10, 10 + received.length));
  }

  /** Behaviour 194: cancelled in flight, by reading and sending, wherever that is just then. */
  @Test
  void shouldLeaveThePositionBehindWhatWasSentWhenFallbackIsCancelled() throws Exception {
    for (int turns = 0; turns < 12; turns++) {
      connect();
      try (FileChannel file = FileChannel.open(path)) {
        Future<Long> sending = net.loop().sockSendfile(sender, file, ALL);
        net.runTurns(turns);
        sending.cancel();
        net.runTurns(2);
        net.loop().sockSendall(sender, new byte[0]);
        sender.close();

        byte[] received = RawFd.readAll(receiver.fd());
        assertThat(file.position()).isEqualTo(received.length);
        assertThat(received).isEqualTo(Arrays.copyOf(content, received.length));
        receiver.close();
      }
    }
  }

  /** Behaviour 194. */
  @Test
  void shouldLeaveThePositionBehindWhatWasSentWhenPeerGoes() throws IOException {
    OpenFile file = file();
    Future<Long> sending = net.loop().sockSendfile(sender, file);
    net.runTurns(2);

    receiver.close();

    assertThatThrownBy(() -> net.run(sending)).isInstanceOf(ConnectionException.class);
    assertThat(file.position()).isBetween(1L, (long) SIZE - 1);
  }

  /** Behaviour 194. */
  @Test
  void shouldNotTouchThePositionWhenNothingWasSent() throws IOException {
    OpenFile file = file();
    file.position(5);
    receiver.close();

    Future<Long> sending = net.loop().sockSendfile(sender, file);

    assertThatThrownBy(() -> net.run(sending)).isInstanceOf(BrokenPipeException.class);
    assertThat(file.position()).isEqualTo(5);
  }

  /** Behaviour 195. */
  @Test
  void shouldReadAndSendWhatSendfileCannot() throws IOException {
    Reader reader = reader();
    try (FileChannel file = FileChannel.open(path)) {
      long sent = net.run(net.loop().sockSendfile(sender, file, ALL.withOffset(7)));

      assertThat(sent).isEqualTo(SIZE - 7);
      assertThat(file.position()).isEqualTo(SIZE);
    }
    OpenFile zeros = net.closing(OpenFile.open(Path.of("/dev/zero")));
    assertThat(net.run(net.loop().sockSendfile(sender, zeros, ALL.withCount(200_000L))))
        .isEqualTo(200_000);
    sender.close();

    byte[] received = reader.all();
    assertThat(received).hasSize(SIZE - 7 + 200_000);
    assertThat(received).startsWith(Arrays.copyOfRange(content, 7, 1000));
  }

  /** Behaviour 195: the first sendfile(2) fails, on a file that says it is regular. */
  @Test
  void shouldFallBackWhenTheFirstCallFails() throws IOException {
    OpenFile file = net.closing(OpenFile.open(path, OpenFile.O_WRONLY));
    Future<Long> forbidden = net.loop().sockSendfile(sender, file, ALL.withFallback(false));
    Future<Long> falling = net.loop().sockSendfile(sender, file);

    assertThatThrownBy(() -> net.run(forbidden))
        .isInstanceOf(SendfileNotAvailableException.class)
        .hasMessageContaining("sendfile call failed");
    // The file is open for writing only, so the fallback's own read fails: that is what is told.
    assertThatThrownBy(() -> net.run(falling))
        .isInstanceOf(LinuxException.class)
        .hasMessageContaining("pread");
  }

  /** Behaviour 195. */
  @Test
  void shouldRefuseAtOnceWhatNeedsAFallbackThatIsForbidden() throws IOException {
    OpenFile zeros = net.closing(OpenFile.open(Path.of("/dev/zero")));

    assertThatThrownBy(() -> net.loop().sockSendfile(sender, zeros, ALL.withFallback(false)))
        .isInstanceOf(SendfileNotAvailableException.class);
  }

  /** Behaviour 196. */
  @Test
  void shouldKeepItsPlaceAmongSends() throws IOException {
    OpenFile file = file();
    Reader reader = reader();

    Future<Void> before = net.loop().sockSendall(sender, Bytes.pattern(500_000));
    Future<Long> sending = net.loop().sockSendfile(sender, file);
    Future<Void> after = net.loop().sockSendall(sender, Bytes.pattern(1000));
    net.run(before);
    net.run(sending);
    net.run(after);
    sender.close();

    byte[] received = reader.all();
    assertThat(received).hasSize(500_000 + SIZE + 1000);
    assertThat(Arrays.copyOf(received, 500_000)).isEqualTo(Bytes.pattern(500_000));
    assertThat(Arrays.copyOfRange(received, 500_000, 500_000 + SIZE)).isEqualTo(content);
    assertThat(Arrays.copyOfRange(received, 500_000 + SIZE, received.length))
        .isEqualTo(Bytes.pattern(1000));
  }

  /** Behaviour 106 for files. */
  @Test
  void shouldEndWhenTheSocketIsClosed() throws IOException {
    OpenFile file = file();
    Future<Long> sending = net.loop().sockSendfile(sender, file);
    net.runTurns(2);

    sender.close();

    assertThatThrownBy(() -> net.run(sending)).isInstanceOf(LinuxException.class);
    assertThat(file.position()).isEqualTo(reader().all().length);
  }
}
