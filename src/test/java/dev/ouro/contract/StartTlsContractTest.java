// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.loop.Context;
import dev.ouro.loop.ContextVar;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.Recorder;
import dev.ouro.testing.TlsFixture;
import dev.ouro.testing.TlsIdentity;
import dev.ouro.transport.BaseProtocol;
import dev.ouro.transport.BufferedProtocol;
import dev.ouro.transport.Server;
import dev.ouro.transport.StartTlsOptions;
import dev.ouro.transport.Transport;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** asyncio-behaviours 207, 217, 218 and 222: a connection that goes over to TLS. */
@OnBothEngines
class StartTlsContractTest {
  private static final StartTlsOptions SERVER_SIDE =
      StartTlsOptions.of(TlsFixture.SERVER).withServerSide(true);

  @RegisterExtension final NetworkFixture net;
  private final Recorder accepted = new Recorder();
  private final Recorder client = new Recorder();
  private Transport plain;

  StartTlsContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
  }

  @BeforeEach
  void connect() {
    Server server = net.serve(() -> accepted);
    plain = net.connect(server, client);
    net.runUntil(accepted::isMade);
  }

  private Future<Transport> startClient() {
    return net.loop().startTls(plain, client, TlsFixture.CLIENT, "localhost");
  }

  private Future<Transport> startServer() {
    return net.loop().startTls(accepted.transport(), accepted, SERVER_SIDE);
  }

  /** Behaviour 217. */
  @Test
  void shouldGoOverToTlsAfterPlainText() {
    plain.write("plain ".getBytes(UTF_8));
    net.runUntil(() -> accepted.receivedText().equals("plain "));

    Future<Transport> serving = startServer();
    assertThat(accepted.transport().isReading()).isFalse();
    Transport upper = net.run(startClient());
    Transport other = net.run(serving);
    upper.write("secret".getBytes(UTF_8));
    other.write("answer".getBytes(UTF_8));
    net.runUntil(() ->
        accepted.receivedText().equals("plain secret") && client.receivedText().equals("answer"));

    assertThat(upper).isNotSameAs(plain);
    assertThat(upper.getProtocol()).isSameAs(client);
    assertThat(plain.getProtocol()).isNotSameAs(client);
    assertThat(plain.isReading()).isTrue();
    upper.close();
    net.runUntil(() -> accepted.isLost() && client.isLost());
    assertThat(client.events()).containsExactly("connectionMade", "dataReceived", "connectionLost");
    assertThat(accepted.events())
        .containsExactly("connectionMade", "dataReceived", "eofReceived", "connectionLost");
  }

  /** Behaviour 217. */
  @Test
  void shouldRefuseWhatItCannotWorkWith() {
    Transport foreign =
        (Transport)
            Proxy.newProxyInstance(
                Transport.class.getClassLoader(),
                new Class<?>[] {Transport.class},
                (proxy, method, arguments) ->
                    method.getName().equals("toString") ? "foreign" : null);

    assertThatThrownBy(() -> net.loop().startTls(plain, client, (SSLContext) null, "localhost"))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("sslcontext");
    assertThatThrownBy(() -> net.loop().startTls(foreign, client, TlsFixture.CLIENT, "localhost"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("transport foreign is not supported by startTls()");
    assertThatThrownBy(
            () -> net.loop().startTls(plain, new BaseProtocol() {}, TlsFixture.CLIENT, "localhost"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("protocol");
    assertThatThrownBy(
            () -> net.loop().startTls(plain, client, StartTlsOptions.of(TlsFixture.CLIENT)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("serverHostname: a client must have one");
    assertThat(plain.getProtocol()).isSameAs(client);
    assertThat(plain.isReading()).isTrue();
  }

  /** As asyncio's page says. */
  @Test
  void shouldAnswerNullWhenTransportIsClosing() {
    plain.close();

    assertThat(net.run(startClient())).isNull();
    net.runUntil(client::isLost);
  }

  /** Behaviour 218: the beginning of TLS came with the last of the plain text. */
  @Test
  void shouldTakeBytesThatWereReceivedAlready() {
    List<Future<Transport>> started = new ArrayList<>();
    Recorder upgrading =
        new Recorder() {
          @Override
          public void dataReceived(ByteBuffer data) {
            if (!started.isEmpty()) {
              super.dataReceived(data);
              return;
            }
            while (data.get() != '\n') {}
            assertThat(data.hasRemaining()).isTrue();
            started.add(
                net.loop()
                    .startTls(accepted.transport(), this, SERVER_SIDE.withReceived(data.slice())));
          }
        };
    accepted.transport().setProtocol(upgrading);

    plain.pauseReading();
    net.runTurns(1);
    plain.write("STARTTLS\n".getBytes(UTF_8));
    // The hello is written in the next turn; the server reads after that.
    Future<Transport> starting = startClient();
    accepted.transport().pauseReading();
    net.runTurns(3);
    accepted.transport().resumeReading();
    Transport upper = net.run(starting);
    upper.write("secret".getBytes(UTF_8));
    net.runUntil(() -> upgrading.receivedText().equals("secret"));
  }

  /** Behaviour 218: what a buffered protocol has not taken yet goes to TLS by itself. */
  @Test
  void shouldTakeWhatBufferedProtocolLeft() {
    List<Future<Transport>> started = new ArrayList<>();
    StringBuilder received = new StringBuilder();
    BufferedProtocol upgrading =
        new BufferedProtocol() {
          private final byte[] one = new byte[1];

          @Override
          public ByteBuffer getBuffer(int sizeHint) {
            return ByteBuffer.wrap(one);
          }

          @Override
          public void bufferUpdated(int sizeBytes) {
            received.append((char) one[0]);
            if (one[0] == '\n') {
              started.add(net.loop().startTls(accepted.transport(), this, SERVER_SIDE));
            }
          }
        };
    accepted.transport().setProtocol(upgrading);

    accepted.transport().pauseReading();
    plain.write("STARTTLS\n".getBytes(UTF_8));
    Future<Transport> starting = startClient();
    net.runTurns(3);
    accepted.transport().resumeReading();
    net.run(starting).write("secret".getBytes(UTF_8));
    net.runUntil(() -> received.toString().equals("STARTTLS\nsecret"));
  }

  private void writeUntilPaused() {
    accepted.transport().pauseReading();
    while (!client.events().contains("pauseWriting")) {
      plain.write(new byte[100_000]);
    }
  }

  private void readPlainText() {
    long[] left = {plain.getWriteBufferSize()};
    accepted.transport().resumeReading();
    net.runUntil(() -> plain.getWriteBufferSize() == 0);
    net.runTurns(20);
    assertThat(left[0]).isPositive();
  }

  /** Behaviour 218: a protocol that was told to pause is told to resume, once. */
  @Test
  void shouldResumeWritingThatWasPausedBefore() {
    writeUntilPaused();

    Future<Transport> starting = startClient();
    net.runTurns(3);
    assertThat(client.events()).doesNotContain("resumeWriting");
    readPlainText();
    startServer();
    // The plain text that was read swallowed the hello: this connection is not to be made.
    net.runUntil(() -> client.events().contains("resumeWriting"));

    assertThat(client.events()).containsExactly("connectionMade", "pauseWriting", "resumeWriting");
    plain.abort();
    net.runUntil(client::isLost);
    assertThatThrownBy(() -> net.run(starting)).isInstanceOf(java.io.IOException.class);
  }

  /** Behaviour 222. */
  @Test
  void shouldCallProtocolInContextOfCaller() throws Exception {
    ContextVar<String> name = new ContextVar<>("name", "none");
    List<String> seen = new ArrayList<>();
    Recorder noting =
        new Recorder() {
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
        };
    Future<Transport> serving = startServer();
    Context context = Context.copyContext();
    Future<Transport> starting =
        context.call(() -> {
          name.set("caller");
          return net.loop().startTls(plain, noting, TlsFixture.CLIENT, "localhost");
        });
    Transport upper = net.run(starting);

    net.run(serving).write("x".getBytes(UTF_8));
    net.runUntil(() -> noting.received().length == 1);
    upper.close();
    net.runUntil(noting::isLost);

    assertThat(seen).containsExactly("data caller", "lost caller");
  }

  /** Behaviour 207. */
  @Test
  void shouldCloseConnectionWhenCancelled() {
    Future<Transport> starting = startClient();
    net.runUntil(() -> accepted.received().length > 0);

    starting.cancel();
    net.runUntil(() -> accepted.isLost() && client.isLost());

    assertThat(client.events()).containsExactly("connectionMade", "connectionLost");
  }

  /** A protocol that has had its connectionMade hears of the end, once. */
  @Test
  void shouldTellProtocolWhenHandshakeFails() {
    Future<Transport> serving = startServer();
    Future<Transport> starting =
        net.loop().startTls(plain, client, TlsIdentity.trusting(), "localhost");

    assertThatThrownBy(() -> net.run(starting)).isInstanceOf(SSLHandshakeException.class);
    net.runUntil(() -> client.isLost() && accepted.isLost());
    assertThatThrownBy(() -> net.run(serving)).isInstanceOf(SSLHandshakeException.class);

    assertThat(client.events()).containsExactly("connectionMade", "connectionLost");
    assertThat(client.lostWith()).isInstanceOf(SSLHandshakeException.class);
    assertThat(accepted.events()).containsExactly("connectionMade", "connectionLost");
  }

  /** Behaviour 203: who waits for the handshake may set a protocol before the first data. */
  @Test
  void shouldHandOverTransportBeforeFirstData() {
    List<String> order = new ArrayList<>();
    Recorder noting =
        new Recorder() {
          @Override
          public void dataReceived(ByteBuffer data) {
            super.dataReceived(data);
            order.add("data");
          }
        };
    Future<Transport> serving = net.loop().startTls(accepted.transport(), noting, SERVER_SIDE);
    serving.addDoneCallback(done -> order.add("transport"));

    Transport upper = net.run(startClient());
    upper.write("at once".getBytes(UTF_8));
    net.runUntil(() -> noting.receivedText().equals("at once"));

    assertThat(order).containsExactly("transport", "data");
  }
}
