// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.loop.Context;
import dev.ouro.loop.ContextVar;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.Recorder;
import dev.ouro.testing.TlsFixture;
import dev.ouro.testing.TlsIdentity;
import dev.ouro.transport.AcceptedSocketOptions;
import dev.ouro.transport.BufferedProtocol;
import dev.ouro.transport.Connection;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.Server;
import dev.ouro.transport.SslCipher;
import dev.ouro.transport.SslOptions;
import dev.ouro.transport.StartTlsOptions;
import dev.ouro.transport.Transport;
import dev.ouro.transport.TransportSocket;
import dev.ouro.transport.UnixConnectionOptions;
import dev.ouro.transport.UnixServerOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** asyncio-behaviours §16: TLS connections that work. */
@OnBothEngines
class TlsContractTest {
  private final TlsFixture tls;
  @RegisterExtension final NetworkFixture net;
  @TempDir Path folder;
  private final Recorder accepted = new Recorder();
  private final Recorder client = new Recorder();

  TlsContractTest(EngineKind kind) {
    tls = new TlsFixture(kind);
    net = tls.net();
  }

  private void echoThrough(Transport transport) {
    transport.write("from the client".getBytes(UTF_8));
    net.runUntil(() -> accepted.receivedText().equals("from the client"));
    accepted.transport().write("from the server".getBytes(UTF_8));
    net.runUntil(() -> client.receivedText().equals("from the server"));
    transport.close();
    net.runUntil(() -> client.isLost() && accepted.isLost());

    assertThat(client.lostWith()).isNull();
    assertThat(accepted.lostWith()).isNull();
    assertThat(accepted.events())
        .containsExactly("connectionMade", "dataReceived", "eofReceived", "connectionLost");
    assertThat(client.events()).containsExactly("connectionMade", "dataReceived", "connectionLost");
  }

  /** Behaviours 203 and 208. */
  @Test
  void shouldCarryDataBothWaysAndEndCleanly() {
    Server server = tls.serve(() -> accepted);

    Connection<Transport, Recorder> connection =
        net.run(tls.connect(client, TlsFixture.to(server)));

    assertThat(connection.protocol()).isSameAs(client);
    assertThat(client.events()).containsExactly("connectionMade");
    assertThat(client.transport()).isSameAs(connection.transport());
    echoThrough(connection.transport());
  }

  /** The same in the version before. */
  @Test
  void shouldCarryDataBothWaysInTls12() {
    SslOptions ssl = SslOptions.of(TlsFixture.SERVER).withProtocols("TLSv1.2");
    Server server = tls.serve(() -> accepted, ssl);

    Transport transport = tls.connect(server, client);

    assertThat(((SslCipher) transport.getExtraInfo("cipher")).protocol()).isEqualTo("TLSv1.2");
    echoThrough(transport);
  }

  /** Behaviour 167: over Unix sockets. */
  @Test
  void shouldCarryDataOverUnixSocket() {
    Path path = folder.resolve("socket");
    net.closing(
        net.run(
            net.loop()
                .createUnixServer(
                    () -> accepted, UnixServerOptions.of(path).withSsl(TlsFixture.SERVER))));

    Transport transport =
        net.run(
                net.loop()
                    .createUnixConnection(
                        () -> client,
                        UnixConnectionOptions.of(path)
                            .withSsl(TlsFixture.CLIENT)
                            .withServerHostname("localhost")))
            .transport();

    echoThrough(transport);
  }

  /** Behaviour 150: on sockets that somebody else connected. */
  @Test
  void shouldCarryDataOverSocketsThatAreGiven() throws IOException {
    dev.ouro.linux.Socket[] pair = dev.ouro.linux.Socket.pair();
    net.loop()
        .connectAcceptedSocket(
            () -> accepted, pair[0], AcceptedSocketOptions.DEFAULT.withSsl(TlsFixture.SERVER));

    Transport transport =
        net.run(
                tls.connect(
                    client,
                    ConnectionOptions.of(pair[1])
                        .withSsl(TlsFixture.CLIENT)
                        .withServerHostname("localhost")))
            .transport();

    echoThrough(transport);
  }

