// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.Errno;
import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketCalls;
import dev.ouro.linux.SocketConstants;
import dev.ouro.linux.UnixAddress;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.LongestUnixPath;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.Recorder;
import dev.ouro.transport.Connection;
import dev.ouro.transport.Server;
import dev.ouro.transport.Transport;
import dev.ouro.transport.UnixConnectionOptions;
import dev.ouro.transport.UnixServerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** asyncio-behaviours §12: Unix sockets. */
@OnBothEngines
class UnixSocketContractTest {
  @RegisterExtension final NetworkFixture net;
  @TempDir Path folder;

  UnixSocketContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
  }

  private Server open(Recorder recorder, UnixServerOptions options) {
    return net.closing(net.run(net.loop().createUnixServer(() -> recorder, options)));
  }

  private Connection<Transport, Recorder> connect(UnixConnectionOptions options) {
    return net.run(net.loop().createUnixConnection(Recorder::new, options));
  }

  /** Behaviour 167. */
  @Test
  void shouldRefuseContradictingArguments() throws IOException {
    Path path = folder.resolve("s");
    try (Socket unix = Socket.open(SocketConstants.AF_UNIX, SocketConstants.SOCK_STREAM, 0);
        Socket datagram = Socket.open(SocketConstants.AF_UNIX, SocketConstants.SOCK_DGRAM, 0);
        Socket inet = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0)) {
      assertRefused(
          UnixServerOptions.of(path).withSock(unix),
          "path and sock can not be specified at the same time");
      assertRefused(
          UnixServerOptions.of(path).withPath(null),
          "path was not specified, and no sock specified");
      assertRefused(UnixServerOptions.of(inet), "A UNIX Domain Stream Socket was expected");
      assertRefused(UnixServerOptions.of(datagram), "A UNIX Domain Stream Socket was expected");
      UnixAddress address = UnixAddress.of(path);
      assertRefused(
          UnixConnectionOptions.of(unix).withPath(address),
          "path and sock can not be specified at the same time");
      assertRefused(
          UnixConnectionOptions.of(unix).withSock(null), "no path and sock were specified");
      assertRefused(UnixConnectionOptions.of(inet), "A UNIX Domain Stream Socket was expected");
    }
    assertThatThrownBy(() -> UnixServerOptions.of("x".repeat(200)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("path: ");
  }

  private void assertRefused(UnixServerOptions options, String message) {
    assertThatThrownBy(() -> net.loop().createUnixServer(Recorder::new, options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  private void assertRefused(UnixConnectionOptions options, String message) {
    assertThatThrownBy(() -> net.loop().createUnixConnection(Recorder::new, options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  /** Behaviour 168. */
  @Test
  void shouldServeEveryKindOfAddress() {
    Path path = folder.resolve("path");
    String text = folder.resolve("text").toString();
    byte[] bytes = folder.resolve("bytes").toString().getBytes(UTF_8);
    String hidden = "\0ouro-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();

    assertServes(UnixServerOptions.of(path), UnixConnectionOptions.of(path));
    assertServes(UnixServerOptions.of(text), UnixConnectionOptions.of(text));
    assertServes(UnixServerOptions.of(bytes), UnixConnectionOptions.of(bytes));
    assertServes(UnixServerOptions.of(hidden), UnixConnectionOptions.of(hidden));
  }

  private void assertServes(UnixServerOptions at, UnixConnectionOptions to) {
    Recorder accepted = new Recorder();
    Server server = open(accepted, at);
    Connection<Transport, Recorder> client = connect(to);
    client.transport().write("hello".getBytes(UTF_8));
    client.transport().writeEof();
    net.runUntil(accepted::isLost);
    net.runUntil(client.protocol()::isLost);

    assertThat(accepted.receivedText()).isEqualTo("hello");
    assertThat(client.transport().getExtraInfo("peername")).isEqualTo(to.path());
    assertThat(accepted.transport().getExtraInfo("sockname")).isEqualTo(to.path());
    server.close();
    net.run(server.waitClosed());
  }

  /** Behaviour 169. */
  @Test
  void shouldReplaceSocketThatServerLeftBehind() throws IOException {
    Path path = folder.resolve("s");
    try (Socket stale = Socket.open(SocketConstants.AF_UNIX, SocketConstants.SOCK_STREAM, 0)) {
      stale.bind(UnixAddress.of(path));
    }
    assertThat(path).exists();

    assertServes(UnixServerOptions.of(path), UnixConnectionOptions.of(path));
  }

  /** Behaviour 169. */
  @Test
  void shouldLeaveOtherFilesAlone() throws IOException {
    Path path = Files.writeString(folder.resolve("s"), "precious");

    Future<Server> refused = net.loop().createUnixServer(Recorder::new, UnixServerOptions.of(path));

    assertThatThrownBy(() -> net.run(refused))
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EADDRINUSE))
        .hasMessageContaining("Address " + path + " is already in use");
    assertThat(path).hasContent("precious");
  }

  /** Behaviour 169. */
  @Test
  void shouldCloseSocketWhenBindFails() {
    Future<Server> refused =
        net.loop()
            .createUnixServer(
                Recorder::new, UnixServerOptions.of(folder.resolve("missing").resolve("s")));

    assertThatThrownBy(() -> net.run(refused))
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
  }

  /** Behaviour 170. */
  @Test
  void shouldRemoveItsFileWhenClosed() throws IOException {
    Path path = folder.resolve("s");
    Server server = open(new Recorder(), UnixServerOptions.of(path));
    assertThat(path).exists();
    server.close();
    assertThat(path).doesNotExist();

    Socket given = Socket.open(SocketConstants.AF_UNIX, SocketConstants.SOCK_STREAM, 0);
    given.bind(UnixAddress.of(path));
    open(new Recorder(), UnixServerOptions.of(given)).close();
    assertThat(path).doesNotExist();
  }

  /** Behaviour 170. */
  @Test
  void shouldNotRemoveWhatIsNotItsFile() throws IOException {
    Path path = folder.resolve("s");
    Server gone = open(new Recorder(), UnixServerOptions.of(path));
    Files.delete(path);
    gone.close();

    Server replaced = open(new Recorder(), UnixServerOptions.of(path));
    Files.move(path, folder.resolve("moved"));
    Files.writeString(path, "another");
    replaced.close();
    assertThat(path).hasContent("another");
    Files.delete(path);

    open(new Recorder(), UnixServerOptions.of(path).withCleanupSocket(false)).close();
    assertThat(path).exists();
  }

  /** Behaviour 156 for Unix sockets. */
  @Test
  void shouldListenOnlyWhenServingStarts() {
    Path path = folder.resolve("s");
    Recorder accepted = new Recorder();
    Server server = open(accepted, UnixServerOptions.of(path).withStartServing(false));
    Future<Connection<Transport, Recorder>> early =
        net.loop().createUnixConnection(Recorder::new, UnixConnectionOptions.of(path));
    assertThatThrownBy(() -> net.run(early)).isInstanceOf(LinuxException.class);

    net.run(server.startServing());
    connect(UnixConnectionOptions.of(path)).transport().close();
    net.runUntil(accepted::isLost);
  }

  /** A large message in both directions, through the smaller buffers of a Unix socket. */
  @Test
  void shouldCarryLargeMessages() {
    byte[] sent = Bytes.pattern(3_000_000);
    Recorder accepted =
        new Recorder() {
          @Override
          public boolean eofReceived() {
            transport().write(received());
            return super.eofReceived();
          }
        };
    Server server = open(accepted, UnixServerOptions.of(folder.resolve("s")));
    Connection<Transport, Recorder> client = connect(UnixConnectionOptions.of(folder.resolve("s")));

    client.transport().write(sent);
    client.transport().writeEof();
    net.runUntil(client.protocol()::isLost);

    assertThat(client.protocol().received()).isEqualTo(sent);
    assertThat(server.isServing()).isTrue();
  }

  /** A listener whose queue is full makes connections wait, on either engine. */
  @Test
  void shouldWaitWhenQueueOfListenerIsFull() throws IOException {
    UnixAddress path = UnixAddress.of(folder.resolve("full"));
    List<Future<Connection<Transport, Recorder>>> connecting = new ArrayList<>();
    try (Socket listener = listener(path)) {
      for (int i = 0; i < 6; i++) {
        connecting.add(connectLater());
      }
      net.runTurns(20);
      assertThat(connecting).anyMatch(one -> !one.done());

      net.runUntil(() -> {
        int accepted = SocketCalls.accept(listener.fd().number(), 0, 0);
        if (accepted >= 0) {
          new Fd(accepted).close();
        }
        return connecting.stream().allMatch(Future::done);
      });
      for (Future<Connection<Transport, Recorder>> one : connecting) {
        net.runUntil(one.result().protocol()::isLost);
      }
    }
  }

  /**
   * Behaviour 148: cancelled in every turn that there is, LeakCheck sees that no socket is left.
   */
  @Test
  void shouldCloseSocketWhenConnectingIsCancelled() throws IOException {
    try (Socket listener = listener(UnixAddress.of(folder.resolve("full")))) {
      for (int turns = 0; turns < 8; turns++) {
        Future<Connection<Transport, Recorder>> connecting = connectLater();
        net.runTurns(turns);
        if (!connecting.cancel()) {
          connecting.result().transport().abort();
        }
        net.runTurns(3);
      }
      assertThat(listener.fd().isClosed()).isFalse();
    }
  }

  private Future<Connection<Transport, Recorder>> connectLater() {
    return net.loop()
        .createUnixConnection(Recorder::new, UnixConnectionOptions.of(folder.resolve("full")));
  }

  /** A listener that has room for two connections, and accepts none. */
  private static Socket listener(UnixAddress path) throws IOException {
    Socket listener = Socket.open(SocketConstants.AF_UNIX, SocketConstants.SOCK_STREAM, 0);
    listener.bind(path);
    listener.listen(1);
    return listener;
  }

  /** Whatever a peer is called. */
  @Test
  void shouldAcceptPeerWhosePathLeavesNoRoomForItsNul() throws IOException {
    Recorder accepted = new Recorder();
    UnixServerOptions at = UnixServerOptions.of(folder.resolve("s"));
    open(accepted, at);
    try (Socket client = Socket.open(SocketConstants.AF_UNIX, SocketConstants.SOCK_STREAM, 0)) {
      byte[] path = LongestUnixPath.bind(client, folder);
      client.connect(UnixAddress.of(folder.resolve("s")));
      net.runUntil(() -> accepted.transport() != null);

      assertThat(accepted.transport().getExtraInfo("peername"))
          .isInstanceOfSatisfying(
              UnixAddress.class, address -> assertThat(address.bytes()).isEqualTo(path));
    }
    net.runUntil(accepted::isLost);
  }
}
