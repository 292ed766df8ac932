// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.LogCapture;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.Recorder;
import dev.ouro.testing.TlsFixture;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.Server;
import dev.ouro.transport.SslOptions;
import dev.ouro.transport.Transport;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** asyncio-behaviours 208 to 211, 213 and 221: how TLS connections end. */
@OnBothEngines
class TlsShutdownContractTest {
  private final TlsFixture tls;
  @RegisterExtension final NetworkFixture net;
  private final Recorder accepted = new Recorder();
  private final Recorder client = new Recorder();

  TlsShutdownContractTest(EngineKind kind) {
    tls = new TlsFixture(kind);
    net = tls.net();
  }

  private Transport connect() {
    Transport transport = tls.connect(tls.serve(() -> accepted), client);
    net.runUntil(accepted::isMade);
    return transport;
  }

  /** Behaviours 113 and 208. */
  @Test
  void shouldSendWhatIsBufferedBeforeItEnds() {
    Transport transport = connect();
    byte[] sent = Bytes.pattern(8_000_000);

    transport.write(sent);
    transport.close();
    assertThat(transport.isClosing()).isTrue();
    assertThat(transport.isReading()).isFalse();
    net.runUntil(() -> accepted.isLost() && client.isLost());

    assertThat(accepted.received()).isEqualTo(sent);
    assertThat(accepted.events()).endsWith("eofReceived", "connectionLost");
    assertThat(client.lostWith()).isNull();
    assertThat(accepted.lostWith()).isNull();
  }

  /** Behaviour 113: nothing arrives after close, though the peer goes on sending. */
  @Test
  void shouldReceiveNothingAfterClose() {
    Transport transport = connect();
    accepted.transport().write(Bytes.pattern(1_000_000));

    transport.close();
    transport.close();
    net.runUntil(() -> accepted.isLost() && client.isLost());

    assertThat(client.events()).containsExactly("connectionMade", "connectionLost");
  }

  /** Behaviour 114. */
  @Test
  void shouldEndAtOnceWhenAborted() {
    Transport transport = connect();
    transport.write(Bytes.pattern(20_000_000));

    transport.abort();
    assertThat(client.isLost()).isFalse();
    net.runUntil(() -> accepted.isLost() && client.isLost());

    assertThat(client.lostWith()).isNull();
    assertThat(accepted.received().length).isLessThan(20_000_000);
  }

  /** Behaviour 213. */
  @Test
  void shouldHaveNoHalfClose() {
    Transport transport = connect();

    assertThat(transport.canWriteEof()).isFalse();
    assertThatThrownBy(transport::writeEof).isInstanceOf(UnsupportedOperationException.class);
    transport.write("still open".getBytes(UTF_8));
    net.runUntil(() -> accepted.receivedText().equals("still open"));
  }

  /**
   * Behaviour 209: what was written goes out after the peer's close_notify, which TLS 1.3 allows.
   */
  @Test
  void shouldSendPendingDataWhenPeerEndsItsDirection() throws Exception {
    byte[] sent = Bytes.pattern(8_000_000);
    Recorder writing =
        new Recorder() {
          @Override
          public void connectionMade(Transport made) {
            super.connectionMade(made);
            made.write(sent);
          }
        };
    Server server = tls.serve(() -> writing);
    CompletableFuture<byte[]> received = new CompletableFuture<>();
    Thread peer =
        Thread.ofPlatform()
            .start(() -> {
              try (SSLSocket socket =
                  (SSLSocket)
                      TlsFixture.CLIENT
                          .getSocketFactory()
                          .createSocket("127.0.0.1", NetworkFixture.port(server))) {
                socket.startHandshake();
                socket.shutdownOutput();
                received.complete(socket.getInputStream().readAllBytes());
              } catch (IOException e) {
                received.completeExceptionally(e);
              }
            });

    net.runUntil(received::isDone);
    net.runUntil(writing::isLost);
    peer.join();

    assertThat(received.get()).isEqualTo(sent);
    assertThat(writing.events().stream().filter("eofReceived"::equals)).hasSize(1);
    assertThat(writing.lostWith()).isNull();
  }

  /** Behaviour 209. */
  @Test
  void shouldWarnThatConnectionCannotStayOpenAfterEof() {
    Transport transport = connect();
    accepted.keepOpenAfterEof();

    try (LogCapture log = new LogCapture()) {
      transport.close();
      net.runUntil(() -> accepted.isLost() && client.isLost());

      assertThat(log.warnings())
          .containsExactly("returning true from eofReceived() has no effect when using ssl");
    }
    assertThat(accepted.events()).containsOnlyOnce("eofReceived").endsWith("connectionLost");
  }