  /** Behaviours 130, 208 and 212: much more than any buffer holds, each way at once. */
  @Test
  void shouldCarryMuchBothWays() {
    byte[] sent = Bytes.pattern(8_000_000); // tcp_wmem is 4 MiB
    Server server = tls.serve(() -> accepted);
    Transport transport = tls.connect(server, client);
    net.runUntil(accepted::isMade);

    accepted.transport().write(sent);
    for (int i = 0; i < 800; i++) {
      transport.write(ByteBuffer.wrap(sent, i * 10_000, 10_000));
    }
    assertThat(accepted.events()).contains("pauseWriting");
    assertThat(accepted.transport().getWriteBufferSize()).isGreaterThan(512 * 1024);
    net.runUntil(
        () -> accepted.received().length == sent.length && client.received().length == sent.length);
    net.runTurns(2);
    transport.close();
    net.runUntil(() -> accepted.isLost() && client.isLost());

    assertThat(accepted.received()).isEqualTo(sent);
    assertThat(client.received()).isEqualTo(sent);
    assertThat(accepted.events().indexOf("resumeWriting"))
        .isGreaterThan(accepted.events().indexOf("pauseWriting"));
  }

  /** Behaviour 212. */
  @Test
  void shouldHaveLimitsOfItsOwn() {
    Server server = tls.serve(() -> accepted);
    Transport transport = tls.connect(server, client);

    assertThat(transport.getWriteBufferLimits().highBytes()).isEqualTo(512 * 1024);
    assertThat(transport.getWriteBufferLimits().lowBytes()).isEqualTo(128 * 1024);
    transport.setWriteBufferLimits(1000);
    assertThat(transport.getWriteBufferLimits().highBytes()).isEqualTo(1000);
    assertThat(transport.getWriteBufferLimits().lowBytes()).isEqualTo(250);
    transport.setWriteBufferLimits();
    assertThat(transport.getWriteBufferLimits().highBytes()).isEqualTo(512 * 1024);
  }

  /** Behaviour 122: one piece after the other, empty ones too. */
  @Test
  void shouldSendAllOfWritelines() {
    Server server = tls.serve(() -> accepted);
    Transport transport = tls.connect(server, client);
    List<ByteBuffer> pieces = new ArrayList<>();
    for (String piece : List.of("one ", "", "two ", "three")) {
      pieces.add(ByteBuffer.wrap(piece.getBytes(UTF_8)));
    }

    transport.writelines(pieces);
    net.runUntil(() -> accepted.receivedText().equals("one two three"));

    assertThat(pieces).noneMatch(ByteBuffer::hasRemaining);
  }

  /** Behaviours 137 and 216: a buffered protocol with less room than a record, set midway. */
  @Test
  void shouldServeBufferedProtocolSetMidway() {
    Server server = tls.serve(() -> accepted);
    Transport transport = tls.connect(server, client);
    transport.write("first".getBytes(UTF_8));
    net.runUntil(() -> accepted.receivedText().equals("first"));
    ByteArrayOutputStream received = new ByteArrayOutputStream();
    BufferedProtocol buffered =
        new BufferedProtocol() {
          private final ByteBuffer buffer = ByteBuffer.allocateDirect(1000);

          @Override
          public ByteBuffer getBuffer(int sizeHint) {
            return buffer.clear();
          }

          @Override
          public void bufferUpdated(int sizeBytes) {
            byte[] bytes = new byte[buffer.flip().remaining()];
            buffer.get(bytes);
            received.writeBytes(bytes);
          }
        };

    accepted.transport().setProtocol(buffered);
    byte[] sent = Bytes.pattern(100_000);
    transport.write(sent);
    net.runUntil(() -> received.size() == sent.length);
    assertThat(received.toByteArray()).isEqualTo(sent);
    assertThat(accepted.transport().getProtocol()).isSameAs(buffered);

    accepted.transport().setProtocol(accepted);
    transport.write(" again".getBytes(UTF_8));
    net.runUntil(() -> accepted.receivedText().equals("first again"));
  }

