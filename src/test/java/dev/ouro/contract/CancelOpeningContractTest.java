// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Pipe;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.CancelEverywhere;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEnginesAndTaskKinds;
import dev.ouro.testing.Recorder;
import dev.ouro.testing.TaskFixture;
import dev.ouro.testing.TaskKind;
import dev.ouro.testing.TlsFixture;
import dev.ouro.transport.AcceptedSocket;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.DatagramOptions;
import dev.ouro.transport.DatagramProtocol;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.StartTlsOptions;
import dev.ouro.transport.Transport;
import dev.ouro.transport.UnixServerOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tasks that open something, cancelled everywhere: also when it was open already, and only the task
 * had not gone on. As in asyncio, what the task did not get is closed. Behaviour 55.
 */
@OnBothEnginesAndTaskKinds
class CancelOpeningContractTest {
  private static final InetSocketAddress ANY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @RegisterExtension final TaskFixture tasks;
  @TempDir Path folder;
  private final CancelEverywhere everywhere;
  private EventLoop loop;

  CancelOpeningContractTest(EngineKind engine, TaskKind kind) {
    tasks = new TaskFixture(engine, kind);
    everywhere = new CancelEverywhere(tasks.network());
  }

  @BeforeEach
  void open() {
    loop = tasks.loop();
  }

  /** Opens something in a task, and closes what that has got. */
  private void cancel(Callable<?> opening) throws Exception {
    everywhere.cancel(
        new CancelEverywhere.Operation() {
          @Override
          public Future<?> start() {
            return tasks.create(opening);
          }

          @Override
          public void end(Future<?> task) throws Exception {
            CancelEverywhere.close(task);
          }
        });
  }

  @Test
  void shouldCloseConnections() throws Exception {
    Server server = tasks.network().serve(everywhere::protocol);
    ConnectionOptions there = ConnectionOptions.of("127.0.0.1", NetworkFixture.port(server));
    cancel(() -> loop.createConnection(everywhere::protocol, there).await());
    cancel(() -> Asyncio.openConnection(there));
    Path path = folder.resolve("server");
    UnixServerOptions unix = UnixServerOptions.of(path);
    tasks.network().closing(tasks.network().run(loop.createUnixServer(everywhere::protocol, unix)));
    cancel(() -> Asyncio.openUnixConnection(path.toString()));
  }

  @Test
  void shouldCloseServers() throws Exception {
    ServerOptions options = ServerOptions.of("127.0.0.1", 0);
    cancel(() -> loop.createServer(everywhere::protocol, options).await());
    cancel(() -> Asyncio.startServer(options, (reader, writer) -> {}));
  }

  @Test
  void shouldCloseEndpoints() throws Exception {
    cancel(() ->
        loop.createDatagramEndpoint(() -> new DatagramProtocol() {}, DatagramOptions.local(ANY))
            .await());
  }

  @Test
  void shouldClosePipes() throws Exception {
    everywhere.cancel(
        new CancelEverywhere.Operation() {
          private Pipe pipe;
          private boolean begun;

          @Override
          public Future<?> start() throws Exception {
            pipe = Pipe.create();
            begun = false;
            return tasks.create(() -> {
              begun = true;
              return loop.connectReadPipe(everywhere::pipeProtocol, pipe.readEnd()).await();
            });
          }

          @Override
          public void end(Future<?> task) throws Exception {
            CancelEverywhere.close(task);
            everywhere.settle();
            assertThat(pipe.readEnd().isClosed()).isEqualTo(begun);
            pipe.close();
          }
        });
  }

  @Test
  void shouldCloseConnectionsOverTls() throws Exception {
    Server server =
        tasks
            .network()
            .closing(
                tasks
                    .network()
                    .run(
                        loop.createServer(
                            everywhere::protocol,
                            ServerOptions.of("127.0.0.1", 0).withSsl(TlsFixture.SERVER))));
    cancel(() -> Asyncio.openConnection(TlsFixture.to(server)));
  }

  @Test
  void shouldCloseWhatGoesOverToTls() throws Exception {
    Recorder[] accepted = new Recorder[1];
    Server server = tasks.network().serve(() -> accepted[0] = everywhere.protocol());
    everywhere.cancel(
        new CancelEverywhere.Operation() {
          private Future<Transport> serving;
          private Transport plain;
          private boolean begun;

          @Override
          public Future<?> start() {
            begun = false;
            accepted[0] = null;
            Recorder client = everywhere.protocol();
            plain = tasks.network().connect(server, client);
            tasks.runUntil(() -> accepted[0] != null && accepted[0].isMade());
            StartTlsOptions options = StartTlsOptions.of(TlsFixture.SERVER).withServerSide(true);
            serving = loop.startTls(accepted[0].transport(), accepted[0], options);
            return tasks.create(() -> {
              begun = true;
              return loop.startTls(plain, client, TlsFixture.CLIENT, "localhost").await();
            });
          }

          @Override
          public void end(Future<?> task) {
            if (!begun) {
              plain.close();
            } else if (!task.cancelled()) {
              ((Transport) task.result()).close();
            }
            tasks.runUntil(serving::done);
            if (serving.exception() == null) {
              serving.result().close();
            }
          }
        });
  }

  /** An accepted connection is no more in the listener's queue. */
  @Test
  void shouldCloseAcceptedSockets() throws Exception {
    Socket listener =
        tasks
            .network()
            .closing(Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0));
    listener.bind(ANY);
    listener.listen(5);
    everywhere.cancel(
        new CancelEverywhere.Operation() {
          private Socket client;

          @Override
          public Future<?> start() throws Exception {
            client = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0);
            loop.callSoon(() -> loop.callSoon(this::connect));
            return tasks.create(() -> loop.sockAccept(listener).await());
          }

          private void connect() {
            try {
              client.connect(listener.getsockname());
            } catch (LinuxException e) {
              throw new AssertionError(e);
            }
          }

          @Override
          public void end(Future<?> task) throws Exception {
            CancelEverywhere.close(task);
            Future<AcceptedSocket> queued = loop.sockAccept(listener);
            if (!queued.cancel()) {
              queued.result().close();
            }
            client.close();
          }
        });
  }

  /** Who asked for it besides the task has it: it stays open. */
  @Test
  void shouldKeepWhatSomebodyElseGets() {
    Future<Server> opening =
        loop.createServer(everywhere::protocol, ServerOptions.of("127.0.0.1", 0));
    Server[] got = new Server[1];
    Future<Server> task = tasks.create(() -> opening.await());
    tasks.create(() -> {
      got[0] = opening.await();
    });
    tasks.runUntil(opening::done);

    task.cancel();
    tasks.runUntil(() -> task.done() && got[0] != null);

    assertThat(task.cancelled()).isTrue();
    assertThat(got[0].isServing()).isTrue();
    got[0].close();
  }
}