  /** Behaviour 210. */
  @Test
  void shouldAbortWhenClosedDuringHandshake() throws IOException {
    Server server = tls.serve(() -> accepted);
    Socket peer = net.peer(server);
    peer.getOutputStream().write(new byte[] {22, 3, 1});
    net.runTurns(5);

    server.closeClients();
    Reader reader = net.closing(Reader.of(peer));
    net.runUntil(reader::atEnd);

    assertThat(reader.all()).isEmpty();
    assertThat(accepted.events()).isEmpty();
  }

  /** Behaviour 211: the peer's end waits behind what is held. */
  @Test
  void shouldEndAfterHeldDataWhenPeerClosedWhileReadingWasPaused() {
    Transport transport = connect();
    accepted.transport().pauseReading();
    transport.write("held".getBytes(UTF_8));
    transport.close();
    net.runTurns(20);
    assertThat(accepted.events()).containsExactly("connectionMade");

    accepted.transport().resumeReading();
    net.runUntil(() -> accepted.isLost() && client.isLost());

    assertThat(accepted.events())
        .containsExactly("connectionMade", "dataReceived", "eofReceived", "connectionLost");
    assertThat(accepted.receivedText()).isEqualTo("held");
  }

  /** Behaviour 211: one's own close does not wait for reading to be resumed. */
  @Test
  void shouldEndWhenClosedWhileReadingIsPaused() {
    Transport transport = connect();
    client.transport().pauseReading();
    accepted.transport().write(Bytes.pattern(3_000_000));
    net.runTurns(20);

    transport.close();
    net.runUntil(() -> accepted.isLost() && client.isLost());

    assertThat(client.events()).containsExactly("connectionMade", "connectionLost");
    assertThat(client.lostWith()).isNull();
  }

  /** As asyncio does, an end without close_notify counts as an end. */
  @Test
  void shouldEndRegularlyWhenPeerEndsWithoutGoodbye() {
    Server server = tls.serve(() -> accepted);
    Recorder plain = new Recorder();
    Transport lower =
        net.run(
                net.loop()
                    .createConnection(
                        () -> plain,
                        ConnectionOptions.of("127.0.0.1", NetworkFixture.port(server))))
            .transport();
    Transport upper = net.run(net.loop().startTls(lower, plain, TlsFixture.CLIENT, "localhost"));
    upper.write("last words".getBytes(UTF_8));
    net.runUntil(() -> accepted.receivedText().equals("last words"));

    lower.close();
    net.runUntil(() -> accepted.isLost() && plain.isLost());

    assertThat(accepted.events())
        .containsExactly("connectionMade", "dataReceived", "eofReceived", "connectionLost");
    assertThat(accepted.lostWith()).isNull();
  }

  /** The version before answers close_notify at once, and drops what was not encrypted. */
  @Test
  void shouldEndRegularlyInTls12() {
    Server server =
        tls.serve(() -> accepted, SslOptions.of(TlsFixture.SERVER).withProtocols("TLSv1.2"));
    Transport transport = tls.connect(server, client);
    net.runUntil(accepted::isMade);
    transport.write(Bytes.pattern(1_000_000));

    accepted.transport().close();
    net.runUntil(() -> accepted.isLost() && client.isLost());

    assertThat(client.lostWith()).isNull();
    assertThat(accepted.lostWith()).isNull();
    assertThat(client.events()).endsWith("eofReceived", "connectionLost");
  }

  /** Behaviours 206 and 221: nothing of a closed connection is kept by the loop. */
  @Test
  void shouldLetGoOfClosedConnection() throws InterruptedException {
    WeakReference<SSLContext> context = connectAndClose();

    for (int i = 0; i < 100 && context.get() != null; i++) {
      System.gc();
      net.runTurns(1);
      Thread.yield();
    }

    assertThat(context.get()).isNull();
  }

  private WeakReference<SSLContext> connectAndClose() {
    Server server = tls.serve(Recorder::new);
    SSLContext context =
        dev.ouro.testing.TlsIdentity.trusting(dev.ouro.testing.TlsIdentity.LOCALHOST);
    Recorder one = new Recorder();
    Transport transport =
        net.run(tls.connect(one, TlsFixture.to(server).withSsl(context))).transport();
    assertThat(transport.getExtraInfo("ssl_object")).isInstanceOf(SSLEngine.class);
    transport.close();
    net.runUntil(one::isLost);
    return new WeakReference<>(context);
  }

  /** A connection that nobody closed goes with the loop, without a leak. */
  @Test
  void shouldGoWithTheLoopWhenNobodyCloses() {
    Transport transport = connect();
    transport.write(new byte[100]);
    Future<?> never = tls.connect(new Recorder(), TlsFixture.to(net.serve(Recorder::new)));
    net.runTurns(10);

    net.loop().close();

    assertThat(never.done()).isFalse();
  }
}
