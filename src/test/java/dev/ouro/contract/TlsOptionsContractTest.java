// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.EventLoop;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
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
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.SslOptions;
import dev.ouro.transport.StartTlsOptions;
import dev.ouro.transport.Transport;
import dev.ouro.transport.UnixConnectionOptions;
import dev.ouro.transport.UnixServerOptions;
import java.lang.reflect.Method;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** asyncio-behaviours 107, 141, 142, 150, 155, 167 and 202: what the TLS arguments mean. */
@OnBothEngines
class TlsOptionsContractTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final TlsFixture tls;
  @RegisterExtension final NetworkFixture net;

  TlsOptionsContractTest(EngineKind kind) {
    tls = new TlsFixture(kind);
    net = tls.net();
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  private Future<Connection<Transport, Recorder>> connect(ConnectionOptions options) {
    return net.loop().createConnection(Recorder::new, options);
  }

  /** Behaviour 141. */
  @Test
  void shouldRefuseArgumentsAboutTlsWithoutIt() {
    ConnectionOptions plain = ConnectionOptions.of("127.0.0.1", 1);

    assertRefused(
        () -> connect(plain.withServerHostname("name")),
        "serverHostname is only meaningful with ssl");
    assertRefused(
        () -> connect(plain.withServerHostname("")), "serverHostname is only meaningful with ssl");
    assertRefused(
        () -> connect(plain.withSslHandshakeTimeout(SECOND)),
        "sslHandshakeTimeout is only meaningful with ssl");
    assertRefused(
        () -> connect(plain.withSslShutdownTimeout(SECOND)),
        "sslShutdownTimeout is only meaningful with ssl");
    assertRefused(
        () -> connect(plain.withSsl(false).withSslShutdownTimeout(SECOND)),
        "sslShutdownTimeout is only meaningful with ssl");
  }

  /** Behaviour 141. */
  @Test
  void shouldRefuseTlsWithoutNameOfServer() throws LinuxException {
    assertRefused(
        () -> connect(ConnectionOptions.of(null, 1).withSsl(TlsFixture.CLIENT)),
        "You must set serverHostname when using ssl without a host");
    assertRefused(
        () -> connect(ConnectionOptions.of("", 1).withSsl(TlsFixture.CLIENT)),
        "You must set serverHostname when using ssl without a host");
    try (Socket socket = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0)) {
      assertRefused(
          () -> connect(ConnectionOptions.of(socket).withSsl(TlsFixture.CLIENT)),
          "You must set serverHostname when using ssl without a host");
      assertThat(socket.fd().isClosed()).isFalse();
    }
  }

  /** Behaviour 155. */
  @Test
  void shouldRefuseTimeoutsOfServerWithoutTls() {
    for (ServerOptions options :
        List.of(
            ServerOptions.of("127.0.0.1", 0).withSslHandshakeTimeout(SECOND),
            ServerOptions.of("127.0.0.1", 0).withSslShutdownTimeout(SECOND))) {
      assertRefused(
          () -> net.loop().createServer(Recorder::new, options), "is only meaningful with ssl");
    }
    assertRefused(
        () ->
            net.loop()
                .createUnixServer(
                    Recorder::new, UnixServerOptions.of("\0ouro").withSslShutdownTimeout(SECOND)),
        "sslShutdownTimeout is only meaningful with ssl");
  }

  /**
   * Behaviour 155: a server cannot have the default context, which has no keys; the types say so.
   */
  @Test
  void shouldOfferDefaultContextToClientsAlone() {
    assertThat(methods(ConnectionOptions.class)).contains("withSsl(boolean)");
    assertThat(methods(UnixConnectionOptions.class)).contains("withSsl(boolean)");
    for (Class<?> servers :
        List.of(ServerOptions.class, UnixServerOptions.class, AcceptedSocketOptions.class)) {
      assertThat(methods(servers)).doesNotContain("withSsl(boolean)");
    }
  }

  private static List<String> methods(Class<?> type) {
    return Arrays.stream(type.getMethods())
        .map(method ->
            method.getName()
                + "("
                + String.join(
                    ",",
                    Arrays.stream(method.getParameterTypes()).map(Class::getSimpleName).toList())
                + ")")
        .toList();
  }

  /** Behaviour 107: TLS sockets of the JDK do not fit anywhere; the types say so. */
  @Test
  void shouldHaveNoUseForSocketsOfTheJdk() {
    for (Method method : EventLoop.class.getMethods()) {
      assertThat(method.getParameterTypes())
          .noneMatch(type -> java.net.Socket.class.isAssignableFrom(type));
    }
  }

  /** Behaviour 150. */
  @Test
  void shouldRefuseTimeoutsOfAcceptedSocketWithoutTls() throws LinuxException {
    Socket[] pair = Socket.pair();
    try (Socket one = pair[0];
        Socket two = pair[1]) {
      assertRefused(
          () ->
              net.loop()
                  .connectAcceptedSocket(
                      Recorder::new,
                      one,
                      AcceptedSocketOptions.DEFAULT.withSslHandshakeTimeout(SECOND)),
          "sslHandshakeTimeout is only meaningful with ssl");
      assertRefused(
          () ->
              net.loop()
                  .connectAcceptedSocket(
                      Recorder::new,
                      two,
                      AcceptedSocketOptions.DEFAULT.withSslShutdownTimeout(SECOND)),
          "sslShutdownTimeout is only meaningful with ssl");
      assertThat(one.fd().isClosed()).isFalse();
    }
  }

  /** Behaviour 167. */
  @Test
  void shouldRefuseUnixConnectionWhoseServerHasNoName() {
    assertRefused(
        () ->
            net.loop()
                .createUnixConnection(
                    Recorder::new, UnixConnectionOptions.of("\0ouro").withSsl(TlsFixture.CLIENT)),
        "you have to pass serverHostname when using ssl");
    assertRefused(
        () ->
            net.loop()
                .createUnixConnection(
                    Recorder::new, UnixConnectionOptions.of("\0ouro").withServerHostname("name")),
        "serverHostname is only meaningful with ssl");
  }

  /** Behaviour 202. */
  @Test
  void shouldRefuseTimeoutsThatAreNotPositive() {
    for (Duration bad : List.of(Duration.ZERO, Duration.ofMillis(-1))) {
      assertRefused(
          () -> ConnectionOptions.of("a", 1).withSslHandshakeTimeout(bad),
          "sslHandshakeTimeout should be a positive number, got " + bad);
      assertRefused(
          () -> ServerOptions.of("a", 1).withSslShutdownTimeout(bad),
          "sslShutdownTimeout should be a positive number, got " + bad);
      assertRefused(
          () -> UnixServerOptions.of("a").withSslHandshakeTimeout(bad),
          "sslHandshakeTimeout should be a positive number");
      assertRefused(
          () -> UnixConnectionOptions.of("a").withSslShutdownTimeout(bad),
          "sslShutdownTimeout should be a positive number");
      assertRefused(
          () -> AcceptedSocketOptions.DEFAULT.withSslHandshakeTimeout(bad),
          "sslHandshakeTimeout should be a positive number");
      assertRefused(
          () -> StartTlsOptions.of(TlsFixture.CLIENT).withSslHandshakeTimeout(bad),
          "sslHandshakeTimeout should be a positive number");
    }
  }

  @Test
  void shouldRefuseAtOnceWhatTheContextDoesNotKnow() {
    SslOptions nonsense = SslOptions.of(TlsFixture.SERVER).withCipherSuites("TLS_NONSENSE");

    assertRefused(
        () ->
            net.loop()
                .createServer(Recorder::new, ServerOptions.of("127.0.0.1", 0).withSsl(nonsense)),
        "TLS_NONSENSE");
    assertRefused(
        () -> connect(ConnectionOptions.of("127.0.0.1", 1).withSsl(nonsense)), "TLS_NONSENSE");
  }

  /** Behaviour 142: the host by default. */
  @Test
  void shouldCheckNameOfHostUnlessAnotherIsGiven() {
    Recorder accepted = new Recorder();
    Server server = tls.serve(() -> accepted);
    ConnectionOptions byNumber = TlsFixture.to(server);

    net.run(connect(byNumber)).transport().close();
    net.run(connect(byNumber.withServerHostname("localhost"))).transport().close();
    Future<Connection<Transport, Recorder>> wrong =
        connect(byNumber.withServerHostname("other.example"));

    assertThatThrownBy(() -> net.run(wrong))
        .isInstanceOf(SSLHandshakeException.class)
        .hasRootCauseInstanceOf(CertificateException.class)
        .hasMessageContaining("other.example");
  }

  /** Behaviour 142: the empty name disables the check of the name, and nothing else. */
  @Test
  void shouldCheckTrustButNoNameWhenNameIsEmpty() {
    SSLContext other = TlsIdentity.OTHER.context();
    Server server = tls.serve(Recorder::new, SslOptions.of(other));
    ConnectionOptions nameless = TlsFixture.to(server).withServerHostname("");

    net.run(connect(nameless.withSsl(TlsIdentity.trusting(TlsIdentity.OTHER)))).transport().close();
    Future<Connection<Transport, Recorder>> untrusted = connect(nameless);

    assertThatThrownBy(() -> net.run(untrusted)).isInstanceOf(SSLHandshakeException.class);
  }

  /** No option turns the check off by the way. */
  @Test
  void shouldCheckNameWhateverParametersSay() {
    Server server = tls.serve(Recorder::new);
    SSLParameters parameters = new SSLParameters();
    parameters.setEndpointIdentificationAlgorithm("");

    Future<Connection<Transport, Recorder>> wrong =
        connect(
            TlsFixture.to(server)
                .withSsl(SslOptions.of(TlsFixture.CLIENT).withParameters(parameters))
                .withServerHostname("other.example"));

    assertThatThrownBy(() -> net.run(wrong)).isInstanceOf(SSLHandshakeException.class);
  }

  /** asyncio's ssl=True: the JDK's trust store does not know a certificate of this test. */
  @Test
  void shouldTrustTheJdksTrustStoreByDefault() {
    Server server = tls.serve(Recorder::new);

    Future<Connection<Transport, Recorder>> untrusted =
        connect(ConnectionOptions.of("127.0.0.1", NetworkFixture.port(server)).withSsl(true));

    assertThatThrownBy(() -> net.run(untrusted))
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("path");
  }

  /** The server's name is asked for (SNI), also one without a dot; a number is not. */
  @Test
  void shouldAskForServersName() {
    for (String name : List.of("localhost", "127.0.0.1")) {
      Recorder accepted = new Recorder();
      Server server = tls.serve(() -> accepted);

      net.run(connect(TlsFixture.to(server).withServerHostname(name)));
      net.runUntil(accepted::isMade);

      SSLEngine engine = (SSLEngine) accepted.transport().getExtraInfo("ssl_object");
      assertThat(((ExtendedSSLSession) engine.getSession()).getRequestedServerNames())
          .isEqualTo(name.equals("localhost") ? List.of(new SNIHostName("localhost")) : List.of());
    }
  }

  /** The options are immutable, whatever becomes of the parameters that were given. */
  @Test
  void shouldCopyParameters() {
    SSLParameters parameters = new SSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    parameters.setWantClientAuth(true);
    parameters.setProtocols(new String[] {"TLSv1.3"});

    SslOptions options = SslOptions.of(TlsFixture.SERVER).withParameters(parameters);
    parameters.setApplicationProtocols(new String[0]);
    options.parameters().setNeedClientAuth(true);

    assertThat(options.parameters().getApplicationProtocols()).containsExactly("h2");
    assertThat(options.parameters().getProtocols()).containsExactly("TLSv1.3");
    assertThat(options.parameters().getWantClientAuth()).isTrue();
    assertThat(options.parameters().getNeedClientAuth()).isFalse();
    assertThat(options.context()).isSameAs(TlsFixture.SERVER);
  }
}
