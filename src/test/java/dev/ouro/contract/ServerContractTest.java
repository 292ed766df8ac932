// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import dev.ouro.loop.Context;
import dev.ouro.loop.ContextVar;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.Recorder;
import dev.ouro.transport.BaseProtocol;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.Transport;
import dev.ouro.transport.TransportSocket;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** asyncio-behaviours §11: createServer and Server. */
@OnBothEngines
class ServerContractTest {
  private static final Supplier<BaseProtocol> PROTOCOLS = Recorder::new;

  @RegisterExtension final NetworkFixture net;

  ServerContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
  }

  private Server open(ServerOptions options) {
    return net.closing(net.run(net.loop().createServer(PROTOCOLS, options)));
  }

  private Server open(Supplier<? extends BaseProtocol> protocols, ServerOptions options) {
    return net.closing(net.run(net.loop().createServer(protocols, options)));
  }

  /** Behaviours 140 and 165. */
  @Test
  void shouldRefuseContradictingArgumentsBeforeAnythingIsTouched() throws IOException {
    try (Socket stream = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0);
        Socket datagram = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_DGRAM, 0)) {
      assertRefused(
          ServerOptions.of(stream).withHost("127.0.0.1"),
          "host/port and sock can not be specified at the same time");
      assertRefused(
          ServerOptions.of(stream).withPort(0),
          "host/port and sock can not be specified at the same time");
      assertRefused(
          ServerOptions.of("::1", 0).withSock(stream),
          "host/port and sock can not be specified at the same time");
      assertRefused(
          ServerOptions.of(stream).withSock(null), "Neither host/port nor sock were specified");
      assertRefused(ServerOptions.of(datagram), "A Stream Socket was expected");
    }
    assertThatThrownBy(() -> ServerOptions.of("127.0.0.1", 65_536))
        .hasMessageStartingWith("port: ");
    assertThatThrownBy(() -> ServerOptions.of(List.of(), 0)).hasMessageStartingWith("hosts: ");
    assertThatThrownBy(() -> ServerOptions.of("::1", 0).withFamily(99))
        .hasMessageStartingWith("family: ");
    assertThatThrownBy(() -> net.loop().createServer(null, ServerOptions.of("::1", 0)))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("protocolFactory");
  }

  private void assertRefused(ServerOptions options, String message) {
    assertThatThrownBy(() -> net.loop().createServer(PROTOCOLS, options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  /** Behaviours 151 and 152. */
  @Test
  void shouldListenOnAllInterfacesWhenHostIsNullOrEmpty() throws IOException {
    for (String host : new String[] {null, ""}) {
      Server server = open(ServerOptions.of(host, 0));

      assertThat(server.sockets()).isNotEmpty();
      for (TransportSocket socket : server.sockets()) {
        InetSocketAddress address = (InetSocketAddress) socket.getsockname();
        assertThat(address.getAddress().isAnyLocalAddress()).isTrue();
        assertThat(address.getPort()).isPositive();
      }
      server.close();
    }
  }

  /** Behaviour 152: IPv6 listeners do not take IPv4's port. */
  @Test
  void shouldListenOnBothFamiliesOfOnePort() throws IOException {
    Server both = open(ServerOptions.of(List.of("0.0.0.0", "::"), 0));
    int port = NetworkFixture.port(both);
    both.close();

    Server four = open(ServerOptions.of("0.0.0.0", port));
    Server six = open(ServerOptions.of("::", port));

    assertThat(
            six.sockets()
                .getFirst()
                .getsockopt(SocketConstants.IPPROTO_IPV6, SocketConstants.IPV6_V6ONLY))
        .isEqualTo(1);
    assertThat(four.sockets()).hasSize(1);
  }

  /** Behaviour 151. */
  @Test
  void shouldBindEachHostOnce() throws IOException {
    Server server =
        open(ServerOptions.of(List.of("127.0.0.1", "127.0.0.2", "127.0.0.1", "127.0.0.2"), 0));

    HashSet<Object> addresses = new HashSet<>();
    for (TransportSocket socket : server.sockets()) {
      addresses.add(((InetSocketAddress) socket.getsockname()).getAddress().getHostAddress());
    }

    assertThat(server.sockets()).hasSize(2);
    assertThat(addresses).containsExactlyInAnyOrder("127.0.0.1", "127.0.0.2");
  }

  /** Behaviour 153. */
  @Test
  void shouldSetOptionsOfSockets() throws IOException {
    Server server = open(ServerOptions.of("127.0.0.1", 0).withReusePort(true).withKeepAlive(true));
    TransportSocket socket = server.sockets().getFirst();

    assertThat(option(socket, SocketConstants.SO_REUSEADDR)).isEqualTo(1);
    assertThat(option(socket, SocketConstants.SO_REUSEPORT)).isEqualTo(1);
    assertThat(option(socket, SocketConstants.SO_KEEPALIVE)).isEqualTo(1);
    Recorder accepted = new Recorder();
    Server keeping = open(() -> accepted, ServerOptions.of("127.0.0.1", 0).withKeepAlive(true));
    net.peer(keeping);
    net.runUntil(accepted::isMade);
    assertThat(
            option(
                (TransportSocket) accepted.transport().getExtraInfo("socket"),
                SocketConstants.SO_KEEPALIVE))
        .isEqualTo(1);
    Server again =
        open(ServerOptions.of("127.0.0.1", NetworkFixture.port(server)).withReusePort(true));
    assertThat(again.sockets()).hasSize(1);

    TransportSocket plain =
        open(ServerOptions.of("127.0.0.1", 0).withReuseAddress(false)).sockets().getFirst();
    assertThat(option(plain, SocketConstants.SO_REUSEADDR)).isZero();
    assertThat(option(plain, SocketConstants.SO_REUSEPORT)).isZero();
    assertThat(option(plain, SocketConstants.SO_KEEPALIVE)).isZero();
  }

  private static int option(TransportSocket socket, int option) throws LinuxException {
    return socket.getsockopt(SocketConstants.SOL_SOCKET, option);
  }

  /** Behaviour 154. */
  @Test
  void shouldNameAddressAndCloseEverythingWhenBindFails() {
    Server first = open(ServerOptions.of("127.0.0.1", 0));
    int port = NetworkFixture.port(first);

    Future<Server> second =
        net.loop()
            .createServer(PROTOCOLS, ServerOptions.of(List.of("127.0.0.2", "127.0.0.1"), port));

    assertThatThrownBy(() -> net.run(second))
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EADDRINUSE))
        .hasMessageContaining("127.0.0.1:" + port);
  }

  /** Behaviour 154: an address that is not there is passed over, unless it is the last. */
  @Test
  void shouldSkipAddressThatIsNotAvailable() {
    Server server = open(ServerOptions.of(List.of("192.0.2.1", "127.0.0.1"), 0));
    assertThat(server.sockets()).hasSize(1);

    Future<Server> none = net.loop().createServer(PROTOCOLS, ServerOptions.of("192.0.2.1", 0));
    assertThatThrownBy(() -> net.run(none))
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EADDRNOTAVAIL))
        .hasMessageContaining("could not bind on any address out of")
        .hasMessageContaining("192.0.2.1");
  }

  /** Behaviours 156 and 166. */
  @Test
  void shouldListenOnlyWhenServingStarts() throws IOException {
    Recorder recorder = new Recorder();
    Server server = open(() -> recorder, ServerOptions.of("127.0.0.1", 0).withStartServing(false));
    assertThat(server.isServing()).isFalse();
    assertThatThrownBy(() -> net.peer(server)).isInstanceOf(ConnectException.class);

    net.run(server.startServing());
    net.run(server.startServing());
    net.peer(server);
    net.runUntil(recorder::isMade);

    assertThat(server.isServing()).isTrue();
    assertThat(server.getLoop()).isSameAs(net.loop());
  }

  /** Both could be bound while neither listened. */
  @Test
  void shouldAnswerListensErrorAndStayAsItWas() throws IOException {
    ServerOptions options = ServerOptions.of("127.0.0.1", 0).withStartServing(false);
    Server first = net.run(net.loop().createServer(Recorder::new, options));
    int port = NetworkFixture.port(first);
    Recorder recorder = new Recorder();
    Server second = net.run(net.loop().createServer(() -> recorder, options.withPort(port)));
    net.run(first.startServing());

    for (Future<Void> failing : List.of(second.startServing(), second.serveForever())) {
      assertThatThrownBy(() -> net.run(failing))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EADDRINUSE));
      assertThat(second.isServing()).isFalse();
    }

    first.close();
    net.runTurns(5);
    net.run(second.startServing());
    net.peer(second);
    net.runUntil(recorder::isMade);
  }

  /** Behaviour 157. */
  @Test
  void shouldServeUntilCancelledAndLeaveClientsOpen() throws IOException {
    Recorder recorder = new Recorder();
    Server server = net.serve(() -> recorder);
    Future<Void> forever = server.serveForever();
    assertThatThrownBy(server::serveForever).isInstanceOf(IllegalStateException.class);
    net.peer(server);
    net.runUntil(recorder::isMade);

    forever.cancel();
    net.runTurns(5);
    assertThat(server.isServing()).isFalse();
    assertThat(forever.done()).isFalse();
    assertThat(recorder.transport().isClosing()).isFalse();
    recorder.transport().close();

    assertThatThrownBy(() -> net.run(forever)).isInstanceOf(CancellationException.class);
    assertThat(recorder.isLost()).isTrue();
    assertThatThrownBy(server::serveForever).hasMessageContaining("is closed");
    assertThatThrownBy(server::startServing).hasMessageContaining("is closed");
  }

  /** As in asyncio, the second cancel is for the wait for the clients: none may hold it up. */
  @Test
  void shouldNotWaitForClientsWhenCancelledAgain() throws IOException {
    Recorder recorder = new Recorder();
    Server server = net.serve(() -> recorder);
    Future<Void> forever = server.serveForever();
    net.peer(server);
    net.runUntil(recorder::isMade);

    forever.cancel("first");
    net.runTurns(5);
    assertThat(forever.done()).isFalse();
    forever.cancel("second");

    assertThatThrownBy(() -> net.run(forever))
        .isInstanceOf(CancellationException.class)
        .hasMessage("second");
    assertThat(recorder.isLost()).isFalse();
    recorder.transport().abort();
    net.run(server.waitClosed());
  }

  /** Behaviour 158. */
  @Test
  void shouldCloseSocketsAndKeepClientsWhenClosed() throws IOException {
    Recorder recorder = new Recorder();
    Server server = net.serve(() -> recorder);
    int port = NetworkFixture.port(server);
    java.net.Socket peer = net.peer(server);
    net.runUntil(recorder::isMade);
    Future<Void> forever = server.serveForever();

    server.close();
    server.close();
    assertThat(server.sockets()).isEmpty();
    assertThat(server.isServing()).isFalse();
    net.runTurns(3);
    assertThatThrownBy(() -> new java.net.Socket("127.0.0.1", port))
        .isInstanceOf(ConnectException.class);
    peer.getOutputStream().write(1);
    net.runUntil(() -> recorder.received().length == 1);

    peer.close();
    assertThatThrownBy(() -> net.run(forever)).isInstanceOf(CancellationException.class);
  }

  /** Behaviour 159. */
  @Test
  void shouldWaitForCloseAndForClients() throws IOException {
    Recorder recorder = new Recorder();
    Server server = net.serve(() -> recorder);
    java.net.Socket peer = net.peer(server);
    net.runUntil(recorder::isMade);
    Future<Void> first = server.waitClosed();
    Future<Void> second = server.waitClosed();

    server.close();
    net.runTurns(5);
    assertThat(first.done()).isFalse();
    peer.close();
    net.run(first);
    net.run(second);
    net.run(server.waitClosed());

    Server other = net.serve(Recorder::new);
    Future<Void> closed = other.waitClosed();
    net.runTurns(3);
    assertThat(closed.done()).isFalse();
    other.close();
    net.run(closed);
  }

  /** Behaviour 161. */
  @Test
  void shouldCloseOrAbortClients() throws IOException {
    for (boolean abort : new boolean[] {false, true}) {
      List<Recorder> made = new ArrayList<>();
      Server server =
          net.serve(() -> {
            made.add(new Recorder());
            return made.getLast();
          });
      net.peer(server);
      net.peer(server);
      net.runUntil(() -> made.size() == 2 && made.getLast().isMade());
      if (abort) {
        made.forEach(recorder -> recorder.transport().write(new byte[20_000_000]));
        server.close();
        server.abortClients();
      } else {
        server.close();
        server.closeClients();
      }

      net.run(server.waitClosed());

      assertThat(made).allSatisfy(recorder -> assertThat(recorder.isLost()).isTrue());
    }
  }

  /** Behaviour 163: a whole queue of connections is taken, and one that was reset harms nobody. */
  @Test
  void shouldAcceptAllThatWait() throws IOException {
    List<Recorder> made = new ArrayList<>();
    Server server =
        open(
            () -> {
              made.add(new Recorder());
              return made.getLast();
            },
            ServerOptions.of("127.0.0.1", 0).withBacklog(200));
    for (int i = 0; i < 150; i++) {
      java.net.Socket peer = net.peer(server);
      if (i % 10 == 0) {
        peer.setSoLinger(true, 0);
        peer.close();
      }
    }

    net.runUntil(() -> made.stream().filter(Recorder::isMade).count() >= 135);
    net.runTurns(20);

    assertThat(made.stream().filter(recorder -> recorder.isMade() && !recorder.isLost()))
        .hasSize(135);
  }

  /** Behaviour 164: what {@code listen(2)} got is how many connections wait, and one more. */
  @Test
  void shouldLetAsManyConnectionsWaitAsBacklogSays() throws IOException {
    Server server = open(ServerOptions.of("127.0.0.1", 0).withBacklog(3));
    int established = 0;
    for (int i = 0; i < 8; i++) {
      Socket peer =
          net.closing(Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0));
      peer.connect(new InetSocketAddress("127.0.0.1", NetworkFixture.port(server)));
      established += isEstablished(peer) ? 1 : 0;
    }

    assertThat(established).isEqualTo(4);
    assertThatThrownBy(() -> ServerOptions.of("127.0.0.1", 0).withBacklog(-1))
        .hasMessageStartingWith("backlog: ");
  }

  private static boolean isEstablished(Socket peer) {
    try {
      peer.getpeername();
      return true;
    } catch (LinuxException notConnected) {
      return false;
    }
  }

  /** Behaviour 165. */
  @Test
  void shouldServeOnSocketThatIsGiven() throws IOException {
    Socket socket = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0);
    socket.bind(new InetSocketAddress("127.0.0.1", 0));
    Recorder recorder = new Recorder();

    Server server = open(() -> recorder, ServerOptions.of(socket));
    net.peer(server);
    net.runUntil(recorder::isMade);
    server.close();
    net.runTurns(3);

    assertThat(socket.fd().isClosed()).isTrue();
  }

  /** Behaviour 69. */
  @Test
  void shouldCloseConnectionAndReportInDebugWhenFactoryThrows() throws IOException {
    for (boolean debug : new boolean[] {false, true}) {
      net.loop().setDebug(debug);
      Server server =
          net.serve(() -> {
            throw new IllegalStateException("from the factory");
          });
      java.net.Socket peer = net.peer(server);
      Reader reader = net.closing(Reader.of(peer));

      net.runUntil(reader::atEnd);

      assertThat(net.takeErrors())
          .hasSize(debug ? 1 : 0)
          .extracting(ExceptionContext::message)
          .allMatch("Error on transport creation for incoming connection"::equals);
      assertThat(server.isServing()).isTrue();
    }
    net.loop().setDebug(false);
  }

  /** Behaviour 138. */
  @Test
  void shouldCallFactoryAndProtocolInCopiesOfCreatorsContext() throws Exception {
    ContextVar<String> name = new ContextVar<>("name", "none");
    List<String> seen = new ArrayList<>();
    Context context = Context.copyContext();
    List<Recorder> made = new ArrayList<>();
    Supplier<Recorder> factory =
        () -> {
          seen.add("factory " + name.get());
          Recorder recorder =
              new Recorder() {
                @Override
                public void connectionMade(Transport transport) {
                  super.connectionMade(transport);
                  seen.add("made " + name.get());
                  name.set("changed");
                }

                @Override
                public void connectionLost(Throwable exceptionOrNull) {
                  super.connectionLost(exceptionOrNull);
                  seen.add("lost " + name.get());
                }
              };
          made.add(recorder);
          return recorder;
        };
    Future<Server> creating =
        context.call(() -> {
          name.set("creator");
          return net.loop().createServer(factory, ServerOptions.of("127.0.0.1", 0));
        });
    Server server = net.closing(net.run(creating));

    net.peer(server).close();
    net.runUntil(() -> made.size() == 1 && made.getFirst().isLost());
    net.peer(server).close();
    net.runUntil(() -> made.size() == 2 && made.getLast().isLost());

    assertThat(seen)
        .containsExactly(
            "factory creator",
            "made creator",
            "lost changed",
            "factory creator",
            "made creator",
            "lost changed");
    assertThat(context.get(name)).isEqualTo("creator");
  }
}
