// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import dev.ouro.linux.UnixAddress;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.CancelEverywhere;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.transport.BaseTransport;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.DatagramOptions;
import dev.ouro.transport.DatagramProtocol;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.UnixConnectionOptions;
import dev.ouro.transport.UnixServerOptions;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Servers, connections and endpoints that are being made, cancelled everywhere. */
@OnBothEngines
class CancelConnectionsContractTest {
  @RegisterExtension final NetworkFixture net;
  @TempDir Path folder;
  private final CancelEverywhere everywhere;

  CancelConnectionsContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
    everywhere = new CancelEverywhere(net);
  }

  @Test
  void shouldCancelServers() throws Exception {
    Path path = folder.resolve("server");
    everywhere.cancel(
        new CancelEverywhere.Operation() {
          @Override
          public Future<?> start() {
            return net.loop()
                .createServer(() -> everywhere.protocol(), ServerOptions.of("localhost", 0));
          }

          @Override
          public void end(Future<?> future) throws Exception {
            CancelEverywhere.close(future);
          }
        });
    everywhere.cancel(
        new CancelEverywhere.Operation() {
          @Override
          public Future<?> start() {
            return net.loop()
                .createUnixServer(() -> everywhere.protocol(), UnixServerOptions.of(path));
          }

          @Override
          public void end(Future<?> future) throws Exception {
            CancelEverywhere.close(future);
            assertThat(path).doesNotExist();
          }
        });
  }

  @Test
  void shouldCancelServeForeverAndWaitClosed() throws Exception {
    everywhere.cancel(
        new CancelEverywhere.Operation() {
          private Server server;

          @Override
          public Future<?> start() {
            server =
                net.run(
                    net.loop()
                        .createServer(
                            () -> everywhere.protocol(), ServerOptions.of("127.0.0.1", 0)));
            return server.serveForever();
          }

          @Override
          public void end(Future<?> future) {
            assertThat(server.isServing()).isFalse();
            server.close();
          }

          @Override
          public boolean isEndless() {
            return true;
          }
        });
    everywhere.cancel(
        new CancelEverywhere.Operation() {
          private Server server;

          @Override
          public Future<?> start() {
            server =
                net.run(
                    net.loop()
                        .createServer(
                            () -> everywhere.protocol(), ServerOptions.of("127.0.0.1", 0)));
            return server.waitClosed();
          }

          @Override
          public void end(Future<?> future) {
            assertThat(server.isServing()).isTrue();
            server.close();
          }

          @Override
          public boolean isEndless() {
            return true;
          }
        });
  }

  @Test
  void shouldCancelConnections() throws Exception {
    Server server = net.serve(() -> everywhere.protocol());
    for (String host : List.of("127.0.0.1", "localhost")) {
      everywhere.cancel(
          new CancelEverywhere.Operation() {
            @Override
            public Future<?> start() {
              return net.loop()
                  .createConnection(
                      () -> everywhere.protocol(),
                      ConnectionOptions.of(host, NetworkFixture.port(server)));
            }

            @Override
            public void end(Future<?> future) throws Exception {
              CancelEverywhere.close(future);
            }
          });
    }
  }

  /** The kernel goes on with a connect that nobody answers. */
  @Test
  void shouldCancelConnectionsThatNobodyAccepts() throws Exception {
    Socket full = net.closing(Socket.open(SocketConstants.AF_UNIX, SocketConstants.SOCK_STREAM, 0));
    UnixAddress address = UnixAddress.of(folder.resolve("full"));
    full.bind(address);
    full.listen(0);
    Socket first =
        net.closing(Socket.open(SocketConstants.AF_UNIX, SocketConstants.SOCK_STREAM, 0));
    first.connect(address);
    everywhere.cancel(
        new CancelEverywhere.Operation() {
          @Override
          public Future<?> start() {
            return net.loop()
                .createUnixConnection(
                    () -> everywhere.protocol(), UnixConnectionOptions.of(folder.resolve("full")));
          }

          @Override
          public void end(Future<?> future) {
            if (!future.cancelled()) {
              assertThat(future.exception()).isInstanceOf(LinuxException.class);
            }
          }

          @Override
          public boolean isEndless() {
            return true;
          }
        });
  }

  @Test
  void shouldCancelConnectionsOfSockets() throws Exception {
    everywhere.cancel(
        new CancelEverywhere.Operation() {
          private Socket[] pair;

          @Override
          public Future<?> start() throws Exception {
            pair = Socket.pair();
            return net.loop()
                .createConnection(() -> everywhere.protocol(), ConnectionOptions.of(pair[0]));
          }

          @Override
          public void end(Future<?> future) throws Exception {
            CancelEverywhere.close(future);
            pair[1].close();
          }
        });
    everywhere.cancel(
        new CancelEverywhere.Operation() {
          private Socket[] pair;

          @Override
          public Future<?> start() throws Exception {
            pair = Socket.pair();
            return net.loop().connectAcceptedSocket(() -> everywhere.protocol(), pair[0]);
          }

          @Override
          public void end(Future<?> future) throws Exception {
            CancelEverywhere.close(future);
            pair[1].close();
          }
        });
  }

  @Test
  void shouldCancelDatagramEndpoints() throws Exception {
    for (String host : List.of("127.0.0.1", "localhost")) {
      everywhere.cancel(
          new CancelEverywhere.Operation() {
            private int made;
            private int lost;

            @Override
            public Future<?> start() {
              made = 0;
              lost = 0;
              DatagramProtocol protocol =
                  new DatagramProtocol() {
                    @Override
                    public void connectionMade(BaseTransport transport) {
                      made++;
                    }

                    @Override
                    public void connectionLost(Throwable exceptionOrNull) {
                      lost++;
                    }
                  };
              return net.loop()
                  .createDatagramEndpoint(
                      () -> protocol,
                      DatagramOptions.local(InetSocketAddress.createUnresolved(host, 0)));
            }

            @Override
            public void end(Future<?> future) throws Exception {
              CancelEverywhere.close(future);
              everywhere.settle();
              assertThat(lost).isEqualTo(made);
            }
          });
    }
  }
}