  /** Behaviour 211: what is decrypted waits, also for a protocol that takes it piece by piece. */
  @Test
  void shouldHoldDataWhileReadingIsPaused() {
    Server server = tls.serve(() -> accepted);
    Transport transport = tls.connect(server, client);
    net.runUntil(accepted::isMade);
    Transport paused = accepted.transport();

    paused.pauseReading();
    assertThat(paused.isReading()).isFalse();
    byte[] sent = Bytes.pattern(20_000_000);
    transport.write(sent);
    net.runTurns(50);
    assertThat(accepted.received()).isEmpty();
    assertThat(transport.getWriteBufferSize()).isPositive();
    paused.resumeReading();
    net.runUntil(() -> accepted.received().length == sent.length);

    assertThat(accepted.received()).isEqualTo(sent);
  }

  /** Behaviour 211: the rest of what was decrypted already. */
  @Test
  void shouldHoldRestWhenBufferedProtocolPauses() {
    ByteArrayOutputStream received = new ByteArrayOutputStream();
    List<Transport> made = new ArrayList<>();
    Server server =
        tls.serve(() ->
            new BufferedProtocol() {
              private final ByteBuffer buffer = ByteBuffer.allocate(10);

              @Override
              public void connectionMade(Transport transport) {
                made.add(transport);
              }

              @Override
              public ByteBuffer getBuffer(int sizeHint) {
                return buffer.clear();
              }

              @Override
              public void bufferUpdated(int sizeBytes) {
                received.write(buffer.array(), 0, sizeBytes);
                made.getFirst().pauseReading();
              }
            });
    Transport transport = tls.connect(server, client);

    transport.write("0123456789abcdefghij".getBytes(UTF_8));
    net.runUntil(() -> received.size() > 0);
    net.runTurns(10);
    assertThat(received.toString(UTF_8)).isEqualTo("0123456789");
    made.getFirst().resumeReading();
    net.runUntil(() -> received.size() == 20);

    assertThat(received.toString(UTF_8)).isEqualTo("0123456789abcdefghij");
  }

  /** Behaviour 214. */
  @Test
  void shouldTellAboutConnectionAlsoAfterItClosed() {
    Server server = tls.serve(() -> accepted);
    Transport transport = tls.connect(server, client);
    transport.close();
    net.runUntil(() -> client.isLost() && accepted.isLost());

    assertThat(transport.getExtraInfo("sslcontext")).isSameAs(TlsFixture.CLIENT);
    assertThat(transport.getExtraInfo("ssl_object")).isInstanceOf(SSLEngine.class);
    assertThat(transport.getExtraInfo("peercert")).isEqualTo(TlsIdentity.LOCALHOST.certificate());
    assertThat(accepted.transport().getExtraInfo("peercert")).isNull();
    assertThat(transport.getExtraInfo("cipher"))
        .isInstanceOfSatisfying(
            SslCipher.class,
            cipher -> {
              assertThat(cipher.protocol()).isEqualTo("TLSv1.3");
              assertThat(cipher.name()).startsWith("TLS_");
              assertThat(cipher.secretBits()).isIn(128, 256);
            });
    assertThat(transport.getExtraInfo("compression", "none")).isNull();
    assertThat(transport.getExtraInfo("socket")).isInstanceOf(TransportSocket.class);
    assertThat(transport.getExtraInfo("peername")).isNotNull();
    assertThat(transport.getExtraInfo("sockname")).isNotNull();
    assertThat(transport.getExtraInfo("unknown", "default")).isEqualTo("default");
  }

