// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.AddressInfo;
import dev.ouro.linux.AddressInfoException;
import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import dev.ouro.linux.UnixAddress;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.DatagramRecorder;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.transport.Connection;
import dev.ouro.transport.DatagramOptions;
import dev.ouro.transport.DatagramTransport;
import dev.ouro.transport.Protocol;
import dev.ouro.transport.TransportSocket;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** asyncio-behaviours §13, lines 171 to 175, and 88, 133, 148: the arguments of an endpoint. */
@OnBothEngines
class DatagramArgumentsContractTest {
  @RegisterExtension final NetworkFixture net;
  @TempDir Path folder;

  DatagramArgumentsContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
  }

  private DatagramTransport open(DatagramOptions options) {
    return net.run(net.loop().createDatagramEndpoint(DatagramRecorder::new, options)).transport();
  }

  private void assertRefused(DatagramOptions options, String message) {
    assertThatThrownBy(() -> net.loop().createDatagramEndpoint(DatagramRecorder::new, options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  private static Socket udp() throws LinuxException {
    return Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_DGRAM, 0);
  }

  private static Socket unix() throws LinuxException {
    return Socket.open(SocketConstants.AF_UNIX, SocketConstants.SOCK_DGRAM, 0);
  }

  private static TransportSocket socket(DatagramTransport transport) {
    return (TransportSocket) transport.getExtraInfo("socket");
  }

  private static InetSocketAddress sockname(DatagramTransport transport) {
    return (InetSocketAddress) transport.getExtraInfo("sockname");
  }

  /** Behaviour 171. */
  @Test
  void shouldNameEveryArgumentWhenGivenBesideSock() throws Exception {
    try (Socket sock = udp()) {
      assertRefused(
          DatagramOptions.of(sock)
              .withLocalAddr("127.0.0.1", 1)
              .withRemoteAddr("127.0.0.1", 2)
              .withFamily(SocketConstants.AF_INET)
              .withProto(17)
              .withFlags(AddressInfo.AI_PASSIVE)
              .withReusePort(true)
              .withAllowBroadcast(true),
          "socket modifier keyword arguments can not be used when sock is specified. "
              + "(localAddr=127.0.0.1/<unresolved>:1, remoteAddr=127.0.0.1/<unresolved>:2, "
              + "family=2, proto=17, flags=1, reusePort=true, allowBroadcast=true)");
      assertRefused(
          DatagramOptions.of(sock).withAllowBroadcast(true), "specified. (allowBroadcast=true)");
      assertThat(sock.fd().isClosed()).isFalse();
    }
  }

  /** Behaviour 171. */
  @Test
  void shouldRefuseSockThatIsNoDatagramSocket() throws Exception {
    for (int type : new int[] {SocketConstants.SOCK_STREAM, SocketConstants.SOCK_SEQPACKET}) {
      try (Socket sock = Socket.open(SocketConstants.AF_UNIX, type, 0)) {
        assertRefused(DatagramOptions.of(sock), "A datagram socket was expected, got Socket[");
      }
    }
  }

  /** Behaviour 171: the transport owns the socket that was given. */
  @Test
  void shouldOwnSockWhenGiven() throws Exception {
    Socket sock = udp();
    sock.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

    Connection<DatagramTransport, DatagramRecorder> endpoint =
        net.run(net.loop().createDatagramEndpoint(DatagramRecorder::new, DatagramOptions.of(sock)));
    DatagramTransport transport = endpoint.transport();

    assertThat(transport.getExtraInfo("sockname")).isEqualTo(sock.getsockname());
    assertThat(transport.getExtraInfo("peername")).isNull();
    transport.close();
    net.runUntil(endpoint.protocol()::isLost);
    net.runTurns(1);
    assertThat(sock.fd().isClosed()).isTrue();
  }

  /** Behaviour 172. */
  @Test
  void shouldRequireFamilyWhenThereIsNoAddress() {
    assertRefused(DatagramOptions.of(SocketConstants.AF_UNSPEC), "unexpected address family");

    DatagramTransport transport = open(DatagramOptions.of(SocketConstants.AF_INET6));

    assertThat(socket(transport).family()).isEqualTo(SocketConstants.AF_INET6);
    assertThat(socket(transport).type()).isEqualTo(SocketConstants.SOCK_DGRAM);
    transport.close();
  }

  /** Behaviour 172: asyncio's tuples and strings are types here; mixing them is what is left. */
  @Test
  void shouldRefuseAddressesOfOtherKindThanFamily() {
    UnixAddress path = UnixAddress.of(folder.resolve("s"));
    assertRefused(
        DatagramOptions.local("127.0.0.1", 0).withFamily(SocketConstants.AF_UNIX),
        "localAddr: a path is expected");
    assertRefused(
        DatagramOptions.local(path).withFamily(SocketConstants.AF_INET),
        "localAddr: a host and a port are expected");
    assertRefused(
        DatagramOptions.local(path).withRemoteAddr("127.0.0.1", 1),
        "remoteAddr: a path is expected");
    assertThatThrownBy(() -> DatagramOptions.local(new SocketAddress() {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("localAddr: ");
    assertThatThrownBy(() -> DatagramOptions.remote("127.0.0.1", 65536))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("port: ");
    assertThatThrownBy(() -> DatagramOptions.of(77)).isInstanceOf(IllegalArgumentException.class);
    assertRefused(DatagramOptions.local(path).withGso(true), "gso, gro: only for UDP");
  }

  /** Behaviour 172. */
  @Test
  void shouldFailWhenAddressesHaveNoFamilyInCommon() {
    Future<?> refused =
        net.loop()
            .createDatagramEndpoint(
                DatagramRecorder::new,
                DatagramOptions.local("127.0.0.1", 0).withRemoteAddr("::1", 1));

    assertThatThrownBy(() -> net.run(refused))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("can not get address information");
  }

  /** Behaviour 173. */
  @Test
  void shouldConnectToRemoteAddress() {
    DatagramTransport server = open(DatagramOptions.local("127.0.0.1", 0));
    int port = sockname(server).getPort();

    DatagramTransport client =
        open(DatagramOptions.remote("localhost", port).withFamily(SocketConstants.AF_INET));

    assertThat(client.getExtraInfo("peername")).isEqualTo(sockname(server));
    assertThat(sockname(client).getAddress()).isEqualTo(InetAddress.getLoopbackAddress());
    client.close();
    server.close();
  }

  /** Behaviour 173: not so with allowBroadcast, which keeps the address to itself. */
  @Test
  void shouldNotConnectToRemoteAddressWhenBroadcastIsAllowed() throws Exception {
    DatagramTransport transport =
        open(DatagramOptions.remote("127.0.0.1", 9).withAllowBroadcast(true));

    assertThat(transport.getExtraInfo("peername")).isNull();
    assertThat(
            socket(transport).getsockopt(SocketConstants.SOL_SOCKET, SocketConstants.SO_BROADCAST))
        .isEqualTo(1);
    assertThatThrownBy(() -> transport.sendto(new byte[1], new InetSocketAddress("127.0.0.1", 10)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid address: must be null or /127.0.0.1:9");
    transport.close();
  }

  /** Behaviour 173: what fails is told as it is, and the socket is closed. */
  @Test
  void shouldFailWithErrnoWhenBindOrConnectFails() {
    DatagramTransport first = open(DatagramOptions.local("127.0.0.1", 0));
    int port = sockname(first).getPort();

    assertThatThrownBy(() -> open(DatagramOptions.local("127.0.0.1", port)))
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EADDRINUSE))
        .hasMessageContaining("127.0.0.1:" + port);
    assertThatThrownBy(() -> open(DatagramOptions.remote(folder.resolve("nobody"))))
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
    first.close();
  }

  /** Behaviour 88: no address is an error of the resolver's here. */
  @Test
  void shouldFailWhenHostIsUnknown() {
    assertThatThrownBy(() -> open(DatagramOptions.remote("no-such-host.invalid", 1)))
        .isInstanceOf(AddressInfoException.class);
  }

  @Test
  void shouldSharePortWhenReusePortIsSet() {
    DatagramTransport first = open(DatagramOptions.local("127.0.0.1", 0).withReusePort(true));
    int port = sockname(first).getPort();

    DatagramTransport second = open(DatagramOptions.local("127.0.0.1", port).withReusePort(true));

    assertThat(sockname(second)).isEqualTo(sockname(first));
    first.close();
    second.close();
  }

  /**
   * flags are getaddrinfo's: no host is the loopback without AI_PASSIVE, and everything with it.
   */
  @Test
  void shouldPassFlagsOnWhenResolving() {
    DatagramOptions anyPort = DatagramOptions.local("", 0).withFamily(SocketConstants.AF_INET);

    DatagramTransport loopback = open(anyPort);
    DatagramTransport all = open(anyPort.withFlags(AddressInfo.AI_PASSIVE));

    assertThat(sockname(loopback).getAddress().isLoopbackAddress()).isTrue();
    assertThat(sockname(all).getAddress().isAnyLocalAddress()).isTrue();
    loopback.close();
    all.close();
  }

  /** proto chooses among the answers: UDP-Lite is a protocol of datagrams too. */
  @Test
  void shouldOpenProtocolThatWasAskedFor() {
    DatagramTransport transport =
        open(DatagramOptions.local("127.0.0.1", 0).withProto(SocketConstants.IPPROTO_UDP));

    assertThat(socket(transport).proto()).isEqualTo(SocketConstants.IPPROTO_UDP);
    transport.close();
  }

  /** Behaviour 174. */
  @Test
  void shouldReplaceSocketThatWasLeftAtPath() throws Exception {
    Path path = folder.resolve("s");
    try (Socket stale = unix()) {
      stale.bind(UnixAddress.of(path));
    }

    DatagramTransport transport = open(DatagramOptions.local(path));

    assertThat(transport.getExtraInfo("sockname")).isEqualTo(UnixAddress.of(path));
    transport.close();
    net.runTurns(3);
    assertThat(path).exists();
  }

  /** Behaviour 174: any other file stays. */
  @Test
  void shouldLeaveOtherFilesAlone() throws Exception {
    Path path = Files.writeString(folder.resolve("s"), "precious");

    assertThatThrownBy(() -> open(DatagramOptions.local(path)))
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EADDRINUSE));
    assertThat(path).hasContent("precious");
  }

  /** Behaviour 175: there is no such option, since it would let anybody take the port. */
  @Test
  void shouldNotKnowReuseAddress() {
    assertThat(DatagramOptions.class.getMethods())
        .extracting(Method::getName)
        .contains("withReusePort")
        .doesNotContain("withReuseAddress");
  }

  /** Behaviour 133. */
  @Test
  void shouldAnswerExtraInfoAlsoWhenClosed() {
    Connection<DatagramTransport, DatagramRecorder> endpoint =
        net.run(
            net.loop()
                .createDatagramEndpoint(
                    DatagramRecorder::new, DatagramOptions.local("127.0.0.1", 0)));
    DatagramTransport transport = endpoint.transport();
    Object sockname = transport.getExtraInfo("sockname");
    int fd = socket(transport).fileno();
    assertThat(transport.toString())
        .isEqualTo("<DatagramEndpoint fd=" + fd + " read=polling write=<idle, bufsize=0>>");

    transport.close();
    assertThat(transport.toString()).startsWith("<DatagramEndpoint closing fd=" + fd);
    net.runUntil(endpoint.protocol()::isLost);
    net.runTurns(1);

    assertThat(transport.getExtraInfo("sockname")).isEqualTo(sockname);
    assertThat(transport.getExtraInfo("peername")).isNull();
    assertThat(transport.getExtraInfo("unknown", "default")).isEqualTo("default");
    assertThat(socket(transport).fileno()).isEqualTo(-1);
    assertThat(transport.toString()).startsWith("<DatagramEndpoint closed fd=" + fd);
  }

  @Test
  void shouldRefuseProtocolOfAnotherKind() {
    DatagramTransport transport = open(DatagramOptions.local("127.0.0.1", 0));

    assertThatThrownBy(() -> transport.setProtocol(new Protocol() {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("protocol: ");
    transport.close();
  }

  /** Behaviour 148. */
  @Test
  void shouldLeaveNothingOpenWhenCancelled() {
    Future<Connection<DatagramTransport, DatagramRecorder>> resolving =
        net.loop()
            .createDatagramEndpoint(DatagramRecorder::new, DatagramOptions.remote("localhost", 9));
    resolving.cancel();
    DatagramRecorder recorder = new DatagramRecorder();
    Future<Connection<DatagramTransport, DatagramRecorder>> attached =
        net.loop()
            .createDatagramEndpoint(() -> recorder, DatagramOptions.of(SocketConstants.AF_INET));
    attached.cancel();

    net.runUntil(recorder::isLost);
    net.run(net.loop().shutdownDefaultExecutor(null));

    assertThat(recorder.events()).containsExactly("connectionMade", "connectionLost");
    assertThatThrownBy(attached::result).isInstanceOf(CancellationException.class);
  }

  /** Behaviour 148: a protocol that cannot be made costs the socket. */
  @Test
  void shouldCloseSocketWhenFactoryThrows() throws Exception {
    Socket sock = udp();
    Future<?> refused =
        net.loop()
            .createDatagramEndpoint(
                () -> {
                  throw new IllegalStateException("no protocol");
                },
                DatagramOptions.of(sock));

    assertThatThrownBy(() -> net.run(refused)).hasMessage("no protocol");
    assertThat(sock.fd().isClosed()).isTrue();
  }

  /** A loop that is closed closes what is open. */
  @Test
  void shouldCloseEndpointsWithLoop() throws Exception {
    open(DatagramOptions.local("127.0.0.1", 0));
    Socket[] pair = Socket.pair(SocketConstants.SOCK_DGRAM);
    open(DatagramOptions.of(pair[0]));
    net.loop().createDatagramEndpoint(DatagramRecorder::new, DatagramOptions.of(pair[1]));

    net.loop().close();
  }
}
