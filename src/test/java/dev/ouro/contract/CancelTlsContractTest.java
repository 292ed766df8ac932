// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.OpenFile;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.CancelEverywhere;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.Recorder;
import dev.ouro.testing.TlsFixture;
import dev.ouro.transport.AcceptedSocketOptions;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.SendfileOptions;
import dev.ouro.transport.Server;
import dev.ouro.transport.SslOptions;
import dev.ouro.transport.StartTlsOptions;
import dev.ouro.transport.Transport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Handshakes, goodbyes and files through TLS, cancelled everywhere. Behaviours 194 and 207. */
@OnBothEngines
class CancelTlsContractTest {
  private static final int LARGE = 600_000;

  private final TlsFixture tls;
  @RegisterExtension final NetworkFixture net;
  @TempDir Path folder;
  private final CancelEverywhere everywhere;

  CancelTlsContractTest(EngineKind kind) {
    tls = new TlsFixture(kind);
    net = tls.net();
    everywhere = new CancelEverywhere(net);
  }

  /** The peer of what was cancelled: its handshake may have failed, or succeeded. */
  private void close(Future<?> peers) throws Exception {
    net.runUntil(peers::done);
    if (peers.exception() == null) {
      CancelEverywhere.close(peers);
      if (peers.result() instanceof Transport transport) {
        transport.close();
      }
    }
  }

  @Test
  void shouldCancelConnections() throws Exception {
    Server server = tls.serve(everywhere::protocol);
    everywhere.cancel(
        new CancelEverywhere.Operation() {
          @Override
          public Future<?> start() {
            return tls.connect(everywhere.protocol(), TlsFixture.to(server));
          }

          @Override
          public void end(Future<?> future) throws Exception {
            CancelEverywhere.close(future);
          }
        });
  }

  @Test
  void shouldCancelConnectionsOfSocketsInBothRoles() throws Exception {
    for (boolean server : new boolean[] {true, false}) {
      everywhere.cancel(
          new PairOperation() {
            private Future<?> peers;

            @Override
            Future<?> begin() {
              Future<?> accepting =
                  net.loop()
                      .connectAcceptedSocket(
                          everywhere::protocol,
                          pair[0],
                          AcceptedSocketOptions.DEFAULT.withSsl(SslOptions.of(TlsFixture.SERVER)));
              Future<?> connecting =
                  net.loop()
                      .createConnection(
                          everywhere::protocol,
                          ConnectionOptions.of(pair[1])
                              .withSsl(TlsFixture.CLIENT)
                              .withServerHostname("localhost"));
              peers = server ? connecting : accepting;
              return server ? accepting : connecting;
            }

            @Override
            void check(Future<?> future) throws Exception {
              CancelEverywhere.close(future);
              close(peers);
              everywhere.awaitLost();
            }
          });
    }
  }

  @Test
  void shouldCancelStartTlsInBothRoles() throws Exception {
    Recorder[] accepted = new Recorder[1];
    Server plain = net.serve(() -> accepted[0] = everywhere.protocol());
    for (boolean server : new boolean[] {true, false}) {
      everywhere.cancel(
          new CancelEverywhere.Operation() {
            private Future<Transport> peers;

            @Override
            public Future<?> start() {
              accepted[0] = null;
              Recorder client = everywhere.protocol();
              Transport transport = net.connect(plain, client);
              net.runUntil(() -> accepted[0] != null && accepted[0].isMade());
              Future<Transport> serving =
                  net.loop()
                      .startTls(
                          accepted[0].transport(),
                          accepted[0],
                          StartTlsOptions.of(TlsFixture.SERVER).withServerSide(true));
              Future<Transport> starting =
                  net.loop().startTls(transport, client, TlsFixture.CLIENT, "localhost");
              peers = server ? starting : serving;
              return server ? serving : starting;
            }

            @Override
            public void end(Future<?> future) throws Exception {
              if (!future.cancelled()) {
                ((Transport) future.result()).close();
              }
              close(peers);
            }
          });
    }
  }

  /** A goodbye that is cut short by {@code abort}, by either side. */
  @Test
  void shouldAbortShutdowns() throws Exception {
    Recorder[] accepted = new Recorder[1];
    Server server = tls.serve(() -> accepted[0] = everywhere.protocol());
    for (boolean ours : new boolean[] {true, false}) {
      everywhere.cancel(
          new CancelEverywhere.Operation() {
            @Override
            public Future<?> start() {
              accepted[0] = null;
              Future<Void> lost = net.loop().createFuture();
              Recorder client = everywhere.watch(new Lost(lost));
              tls.connect(server, client);
              net.runUntil(() -> accepted[0] != null && accepted[0].isMade());
              Transport aborted = ours ? client.transport() : accepted[0].transport();
              lost.addDoneCallback(done -> {
                if (done.cancelled()) {
                  aborted.abort();
                }
              });
              client.transport().write(new byte[LARGE]);
              client.transport().close();
              return lost;
            }
          });
    }
  }

  /** Completes a future when the connection is lost. */
  private static final class Lost extends Recorder {
    private final Future<Void> lost;

    Lost(Future<Void> lost) {
      this.lost = lost;
    }

    @Override
    public void connectionLost(Throwable exceptionOrNull) {
      super.connectionLost(exceptionOrNull);
      if (!lost.done()) {
        lost.setResult(null);
      }
    }
  }

  /** Behaviour 194. */
  @Test
  void shouldCancelSendfile() throws Exception {
    byte[] content = Bytes.pattern(LARGE);
    Path path = Files.write(folder.resolve("file"), content);
    Recorder[] accepted = new Recorder[1];
    Server server = tls.serve(() -> accepted[0] = everywhere.protocol());
    everywhere.cancel(
        new CancelEverywhere.Operation() {
          private Recorder client;
          private OpenFile file;

          @Override
          public Future<?> start() throws Exception {
            accepted[0] = null;
            client = everywhere.protocol();
            tls.connect(server, client);
            net.runUntil(() -> accepted[0] != null && accepted[0].isMade());
            file = OpenFile.open(path);
            return net.loop().sendfile(client.transport(), file, SendfileOptions.DEFAULT);
          }

          @Override
          public void end(Future<?> future) throws Exception {
            client.transport().write(new byte[] {1});
            client.transport().close();
            net.runUntil(() -> accepted[0].isLost());
            byte[] received = accepted[0].received();
            int sent = received.length - 1;
            assertThat(received).endsWith((byte) 1);
            assertThat(Arrays.copyOf(received, sent)).isEqualTo(Arrays.copyOf(content, sent));
            assertThat(file.position()).isEqualTo(sent);
            file.close();
          }
        });
  }
}
