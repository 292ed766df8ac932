// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.ConnectionException;
import dev.ouro.linux.ConnectionResetException;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.Recorder;
import dev.ouro.testing.TlsFixture;
import dev.ouro.testing.TlsIdentity;
import dev.ouro.transport.AcceptedSocketOptions;
import dev.ouro.transport.Connection;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.Server;
import dev.ouro.transport.SslOptions;
import dev.ouro.transport.Transport;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** asyncio-behaviours 69, 203 to 207, 219 and 220: TLS connections that fail. */
@OnBothEngines
class TlsFailureContractTest {
  private final TlsFixture tls;
  @RegisterExtension final NetworkFixture net;
  private final Recorder accepted = new Recorder();
  private final Recorder client = new Recorder();

  TlsFailureContractTest(EngineKind kind) {
    tls = new TlsFixture(kind);
    net = tls.net();
  }

  /** Behaviours 69 and 204. */
  @Test
  void shouldTellWhyCertificateIsBadAndCallNobody() {
    Server server = tls.serve(() -> accepted);

    Future<Connection<Transport, Recorder>> untrusting =
        tls.connect(client, TlsFixture.to(server).withSsl(TlsIdentity.trusting()));

    assertThatThrownBy(() -> net.run(untrusting))
        .isInstanceOf(SSLHandshakeException.class)
        .hasCauseInstanceOf(CertificateException.class);
    server.close();
    net.run(server.waitClosed());
    assertThat(client.events()).isEmpty();
    assertThat(accepted.events()).isEmpty();
  }

  /** Behaviour 69: in debug mode the server's side is told too, with the peer's alert. */
  @Test
  void shouldReportFailedHandshakeOfServerInDebugMode() {
    net.loop().setDebug(true);
    Server server = tls.serve(() -> accepted);

    Future<Connection<Transport, Recorder>> untrusting =
        tls.connect(client, TlsFixture.to(server).withSsl(TlsIdentity.trusting()));
    assertThatThrownBy(() -> net.run(untrusting)).isInstanceOf(SSLException.class);
    server.close();
    net.run(server.waitClosed());

    assertThat(net.takeErrors())
        .singleElement()
        .satisfies(error -> {
          assertThat(error.message())
              .isEqualTo("Error on transport creation for incoming connection");
          assertThat(error.exception())
              .isInstanceOf(SSLHandshakeException.class)
              .hasMessageContaining("certificate_unknown");
          assertThat(error.protocol()).isSameAs(accepted);
        });
  }

  /** A client without the certificate that it must have is refused. */
  @Test
  void shouldRefuseClientWithoutCertificate() {
    Server server =
        tls.serve(() -> accepted, SslOptions.of(TlsFixture.SERVER).withNeedClientAuth(true));

    // In TLS 1.3 the client hears of it after its handshake.
    net.run(tls.connect(client, TlsFixture.to(server)));
    net.runUntil(client::isLost);

    assertThat(client.lostWith()).isInstanceOf(SSLHandshakeException.class);
    assertThat(accepted.events()).isEmpty();
  }

  @Test
  void shouldFailWhenNoVersionIsInCommon() {
    Server server =
        tls.serve(() -> accepted, SslOptions.of(TlsFixture.SERVER).withProtocols("TLSv1.2"));

    Future<Connection<Transport, Recorder>> newer =
        tls.connect(
            client,
            TlsFixture.to(server)
                .withSsl(SslOptions.of(TlsFixture.CLIENT).withProtocols("TLSv1.3")));

    assertThatThrownBy(() -> net.run(newer))
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("protocol_version");
  }

  /** Behaviour 205: the peer ends, or resets, before anything and within the handshake. */
  @Test
  void shouldFailWhenPeerEndsDuringHandshake() throws IOException {
    for (boolean resets : List.of(false, true)) {
      Recorder plain = new Recorder();
      Server server = net.serve(() -> plain);
      Future<Connection<Transport, Recorder>> waiting = tls.connect(client, TlsFixture.to(server));
      net.runUntil(() -> plain.received().length > 0);
      if (resets) {
        plain.transport().abort();
      } else {
        plain.transport().close();
      }

      assertThatThrownBy(() -> net.run(waiting)).isInstanceOf(ConnectionResetException.class);
      net.runTurns(3);
      assertThat(client.events()).isEmpty();
    }
  }

