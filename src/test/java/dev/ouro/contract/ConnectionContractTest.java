// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.EventLoop;
import dev.ouro.linux.AddressInfo;
import dev.ouro.linux.AddressInfoException;
import dev.ouro.linux.ConnectionRefusedException;
import dev.ouro.linux.Errno;
import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import dev.ouro.loop.Context;
import dev.ouro.loop.ContextVar;
import dev.ouro.loop.ExceptionGroup;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.DatagramRecorder;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.Recorder;
import dev.ouro.transport.BaseProtocol;
import dev.ouro.transport.Connection;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.DatagramOptions;
import dev.ouro.transport.DatagramTransport;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.Transport;
import dev.ouro.transport.UnixConnectionOptions;
import dev.ouro.transport.UnixServerOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** asyncio-behaviours §10: createConnection and connectAcceptedSocket. */
@OnBothEngines
class ConnectionContractTest {
  @RegisterExtension final NetworkFixture net;

  ConnectionContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
  }

  private static Socket stream() throws LinuxException {
    return Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0);
  }

  /** A port of 127.0.0.1 that nobody listens on. */
  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private Future<Connection<Transport, Recorder>> connect(ConnectionOptions options) {
    return net.loop().createConnection(Recorder::new, options);
  }

  /** Behaviour 140. */
  @Test
  void shouldRefuseContradictingArgumentsBeforeAnythingIsTouched() throws IOException {
    try (Socket stream = stream();
        Socket datagram = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_DGRAM, 0)) {
      assertRefused(
          ConnectionOptions.of("127.0.0.1", 1).withSock(stream),
          "host/port and sock can not be specified at the same time");
      assertRefused(
          ConnectionOptions.of(stream).withPort(1),
          "host/port and sock can not be specified at the same time");
      assertRefused(
          ConnectionOptions.of(stream).withSock(null),
          "host and port was not specified and no sock specified");
      assertRefused(ConnectionOptions.of(datagram), "A Stream Socket was expected");
      ConnectionOptions given = ConnectionOptions.of(stream);
      Map<String, ConnectionOptions> onlyForHosts =
          Map.of(
              "family", given.withFamily(SocketConstants.AF_INET),
              "proto", given.withProto(SocketConstants.IPPROTO_TCP),
              "flags", given.withFlags(AddressInfo.AI_NUMERICHOST),
              "localAddr", given.withLocalAddr("127.0.0.1", 0),
              "happyEyeballsDelay", given.withHappyEyeballsDelay(Duration.ZERO),
              "interleave", given.withInterleave(1));
      onlyForHosts.forEach((name, options) ->
          assertRefused(options, name + " and sock can not be specified at the same time"));
      assertThatThrownBy(() -> net.loop().connectAcceptedSocket(Recorder::new, datagram))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("A Stream Socket was expected");
      assertThat(stream.fd().isClosed()).isFalse();
      assertThat(datagram.fd().isClosed()).isFalse();
    }
  }

  private void assertRefused(ConnectionOptions options, String message) {
    assertThatThrownBy(() -> connect(options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  /** Behaviour 140: what an option alone can tell. */
  @Test
  void shouldRefuseNumbersOutOfRange() {
    ConnectionOptions options = ConnectionOptions.of("127.0.0.1", 1);
    assertThatThrownBy(() -> options.withPort(65_536)).hasMessageStartingWith("port: ");
    assertThatThrownBy(() -> options.withFamily(99)).hasMessageStartingWith("family: ");
    assertThatThrownBy(() -> options.withLocalAddr("::1", -1)).hasMessageStartingWith("port: ");
    assertThatThrownBy(() -> options.withInterleave(-1)).hasMessageStartingWith("interleave: ");
    assertThatThrownBy(() -> options.withHappyEyeballsDelay(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("happyEyeballsDelay: ");
    assertThat(options.interleave()).isZero();
    assertThat(options.withHappyEyeballsDelay(Duration.ZERO).interleave()).isEqualTo(1);
    assertThat(options.withHappyEyeballsDelay(Duration.ZERO).withInterleave(0).interleave())
        .isZero();
  }

  /** Behaviour 140: what {@code socket(2)} takes with the type is no part of it. */
  @Test
  void shouldTakeSocketWhoseTypeWasGivenWithFlags() throws IOException {
    Server server = net.serve(Recorder::new);
    int flags = SocketConstants.SOCK_NONBLOCK | SocketConstants.SOCK_CLOEXEC;
    Socket socket = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM | flags, 0);
    socket.setBlocking(true);
    socket.connect(new InetSocketAddress("127.0.0.1", NetworkFixture.port(server)));

    Connection<Transport, Recorder> connection = net.run(connect(ConnectionOptions.of(socket)));

    connection.transport().abort();
    net.runUntil(connection.protocol()::isLost);
  }

  /** Behaviours 109 and 143: the addresses of a name, in order. */
  @Test
  void shouldConnectToFirstAddressThatAccepts() {
    Recorder accepted = new Recorder();
    Server server = net.serve(() -> accepted);

    // Where localhost has an IPv6 address too, it comes first, and nobody listens there.
    Connection<Transport, Recorder> connection =
        net.run(connect(ConnectionOptions.of("localhost", NetworkFixture.port(server))));
    connection.transport().write("hello".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    connection.transport().close();
    net.runUntil(accepted::isLost);

    assertThat(accepted.receivedText()).isEqualTo("hello");
    assertThat(connection.protocol().events()).startsWith("connectionMade");
  }

  /** Behaviour 144. */
  @Test
  void shouldAnswerTheErrorWhenOneAddressRefuses() throws IOException {
    int port = freePort();

    Future<Connection<Transport, Recorder>> refused =
        connect(ConnectionOptions.of("127.0.0.1", port));

    assertThatThrownBy(() -> net.run(refused))
        .isInstanceOf(ConnectionRefusedException.class)
        .hasMessageContaining("127.0.0.1:" + port);
  }

  /** Behaviours 144 and 146: both loopback addresses, whose errors differ. */
  @Test
  void shouldTellAllErrorsWhenTheyDiffer() throws IOException {
    int port = freePort();
    ConnectionOptions loopback = ConnectionOptions.of(null, port);

    assertThatThrownBy(() -> net.run(connect(loopback)))
        .isInstanceOf(ConnectionRefusedException.class)
        .hasMessageMatching(
            "Multiple exceptions: connect \\(.*:%d\\): ECONNREFUSED.*, connect .*:%d.*"
                .formatted(port, port))
        .satisfies(failure -> assertThat(failure.getSuppressed()).hasSize(2));
    assertThatThrownBy(() -> net.run(connect(loopback.withAllErrors(true))))
        .isInstanceOf(ExceptionGroup.class)
        .hasMessage("createConnection failed (2 sub-exceptions)")
        .satisfies(failure ->
            assertThat(((ExceptionGroup) failure).exceptions())
                .hasSize(2)
                .allMatch(ConnectionRefusedException.class::isInstance));
    assertThatThrownBy(
            () -> net.run(connect(ConnectionOptions.of("127.0.0.1", port).withAllErrors(true))))
        .hasMessage("createConnection failed (1 sub-exception)");
  }

  /** Behaviour 145. */
  @Test
  void shouldBindLocalAddress() throws IOException {
    Server server = net.serve(Recorder::new);
    int port = freePort();
    ConnectionOptions options = ConnectionOptions.of("127.0.0.1", NetworkFixture.port(server));

    for (ConnectionOptions bound :
        List.of(
            options.withLocalAddr("127.0.0.3", port),
            options.withLocalAddr(null, port),
            options.withLocalAddr(new InetSocketAddress("127.0.0.4", port)))) {
      Connection<Transport, Recorder> connection = net.run(connect(bound));

      InetSocketAddress local = (InetSocketAddress) connection.transport().getExtraInfo("sockname");
      assertThat(local.getAddress().getHostAddress()).isIn("127.0.0.1", "127.0.0.3", "127.0.0.4");
      assertThat(local.getPort()).isEqualTo(port);
      connection.transport().abort();
      net.runUntil(connection.protocol()::isLost);
    }
  }

  /** Behaviour 145: of the addresses of a host, those that the local address can reach. */
  @Test
  void shouldSkipAddressesOfOtherFamilyThanLocalAddress() throws IOException {
    Server server = net.serve(Recorder::new);
    ConnectionOptions loopback = ConnectionOptions.of(null, NetworkFixture.port(server));

    Connection<Transport, Recorder> connection =
        net.run(connect(loopback.withLocalAddr("127.0.0.1", 0)));
    connection.transport().abort();
    net.runUntil(connection.protocol()::isLost);

    assertThatThrownBy(() ->
            net.run(
                connect(
                    ConnectionOptions.of("127.0.0.1", NetworkFixture.port(server))
                        .withLocalAddr("::1", 0))))
        .isInstanceOf(LinuxException.class)
        .hasMessageContaining("no matching local address with family=AF_INET found");
  }

  /** Behaviour 145. */
  @Test
  void shouldNameLocalAddressThatIsInUse() {
    Server server = net.serve(Recorder::new);
    int port = NetworkFixture.port(server);

    Future<Connection<Transport, Recorder>> connection =
        connect(ConnectionOptions.of("127.0.0.1", port).withLocalAddr("127.0.0.1", port));

    assertThatThrownBy(() -> net.run(connection))
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EADDRINUSE))
        .hasMessageContaining("error while attempting to bind on address /127.0.0.1:" + port);
  }

  /** Behaviour 88: a name that nobody knows. */
  @Test
  void shouldAnswerResolversErrorWhenNameIsUnknown() {
    Future<Connection<Transport, Recorder>> unknown =
        connect(ConnectionOptions.of("a name with spaces.invalid", 1));

    assertThatThrownBy(() -> net.run(unknown)).isInstanceOf(AddressInfoException.class);
  }

  /** Behaviour 85: a number of the wrong family is no name to look up. */
  @Test
  void shouldAnswerErrorWhenNumberIsOfAnotherFamily() {
    Future<Connection<Transport, Recorder>> mismatch =
        connect(ConnectionOptions.of("127.0.0.1", 1).withFamily(SocketConstants.AF_INET6));

    assertThatThrownBy(() -> net.run(mismatch)).isInstanceOf(AddressInfoException.class);
  }

  /** Behaviour 149 and 148: a given socket is made ready, and is the transport's. */
  @Test
  void shouldTakeOverSocketThatIsGiven() throws IOException {
    Recorder accepted = new Recorder();
    Server server = net.serve(() -> accepted);
    Socket socket = stream();
    socket.setBlocking(true);
    socket.connect(new InetSocketAddress("127.0.0.1", NetworkFixture.port(server)));

    Connection<Transport, Recorder> connection = net.run(connect(ConnectionOptions.of(socket)));
    byte[] sent = Bytes.pattern(3_000_000);
    connection.transport().write(sent);
    connection.transport().close();
    net.runUntil(accepted::isLost);

    assertThat(accepted.received()).isEqualTo(sent);
    net.runUntil(connection.protocol()::isLost);
    assertThat(socket.fd().isClosed()).isTrue();
  }

  /** Behaviours 149 and 150. */
  @Test
  void shouldServeSocketThatSomebodyElseAccepted() throws IOException {
    Socket[] pair = Socket.pair();
    pair[0].setBlocking(true);

    Connection<Transport, Recorder> one =
        net.run(net.loop().connectAcceptedSocket(Recorder::new, pair[0]));
    Connection<Transport, Recorder> two =
        net.run(net.loop().connectAcceptedSocket(Recorder::new, pair[1]));
    one.transport().write(new byte[] {1, 2, 3});
    net.runUntil(() -> two.protocol().received().length == 3);
    two.transport().abort();
    net.runUntil(one.protocol()::isLost);

    assertThat(pair[0].fd().isClosed()).isTrue();
  }

  /** Behaviour 94: two would share what arrives, and the second would close the first one's. */
  @Test
  void shouldLeaveSocketAloneThatIsAnothers() throws IOException {
    Socket[] pair = Socket.pair();
    Socket bound = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_DGRAM, 0);
    bound.bind(new InetSocketAddress("127.0.0.1", 0));
    EventLoop loop = net.loop();
    Recorder reader =
        net.run(loop.createConnection(Recorder::new, ConnectionOptions.of(pair[0]))).protocol();
    Transport writer =
        net.run(loop.createConnection(Recorder::new, ConnectionOptions.of(pair[1]))).transport();
    DatagramTransport datagrams =
        net.run(loop.createDatagramEndpoint(DatagramRecorder::new, DatagramOptions.of(bound)))
            .transport();

    List<ThrowingCallable> calls =
        List.of(
            () -> loop.createConnection(Recorder::new, ConnectionOptions.of(pair[0])),
            () -> loop.createUnixConnection(Recorder::new, UnixConnectionOptions.of(pair[0])),
            () -> loop.connectAcceptedSocket(Recorder::new, pair[0]),
            () -> loop.createServer(Recorder::new, ServerOptions.of(pair[0])),
            () -> loop.createUnixServer(Recorder::new, UnixServerOptions.of(pair[0])),
            () -> loop.createDatagramEndpoint(DatagramRecorder::new, DatagramOptions.of(bound)));
    assertThat(calls)
        .allSatisfy(call ->
            assertThatThrownBy(call)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageMatching("File descriptor \\d+ is used by transport <.*>"));

    writer.write(new byte[1000]);
    writer.close();
    net.runUntil(reader::isLost);
    assertThat(reader.received()).hasSize(1000);
    datagrams.close();
    net.runTurns(2);
    assertThat(bound.fd().isClosed()).isTrue();
  }

  /** Behaviour 148: cancelled before anything was done. */
  @Test
  void shouldOpenNothingWhenCancelledAtOnce() throws IOException {
    List<Recorder> made = new ArrayList<>();
    for (String host : List.of("127.0.0.1", "localhost")) {
      Future<Connection<Transport, Recorder>> connection =
          net.loop()
              .createConnection(
                  () -> {
                    made.add(new Recorder());
                    return made.getLast();
                  },
                  ConnectionOptions.of(host, freePort()));

      connection.cancel();
      net.runTurns(5);

      assertThat(connection.cancelled()).isTrue();
    }
    assertThat(made).isEmpty();
  }

  /** Behaviour 148: cancelled in every turn that there is, the descriptor closes once. */
  @Test
  void shouldCloseSocketOnceWhenCancelledAtAnyPoint() throws IOException {
    for (int turns = 0; turns < 8; turns++) {
      Server server = net.serve(Recorder::new);
      List<Recorder> made = new ArrayList<>();
      Future<Connection<Transport, Recorder>> connection =
          net.loop()
              .createConnection(
                  () -> {
                    made.add(new Recorder());
                    return made.getLast();
                  },
                  ConnectionOptions.of("127.0.0.1", NetworkFixture.port(server)));
      net.runTurns(turns);

      if (connection.cancel()) {
        // Somebody else gets the number that is closed: it must not be closed again.
        net.runTurns(3);
        try (Socket other = stream()) {
          net.runTurns(5);
          assertThat(other.getsockopt(SocketConstants.SOL_SOCKET, SocketConstants.SO_TYPE))
              .isEqualTo(SocketConstants.SOCK_STREAM);
        }
      } else {
        connection.result().transport().abort();
      }
      net.runUntil(() -> made.stream().allMatch(Recorder::isLost));
      server.close();
      server.abortClients();
      net.run(server.waitClosed());
    }
  }

  /** Behaviour 148: a connect that goes on in the kernel is ended there first. */
  @Test
  void shouldEndConnectWhenCancelledWhileItRuns() throws IOException {
    // A listener whose queue is full answers no SYN: the connect goes on.
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      List<Future<Connection<Transport, Recorder>>> connections = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        connections.add(connect(ConnectionOptions.of("127.0.0.1", full.getLocalPort())));
      }
      net.runTurns(10);
      Future<Connection<Transport, Recorder>> pending =
          connections.stream().filter(one -> !one.done()).findFirst().orElseThrow();

      connections.forEach(Future::cancel);
      net.runTurns(10);

      assertThat(pending.cancelled()).isTrue();
      connections.stream()
          .filter(one -> !one.cancelled())
          .forEach(one -> one.result().transport().abort());
      net.runTurns(5);
    }
  }

  /**
   * Behaviour 148: a socket that is given is the transport's, also when nobody wants it any more.
   */
  @Test
  void shouldCloseGivenSocketOnceWhenCancelled() throws IOException {
    for (int turns = 0; turns < 5; turns++) {
      Socket[] pair = Socket.pair();
      Future<Connection<Transport, Recorder>> connection = connect(ConnectionOptions.of(pair[0]));
      net.runTurns(turns);

      if (!connection.cancel()) {
        connection.result().transport().abort();
      }
      net.runUntil(() -> pair[0].fd().isClosed());
      try (Socket other = stream()) {
        net.runTurns(5);
        assertThat(other.getsockopt(SocketConstants.SOL_SOCKET, SocketConstants.SO_TYPE))
            .isEqualTo(SocketConstants.SOCK_STREAM);
      }
      pair[1].close();
    }
  }

  /** What a factory throws comes out of the future, and the socket is closed. */
  @Test
  void shouldCloseSocketWhenFactoryThrows() throws IOException {
    Socket[] pair = Socket.pair();
    try (Fd other = pair[1].fd()) {
      Future<Connection<Transport, BaseProtocol>> failing =
          net.loop()
              .createConnection(
                  () -> {
                    throw new IllegalStateException("from the factory");
                  },
                  ConnectionOptions.of(pair[0]));

      assertThatThrownBy(() -> net.run(failing)).hasMessage("from the factory");
      assertThat(pair[0].fd().isClosed()).isTrue();
      assertThat(other.isClosed()).isFalse();
    }
  }

  /** Behaviour 138. */
  @Test
  void shouldCallProtocolInContextOfCreator() throws Exception {
    ContextVar<String> name = new ContextVar<>("name", "none");
    List<String> seen = new ArrayList<>();
    Server server = net.serve(Recorder::new);
    Context context = Context.copyContext();

    Future<Connection<Transport, Recorder>> creating =
        context.call(() -> {
          name.set("creator");
          return net.loop()
              .createConnection(
                  () -> {
                    seen.add("factory " + name.get());
                    return new Recorder() {
                      @Override
                      public void connectionMade(Transport made) {
                        super.connectionMade(made);
                        seen.add("made " + name.get());
                      }

                      @Override
                      public void connectionLost(Throwable exceptionOrNull) {
                        super.connectionLost(exceptionOrNull);
                        seen.add("lost " + name.get());
                      }
                    };
                  },
                  ConnectionOptions.of("127.0.0.1", NetworkFixture.port(server)));
        });
    Connection<Transport, Recorder> connection = net.run(creating);
    connection.transport().close();
    net.runUntil(connection.protocol()::isLost);

    assertThat(seen).containsExactly("factory creator", "made creator", "lost creator");
  }

  /** Behaviour 88's other half: an errno is kept. */
  @Test
  void shouldKeepErrno() throws IOException {
    Future<Connection<Transport, Recorder>> refused =
        connect(ConnectionOptions.of("127.0.0.1", freePort()));

    assertThatThrownBy(() -> net.run(refused))
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ECONNREFUSED));
  }
}