  @Test
  void shouldAgreeOnApplicationProtocol() {
    SslOptions ssl = SslOptions.of(TlsFixture.SERVER).withApplicationProtocols("h2", "http/1.1");
    Server server = tls.serve(() -> accepted, ssl);

    Transport transport =
        net.run(
                tls.connect(
                    client,
                    TlsFixture.to(server)
                        .withSsl(
                            SslOptions.of(TlsFixture.CLIENT).withApplicationProtocols("http/1.1"))))
            .transport();
    net.runUntil(accepted::isMade);

    assertThat(((SSLEngine) transport.getExtraInfo("ssl_object")).getApplicationProtocol())
        .isEqualTo("http/1.1");
    assertThat(
            ((SSLEngine) accepted.transport().getExtraInfo("ssl_object")).getApplicationProtocol())
        .isEqualTo("http/1.1");
  }

  @Test
  void shouldAskForClientsCertificate() {
    SSLContext identified = TlsIdentity.CLIENT.context(TlsIdentity.LOCALHOST);
    for (SslOptions ssl :
        List.of(
            SslOptions.of(TlsFixture.SERVER).withNeedClientAuth(true),
            SslOptions.of(TlsFixture.SERVER).withWantClientAuth(true))) {
      Recorder one = new Recorder();
      Server server = tls.serve(() -> one, ssl);

      net.run(tls.connect(client, TlsFixture.to(server).withSsl(identified)));
      net.runUntil(one::isMade);

      assertThat(one.transport().getExtraInfo("peercert"))
          .isEqualTo(TlsIdentity.CLIENT.certificate());
    }
  }

  /** Behaviour 215. */
  @Test
  void shouldCarryTlsOverTls() {
    Server server = tls.serve(() -> accepted);
    Transport outer = tls.connect(server, client);
    net.runUntil(accepted::isMade);

    var inner =
        net.loop()
            .startTls(
                accepted.transport(),
                accepted,
                StartTlsOptions.of(TlsFixture.SERVER).withServerSide(true));
    Transport clientInner =
        net.run(net.loop().startTls(outer, client, TlsFixture.CLIENT, "localhost"));
    Transport serverInner = net.run(inner);
    byte[] sent = Bytes.pattern(1_000_000);
    clientInner.write(sent);
    serverInner.write("hello".getBytes(UTF_8));
    net.runUntil(
        () -> accepted.received().length == sent.length && client.receivedText().equals("hello"));
    clientInner.close();
    net.runUntil(() -> accepted.isLost() && client.isLost());

    assertThat(accepted.received()).isEqualTo(sent);
    assertThat(client.lostWith()).isNull();
    assertThat(accepted.lostWith()).isNull();
  }

  /** Behaviour 222. */
  @Test
  void shouldCallProtocolInContextOfCreator() throws Exception {
    ContextVar<String> name = new ContextVar<>("name", "none");
    List<String> seen = new ArrayList<>();
    class Noting extends Recorder {
      @Override
      public void connectionMade(Transport made) {
        super.connectionMade(made);
        seen.add("made " + name.get());
        name.set("changed");
      }

      @Override
      public void dataReceived(ByteBuffer data) {
        super.dataReceived(data);
        seen.add("data " + name.get());
      }

      @Override
      public void connectionLost(Throwable exceptionOrNull) {
        super.connectionLost(exceptionOrNull);
        seen.add("lost " + name.get());
      }
    }
    Noting serverSide = new Noting();
    Context context = Context.copyContext();
    Server server =
        context.call(() -> {
          name.set("creator");
          return tls.serve(() -> serverSide);
        });

    Transport transport = tls.connect(server, client);
    transport.write(new byte[1]);
    net.runUntil(() -> serverSide.received().length == 1);
    transport.close();
    net.runUntil(serverSide::isLost);

    assertThat(seen).containsExactly("made creator", "data changed", "lost changed");
    assertThat(context.get(name)).isEqualTo("creator");
  }

