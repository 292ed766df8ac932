// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.EventLoop;
import dev.ouro.linux.OpenFile;
import dev.ouro.linux.Pipe;
import dev.ouro.linux.Signal;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.Recorder;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.DatagramOptions;
import dev.ouro.transport.DatagramProtocol;
import dev.ouro.transport.SendfileOptions;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.SslOptions;
import dev.ouro.transport.StartTlsOptions;
import dev.ouro.transport.SubprocessOptions;
import dev.ouro.transport.SubprocessProtocol;
import dev.ouro.transport.Transport;
import dev.ouro.transport.UnixConnectionOptions;
import dev.ouro.transport.UnixServerOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is begun on a closed loop: refused before anything is touched, since the memory that it
 * would use is gone. Behaviour 21, for all of the event loop page.
 */
@OnBothEngines
class ClosedLoopContractTest {
  @RegisterExtension final NetworkFixture net;
  @TempDir Path folder;

  ClosedLoopContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
  }

  private static void assertRefused(List<ThrowingCallable> calls) {
    for (int i = 0; i < calls.size(); i++) {
      assertThatThrownBy(calls.get(i))
          .as("call %d", i)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Event loop is closed");
    }
  }

  private Socket socket(int type) throws Exception {
    Socket socket = Socket.open(SocketConstants.AF_INET, type, 0);
    net.closing(socket);
    return socket;
  }

  @Test
  void shouldRefuseConnectionsAndServers() throws Exception {
    EventLoop loop = net.loop();
    Socket[] pair = Socket.pair();
    net.closing(pair[0]);
    net.closing(pair[1]);
    Path path = folder.resolve("server");
    Server idle =
        net.run(
            loop.createServer(
                Recorder::new, ServerOptions.of("127.0.0.1", 0).withStartServing(false)));
    Transport transport =
        net.run(loop.createConnection(Recorder::new, ConnectionOptions.of(pair[0]))).transport();
    loop.close();

    assertRefused(
        List.of(
            idle::startServing,
            idle::serveForever,
            () -> loop.createServer(Recorder::new, ServerOptions.of("127.0.0.1", 0)),
            () -> loop.createUnixServer(Recorder::new, UnixServerOptions.of(path)),
            () -> loop.createConnection(Recorder::new, ConnectionOptions.of("127.0.0.1", 9)),
            () -> loop.createConnection(Recorder::new, ConnectionOptions.of(pair[1])),
            () -> loop.createUnixConnection(Recorder::new, UnixConnectionOptions.of(path)),
            () -> loop.connectAcceptedSocket(Recorder::new, pair[1]),
            () ->
                loop.startTls(
                    transport,
                    new Recorder(),
                    StartTlsOptions.of(SslOptions.ofDefault()).withServerHostname("")),
            () ->
                loop.createDatagramEndpoint(
                    () -> new DatagramProtocol() {}, DatagramOptions.local("127.0.0.1", 0)),
            () -> loop.getaddrinfo("localhost", 80),
            () -> loop.getnameinfo(new InetSocketAddress(InetAddress.getLoopbackAddress(), 80))));

    assertThat(path).doesNotExist();
    assertThat(pair[1].fd().isClosed()).isFalse();
  }

  @Test
  void shouldRefuseSocketsPipesAndFiles() throws Exception {
    EventLoop loop = net.loop();
    Path path = Files.writeString(folder.resolve("file"), "x");
    Socket stream = socket(SocketConstants.SOCK_STREAM);
    Socket datagrams = socket(SocketConstants.SOCK_DGRAM);
    Socket[] pair = Socket.pair();
    net.closing(pair[1]);
    InetSocketAddress nobody = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);
    Transport transport =
        net.run(loop.createConnection(Recorder::new, ConnectionOptions.of(pair[0]))).transport();
    try (Pipe pipe = Pipe.create();
        OpenFile file = OpenFile.open(path)) {
      loop.close();

      assertRefused(
          List.of(
              () -> loop.sockRecv(stream, 1),
              () -> loop.sockRecvInto(stream, new byte[1]),
              () -> loop.sockRecvfrom(datagrams, 1),
              () -> loop.sockRecvfromInto(datagrams, new byte[1]),
              () -> loop.sockSendall(stream, new byte[1]),
              () -> loop.sockSendto(datagrams, new byte[1], nobody),
              () -> loop.sockConnect(stream, nobody),
              () -> loop.sockAccept(stream),
              () -> loop.sockSendfile(stream, file),
              () -> loop.sendfile(transport, file, SendfileOptions.DEFAULT),
              () -> loop.connectReadPipe(Recorder::new, pipe.readEnd()),
              () -> loop.connectWritePipe(Recorder::new, pipe.writeEnd())));

      assertThat(pipe.readEnd().isClosed()).isFalse();
    }
  }

  @Test
  void shouldRefuseTasksSignalsAndChildren() throws Exception {
    EventLoop loop = net.loop();
    Path made = folder.resolve("made");
    loop.close();

    assertRefused(
        List.of(
            () -> loop.createTask(() -> 1),
            () -> loop.addSignalHandler(Signal.SIGUSR1, () -> {}),
            () -> loop.callLater(Duration.ZERO, () -> {}),
            () -> loop.shutdownAsyncgens(),
            () -> loop.shutdownDefaultExecutor(),
            () -> loop.subprocessShell(() -> new SubprocessProtocol() {}, "touch " + made),
            () ->
                loop.subprocessExec(
                    () -> new SubprocessProtocol() {},
                    List.of("/bin/touch", made),
                    SubprocessOptions.DEFAULT)));

    assertThat(loop.removeSignalHandler(Signal.SIGUSR1)).isFalse();
    assertThat(made).doesNotExist();
  }
}