  /** A server drops a peer that speaks no TLS. */
  @Test
  void shouldCloseWhenPeerSpeaksNoTls() throws IOException {
    Server server = tls.serve(() -> accepted);
    Socket peer = net.peer(server);
    peer.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(UTF_8));
    Reader reader = net.closing(Reader.of(peer));

    net.runUntil(reader::atEnd);

    assertThat(accepted.events()).isEmpty();
  }

  /** A hello that is longer than a record may be. */
  @Test
  void shouldCloseWhenRecordIsTooLong() throws IOException {
    Server server = tls.serve(() -> accepted);
    Socket peer = net.peer(server);
    byte[] record = new byte[50_000];
    record[0] = 22;
    record[1] = 3;
    record[2] = 3;
    record[3] = (byte) 0xFF;
    record[4] = (byte) 0xFF;
    peer.getOutputStream().write(record);
    Reader reader = net.closing(Reader.of(peer));

    net.runUntil(reader::atEnd);

    assertThat(accepted.events()).isEmpty();
  }

  /** Behaviour 203: the client's hello arrives byte by byte. */
  @Test
  void shouldPutRecordsTogetherFromBytes() throws IOException {
    Server server = tls.serve(() -> accepted);
    Relay relay = new Relay(NetworkFixture.port(server), 1);
    Server front = net.serve(relay::front);
    relay.connectOn(net);

    Transport transport =
        net.run(
                tls.connect(
                    client,
                    ConnectionOptions.of("127.0.0.1", NetworkFixture.port(front))
                        .withSsl(TlsFixture.CLIENT)))
            .transport();
    transport.write("piecemeal".getBytes(UTF_8));
    net.runUntil(() -> accepted.receivedText().equals("piecemeal"));
    transport.abort();
    net.runUntil(() -> accepted.isLost());
  }

  /** Behaviour 220. */
  @Test
  void shouldFailWhenRecordIsCorrupted() throws IOException {
    Server server = tls.serve(() -> accepted);
    Relay relay = new Relay(NetworkFixture.port(server), 100_000);
    Server front = net.serve(relay::front);
    relay.connectOn(net);
    Transport transport =
        net.run(
                tls.connect(
                    client,
                    ConnectionOptions.of("127.0.0.1", NetworkFixture.port(front))
                        .withSsl(TlsFixture.CLIENT)))
            .transport();
    net.runUntil(accepted::isMade);
    net.runTurns(5);

    relay.corrupt();
    transport.write("this will not arrive as it was".getBytes(UTF_8));
    net.runUntil(() -> accepted.isLost() && client.isLost());

    assertThat(accepted.received()).isEmpty();
    assertThat(accepted.lostWith()).isInstanceOf(SSLException.class);
    // The peer is told by an alert.
    assertThat(client.lostWith()).isInstanceOf(SSLException.class);
  }

  /** Behaviour 220: what follows the handshake is no record, and then the end. */
  @Test
  void shouldFailWhenPlainTextFollowsTheHandshake() throws Exception {
    Server server = tls.serve(() -> accepted);

    afterHandshake(server, "please corrupt the SSL connection");

    assertThat(accepted.lostWith()).isInstanceOf(SSLException.class);
    assertThat(accepted.received()).isEmpty();
  }

  /** As asyncio: who ends without a close_notify gets none, and it is no error. */
  @Test
  void shouldSendNoCloseNotifyWhenPeerHasSentNone() throws Exception {
    Server server = tls.serve(() -> accepted);

    byte[] answer = afterHandshake(server, "");

    assertThat(accepted.events())
        .containsExactly("connectionMade", "eofReceived", "connectionLost");
    assertThat(accepted.lostWith()).isNull();
    assertThat(answer).isEmpty();
  }

  /** What a peer is sent after it has sent {@code plain} and its end below TLS. */
  private byte[] afterHandshake(Server server, String plain) throws Exception {
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    CompletableFuture<Void> mayGoOn = new CompletableFuture<>();
    int port = NetworkFixture.port(server);
    Thread peer =
        Thread.ofPlatform()
            .start(() -> {
              try (Socket raw = new Socket("127.0.0.1", port);
                  SSLSocket socket =
                      (SSLSocket)
                          TlsFixture.CLIENT
                              .getSocketFactory()
                              .createSocket(raw, "127.0.0.1", port, false)) {
                // Of TLS 1.3 session tickets would follow the handshake.
                socket.setEnabledProtocols(new String[] {"TLSv1.2"});
                socket.startHandshake();
                mayGoOn.join();
                raw.getOutputStream().write(plain.getBytes(UTF_8));
                raw.shutdownOutput();
                answer.complete(raw.getInputStream().readAllBytes());
              } catch (IOException e) {
                answer.completeExceptionally(e);
              }
            });
    net.runUntil(accepted::isMade);
    mayGoOn.complete(null);
    net.runUntil(answer::isDone);
    net.runUntil(accepted::isLost);
    peer.join();
    return answer.get();
  }

  /** Behaviour 207: at every point of the handshake. */
  @Test
  void shouldCloseConnectionWhenCancelledDuringHandshake() {
    for (int turns = 0; turns < 12; turns++) {
      Server server = tls.serve(Recorder::new);
      Recorder one = new Recorder();
      Future<Connection<Transport, Recorder>> connecting = tls.connect(one, TlsFixture.to(server));
      net.runTurns(turns);

      if (connecting.cancel()) {
        assertThatThrownBy(() -> net.run(connecting)).isInstanceOf(CancellationException.class);
      } else {
        connecting.result().transport().abort();
      }
      net.runTurns(5);
      if (one.isMade()) {
        net.runUntil(one::isLost);
      }
      server.close();
      server.abortClients();
      net.run(server.waitClosed());
    }
  }

  /** Behaviour 207: while the peer says nothing. */
  @Test
  void shouldCloseConnectionWhenCancelledWhilePeerIsSilent() {
    Recorder silent = new Recorder();
    Server server = net.serve(() -> silent);
    Future<Connection<Transport, Recorder>> connecting = tls.connect(client, TlsFixture.to(server));
    net.runUntil(() -> silent.received().length > 0);

    connecting.cancel();
    net.runUntil(silent::isLost);

    assertThat(client.events()).isEmpty();
  }

  /** Behaviour 219. */
  @Test
  void shouldTellProtocolWhenConnectionBreaksWhileWriting() {
    Server server = tls.serve(() -> accepted);
    Transport transport = tls.connect(server, client);
    net.runUntil(accepted::isMade);
    accepted.transport().pauseReading();
    for (int i = 0; i < 100; i++) {
      transport.write(Bytes.pattern(100_000));
    }
    assertThat(client.events()).contains("pauseWriting");

    accepted.transport().abort();
    net.runUntil(client::isLost);

    assertThat(client.lostWith()).isInstanceOf(ConnectionException.class);
    assertThat(client.events()).doesNotContain("resumeWriting");
  }

  /** Behaviours 63 and 69: what a factory throws ends the connection alone. */
  @Test
  void shouldGoOnServingWhenFactoryThrows() {
    List<Recorder> made = new ArrayList<>();
    Server server =
        tls.serve(() -> {
          made.add(new Recorder());
          if (made.size() == 1) {
            throw new IllegalStateException("from the factory");
          }
          return made.getLast();
        });

    Future<Connection<Transport, Recorder>> first = tls.connect(client, TlsFixture.to(server));
    assertThatThrownBy(() -> net.run(first)).isInstanceOf(ConnectionException.class);
    tls.connect(server, client).close();
    net.runUntil(client::isLost);
  }

  /** The handshake's jobs run inline when there is no executor for them. */
  @Test
  void shouldShakeHandsWhenDefaultExecutorIsShutDown() throws IOException {
    Server server = tls.serve(() -> accepted);
    net.run(net.loop().shutdownDefaultExecutor());

    Transport transport = tls.connect(server, client);
    transport.write(new byte[1]);
    net.runUntil(() -> accepted.received().length == 1);
  }

  /** Behaviour 148: a given socket closes when the handshake fails. */
  @Test
  void shouldCloseGivenSocketWhenHandshakeFails() throws IOException {
    dev.ouro.linux.Socket[] pair = dev.ouro.linux.Socket.pair();
    Future<Connection<Transport, Recorder>> serving =
        net.loop()
            .connectAcceptedSocket(
                () -> accepted, pair[0], AcceptedSocketOptions.DEFAULT.withSsl(TlsFixture.SERVER));
    Recorder plain = new Recorder();
    Transport other = net.run(net.loop().connectAcceptedSocket(() -> plain, pair[1])).transport();

    other.write(ByteBuffer.wrap("nonsense nonsense".getBytes(UTF_8)));

    assertThatThrownBy(() -> net.run(serving)).isInstanceOf(SSLException.class);
    net.runUntil(plain::isLost);
    net.runUntil(() -> pair[0].fd().isClosed());
    assertThat(accepted.events()).isEmpty();
  }
}