  /** A second connection to the same server resumes the first one's session. */
  @Test
  void shouldResumeSession() {
    Counting counting = new Counting(TlsIdentity.trustManagers(TlsIdentity.LOCALHOST)[0]);
    SSLContext context = TlsIdentity.contextOf(null, counting);
    Server server = tls.serve(Recorder::new);
    for (int i = 0; i < 2; i++) {
      Recorder one = new Recorder();
      Transport transport =
          net.run(tls.connect(one, TlsFixture.to(server).withSsl(context))).transport();
      // The server's ticket comes after the handshake.
      net.runUntil(() -> context.getClientSessionContext().getIds().hasMoreElements());
      transport.close();
      net.runUntil(one::isLost);
    }

    assertThat(counting.asked()).isEqualTo(1);
  }

  @Test
  void shouldCloseClientsOfServerWithGoodbye() {
    Server server = tls.serve(() -> accepted);
    tls.connect(server, client);
    net.runUntil(accepted::isMade);

    server.closeClients();
    net.runUntil(() -> client.isLost() && accepted.isLost());

    assertThat(client.events()).containsExactly("connectionMade", "eofReceived", "connectionLost");
    assertThat(client.lostWith()).isNull();
    assertThat(accepted.lostWith()).isNull();
    server.close();
    net.run(server.waitClosed());
  }

  /** Behaviour 65. */
  @Test
  void shouldKeepConnectionWhenConnectionMadeThrows() {
    Recorder throwing =
        new Recorder() {
          @Override
          public void connectionMade(Transport made) {
            super.connectionMade(made);
            throw new IllegalStateException("from connectionMade");
          }
        };
    Server server = tls.serve(() -> accepted);

    Transport transport = tls.connect(server, throwing);
    transport.write("still".getBytes(UTF_8));
    net.runUntil(() -> accepted.receivedText().equals("still"));

    assertThat(net.takeErrors())
        .singleElement()
        .satisfies(error -> assertThat(error.exception()).hasMessage("from connectionMade"));
  }

  /** Behaviour 66. */
  @Test
  void shouldEndConnectionWhenDataReceivedThrows() {
    Recorder throwing =
        new Recorder() {
          @Override
          public void dataReceived(ByteBuffer data) {
            throw new IllegalStateException("from dataReceived");
          }
        };
    Server server = tls.serve(() -> throwing);
    Transport transport = tls.connect(server, client);

    transport.write(new byte[1]);
    net.runUntil(() -> throwing.isLost() && client.isLost());

    assertThat(throwing.lostWith()).hasMessage("from dataReceived");
    assertThat(net.takeErrors())
        .singleElement()
        .satisfies(error -> {
          assertThat(error.message())
              .isEqualTo("Fatal error: protocol.dataReceived() call failed.");
          assertThat(error.transport()).isSameAs(throwing.transport());
          assertThat(error.protocol()).isSameAs(throwing);
        });
  }

  /** Behaviour 130: pauseWriting is called inside write, and may write: that comes behind. */
  @Test
  void shouldKeepOrderWhenPauseWritingWritesAgain() {
    Recorder writing =
        new Recorder() {
          private boolean wrote;

          @Override
          public void pauseWriting() {
            super.pauseWriting();
            if (!wrote) {
              wrote = true;
              transport().write("behind".getBytes(UTF_8));
            }
          }
        };
    Server server = tls.serve(() -> accepted);
    Transport transport = tls.connect(server, writing);
    net.runUntil(accepted::isMade);
    byte[] sent = Bytes.pattern(20_000_000);

    transport.write(sent);
    assertThat(writing.events()).contains("pauseWriting");
    net.runUntil(() -> accepted.received().length == sent.length + 6);

    assertThat(java.util.Arrays.copyOf(accepted.received(), sent.length)).isEqualTo(sent);
    assertThat(accepted.receivedText()).endsWith("behind");
  }
}
