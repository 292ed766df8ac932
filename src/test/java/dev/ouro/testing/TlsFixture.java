// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.transport.BaseProtocol;
import dev.ouro.transport.Connection;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.SslOptions;
import dev.ouro.transport.Transport;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/** Servers and clients of TLS on the loop of a {@link NetworkFixture}. */
public final class TlsFixture {
  /** Proves to be localhost. */
  public static final SSLContext SERVER = TlsIdentity.LOCALHOST.context(TlsIdentity.CLIENT);

  /** Trusts localhost's certificate, and has none. */
  public static final SSLContext CLIENT = TlsIdentity.trusting(TlsIdentity.LOCALHOST);

  private final NetworkFixture net;

  public TlsFixture(EngineKind kind) {
    net = new NetworkFixture(kind);
  }

  public NetworkFixture net() {
    return net;
  }

  /** A server on a free port of 127.0.0.1, closed after the test. */
  public Server serve(Supplier<? extends BaseProtocol> protocols) {
    return serve(protocols, SslOptions.of(SERVER));
  }

  /** {@link #serve(Supplier)} with {@code ssl}. */
  public Server serve(Supplier<? extends BaseProtocol> protocols, SslOptions ssl) {
    return net.closing(
        net.run(net.loop().createServer(protocols, ServerOptions.of("127.0.0.1", 0).withSsl(ssl))));
  }

  /** What it takes to connect to {@code server}, as a client that trusts it. */
  public static ConnectionOptions to(Server server) {
    return ConnectionOptions.of("127.0.0.1", NetworkFixture.port(server)).withSsl(CLIENT);
  }

  /** A connection that is begun. */
  public <P extends BaseProtocol> Future<Connection<Transport, P>> connect(
      P protocol, ConnectionOptions options) {
    return net.loop().createConnection(() -> protocol, options);
  }

  /** A connection from {@code protocol} to {@code server}, made. */
  public Transport connect(Server server, BaseProtocol protocol) {
    return net.run(connect(protocol, to(server))).transport();
  }
}
