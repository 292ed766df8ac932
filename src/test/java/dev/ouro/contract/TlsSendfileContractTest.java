// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.ConnectionException;
import dev.ouro.linux.OpenFile;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.Recorder;
import dev.ouro.testing.TlsFixture;
import dev.ouro.transport.SendfileOptions;
import dev.ouro.transport.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** asyncio-behaviours 194 and 196 to 201: loop.sendfile through TLS, by reading and writing. */
@OnBothEngines
class TlsSendfileContractTest {
  private static final byte[] CONTENT = Bytes.pattern(5_000_000);

  private final TlsFixture tls;
  @RegisterExtension final NetworkFixture net;
  @TempDir Path folder;
  private final Recorder accepted = new Recorder();
  private final Recorder client = new Recorder();
  private Transport transport;
  private OpenFile file;

  TlsSendfileContractTest(EngineKind kind) {
    tls = new TlsFixture(kind);
    net = tls.net();
  }

  @BeforeEach
  void connect() throws IOException {
    transport = tls.connect(tls.serve(() -> accepted), client);
    net.runUntil(accepted::isMade);
    file = net.closing(OpenFile.open(Files.write(folder.resolve("file"), CONTENT)));
  }

  /** Behaviours 196, 197 and 200. */
  @Test
  void shouldSendFileBetweenWhatIsWrittenBeforeAndAfter() throws IOException {
    transport.write("before".getBytes(UTF_8));
    long sent = net.run(net.loop().sendfile(transport, file, SendfileOptions.DEFAULT));
    boolean reading = transport.isReading();
    transport.write("after".getBytes(UTF_8));
    transport.close();
    net.runUntil(() -> accepted.isLost() && client.isLost());

    byte[] received = accepted.received();
    assertThat(sent).isEqualTo(CONTENT.length);
    assertThat(reading).isTrue();
    assertThat(file.position()).isEqualTo(CONTENT.length);
    assertThat(received).hasSize(6 + CONTENT.length + 5);
    assertThat(Arrays.copyOfRange(received, 6, 6 + CONTENT.length)).isEqualTo(CONTENT);
    assertThat(new String(received, 6 + CONTENT.length, 5, UTF_8)).isEqualTo("after");
  }

  /** Behaviour 193, through TLS. */
  @Test
  void shouldSendExactRange() {
    SendfileOptions range = SendfileOptions.DEFAULT.withOffset(1000).withCount(200_000L);

    long sent = net.run(net.loop().sendfile(transport, file, range));
    net.runUntil(() -> accepted.received().length == 200_000);

    assertThat(sent).isEqualTo(200_000);
    assertThat(accepted.received()).isEqualTo(Arrays.copyOfRange(CONTENT, 1000, 201_000));
  }

  /** Behaviour 200. */
  @Test
  void shouldRefuseWhenFallbackIsForbidden() throws IOException {
    assertThatThrownBy(
            () -> net.loop().sendfile(transport, file, SendfileOptions.DEFAULT.withFallback(false)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("fallback is disabled and native sendfile is not supported");
    assertThat(file.position()).isZero();
  }

  /** Behaviours 198 and 199. */
  @Test
  void shouldRefuseWritesMeanwhileAndTransportThatIsClosing() {
    Future<Long> sending = net.loop().sendfile(transport, file, SendfileOptions.DEFAULT);

    assertThat(transport.isReading()).isFalse();
    assertThatThrownBy(() -> transport.write(new byte[1]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("unable to write; sendfile is in progress");
    net.run(sending);
    transport.close();
    assertThatThrownBy(() -> net.loop().sendfile(transport, file, SendfileOptions.DEFAULT))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Transport is closing");
  }

  /** Behaviours 194 and 201. */
  @Test
  void shouldFailWhenPeerClosesMidway() throws IOException {
    OpenFile endless = net.closing(OpenFile.open(Path.of("/dev/zero")));
    Future<Long> sending = net.loop().sendfile(transport, endless, SendfileOptions.DEFAULT);
    net.runUntil(() -> accepted.received().length > 500_000);

    accepted.transport().abort();

    assertThatThrownBy(() -> net.run(sending)).isInstanceOf(ConnectionException.class);
    assertThat(transport.isClosing()).isTrue();
    net.runUntil(client::isLost);
  }

  /** Behaviour 201: the peer had it all. */
  @Test
  void shouldSucceedWhenPeerClosesAfterwards() {
    Future<Long> sending =
        net.loop().sendfile(transport, file, SendfileOptions.DEFAULT.withCount(1_000L));
    net.runUntil(() -> accepted.received().length == 1_000);
    accepted.transport().close();

    assertThat(net.run(sending)).isEqualTo(1_000);
  }

  /** The transport is closed by its own side. */
  @Test
  void shouldFailWhenTransportIsClosedMeanwhile() {
    Future<Long> sending = net.loop().sendfile(transport, file, SendfileOptions.DEFAULT);

    transport.close();

    assertThatThrownBy(() -> net.run(sending)).isInstanceOf(ConnectionException.class);
    net.runUntil(() -> accepted.isLost() && client.isLost());
    assertThat(client.lostWith()).isNull();
  }
}
