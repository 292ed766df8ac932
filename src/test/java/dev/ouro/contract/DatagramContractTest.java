// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.ConnectionRefusedException;
import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.SocketConstants;
import dev.ouro.loop.Context;
import dev.ouro.loop.ContextVar;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.DatagramRecorder;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.transport.DatagramOptions;
import dev.ouro.transport.DatagramTransport;
import dev.ouro.transport.TransportSocket;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** asyncio-behaviours §13, lines 176 to 183, and 63, 110, 138: datagrams of UDP. */
@OnBothEngines
class DatagramContractTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  @RegisterExtension final NetworkFixture net;
  private final DatagramRecorder recorder = new DatagramRecorder();

  DatagramContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
  }

  private <P extends DatagramRecorder> P open(P protocol, DatagramOptions options) {
    net.run(net.loop().createDatagramEndpoint(() -> protocol, options));
    return protocol;
  }

  /** An endpoint on a free port of 127.0.0.1. */
  private <P extends DatagramRecorder> P serve(P protocol) {
    return open(protocol, DatagramOptions.local("127.0.0.1", 0));
  }

  /** An endpoint that is connected to {@code server}. */
  private <P extends DatagramRecorder> P connect(P protocol, DatagramRecorder server) {
    return open(protocol, DatagramOptions.remote(sockname(server)));
  }

  private DatagramSocket peer() throws IOException {
    DatagramSocket peer = net.closing(new DatagramSocket(0, LOOPBACK));
    peer.setSoTimeout(100_000);
    return peer;
  }

  private static InetSocketAddress sockname(DatagramRecorder of) {
    return (InetSocketAddress) of.transport().getExtraInfo("sockname");
  }

  private static void send(DatagramSocket peer, SocketAddress to, byte... bytes)
      throws IOException {
    peer.send(new DatagramPacket(bytes, bytes.length, to));
  }

  private static byte[] receive(DatagramSocket peer) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[70_000], 70_000);
    peer.receive(packet);
    return Arrays.copyOf(packet.getData(), packet.getLength());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  /** Behaviour 110 for datagrams, on both kinds of endpoint. */
  @Test
  void shouldCallProtocolInOrderWhenDatagramsComeAndGo() {
    DatagramRecorder server =
        serve(
            new DatagramRecorder() {
              @Override
              public void datagramReceived(ByteBuffer data, SocketAddress address) {
                super.datagramReceived(data, address);
                transport().sendto(data.rewind(), address);
              }
            });
    DatagramRecorder client = connect(new DatagramRecorder(), server);

    client.transport().sendto(bytes("hello"));
    net.runUntil(() -> client.datagrams().size() == 1);
    client.transport().close();
    server.transport().close();
    net.runUntil(() -> client.isLost() && server.isLost());

    for (DatagramRecorder each : List.of(server, client)) {
      assertThat(each.events())
          .containsExactly("connectionMade", "datagramReceived", "connectionLost");
      assertThat(each.texts()).containsExactly("hello");
      assertThat(each.lostWith()).isNull();
    }
    assertThat(server.senders()).containsExactly(sockname(client));
    assertThat(client.senders()).containsExactly(sockname(server));
  }

  /** The view is one of its own: direct, from 0, big-endian, whatever was done to it before. */
  @Test
  void shouldHandOverFreshViewsWhenOneWasSpoilt() throws IOException {
    List<String> views = new ArrayList<>();
    DatagramRecorder spoiling =
        serve(
            new DatagramRecorder() {
              @Override
              public void datagramReceived(ByteBuffer data, SocketAddress address) {
                views.add(data.position() + " " + data.remaining() + " " + data.order());
                data.order(ByteOrder.LITTLE_ENDIAN).position(1).limit(2);
              }
            });
    DatagramSocket peer = peer();

    for (int i = 0; i < 600; i++) {
      send(peer, sockname(spoiling), (byte) 1, (byte) 2, (byte) 3);
      int expected = i + 1;
      net.runUntil(() -> views.size() == expected);
    }

    assertThat(views).containsOnly("0 3 BIG_ENDIAN");
    spoiling.transport().close();
  }

  /** Behaviour 176. */
  @Test
  void shouldRefuseOtherAddressesWhenConnected() throws IOException {
    DatagramSocket peer = peer();
    SocketAddress its = peer.getLocalSocketAddress();
    open(recorder, DatagramOptions.remote("127.0.0.1", peer.getLocalPort()));
    DatagramTransport transport = recorder.transport();

    transport.sendto(bytes("none"));
    transport.sendto(bytes("equal"), new InetSocketAddress("127.0.0.1", peer.getLocalPort()));
    assertThatThrownBy(() -> transport.sendto(bytes("x"), new InetSocketAddress(LOOPBACK, 9)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid address: must be null or " + its);
    assertThatThrownBy(() -> transport.sendto((ByteBuffer) null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("data");
    assertThatThrownBy(() -> transport.sendto((byte[]) null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("data");
    net.runTurns(1);

    assertThat(receive(peer)).asString(UTF_8).isEqualTo("none");
    assertThat(receive(peer)).asString(UTF_8).isEqualTo("equal");
    transport.close();
  }

  /** Behaviours 176 and 183: before anything is touched, and nothing is resolved. */
  @Test
  void shouldRefuseAddressesThatAreNone() {
    serve(recorder);
    DatagramTransport transport = recorder.transport();
    ByteBuffer data = ByteBuffer.wrap(bytes("data"));

    for (SocketAddress wrong :
        Arrays.asList(
            null,
            InetSocketAddress.createUnresolved("localhost", 9),
            new InetSocketAddress("::1", 9),
            dev.ouro.linux.UnixAddress.of("path"),
            new SocketAddress() {})) {
      assertThatThrownBy(() -> transport.sendto(data, wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("address: ");
    }

    assertThat(data.remaining()).isEqualTo(4);
    assertThat(transport.isClosing()).isFalse();
    transport.close();
  }

  /** Behaviour 177, both ways, and again and again. */
  @Test
  void shouldCarryEmptyDatagrams() throws IOException {
    serve(recorder);
    DatagramSocket peer = peer();

    for (int i = 0; i < 5; i++) {
      send(peer, sockname(recorder));
    }
    send(peer, sockname(recorder), (byte) 'x');
    net.runUntil(() -> recorder.datagrams().size() == 6);
    recorder.transport().sendto(new byte[0], peer.getLocalSocketAddress());
    recorder.transport().sendto(bytes("y"), peer.getLocalSocketAddress());
    recorder.transport().sendto(ByteBuffer.allocateDirect(0), peer.getLocalSocketAddress());
    net.runTurns(1);

    assertThat(recorder.texts()).containsExactly("", "", "", "", "", "x");
    assertThat(receive(peer)).isEmpty();
    assertThat(receive(peer)).asString(UTF_8).isEqualTo("y");
    assertThat(receive(peer)).isEmpty();
    recorder.transport().close();
  }

  /** Behaviour 178: what ICMP says is told, and does not end the reception. */
  @Test
  void shouldTellErrorsAndGoOnWhenNobodyListens() throws IOException {
    // Keeps the port from others, the endpoint itself among them, and gets nothing but its own.
    DatagramSocket deaf = peer();
    deaf.connect(deaf.getLocalSocketAddress());
    int port = deaf.getLocalPort();
    open(recorder, DatagramOptions.remote("127.0.0.1", port));

    for (int i = 1; i <= 3; i++) {
      recorder.transport().sendto(bytes("anybody?"));
      int expected = i;
      net.runUntil(() -> recorder.errors().size() == expected);
    }
    deaf.close();
    DatagramSocket peer = net.closing(new DatagramSocket(port, LOOPBACK));
    peer.setSoTimeout(100_000);
    recorder.transport().sendto(bytes("you"));
    net.runTurns(1);
    byte[] received = receive(peer);
    send(peer, sockname(recorder), bytes("me"));
    net.runUntil(() -> !recorder.datagrams().isEmpty());

    assertThat(recorder.errors()).hasOnlyElementsOfType(ConnectionRefusedException.class);
    assertThat(received).asString(UTF_8).isEqualTo("you");
    assertThat(recorder.texts()).containsExactly("me");
    assertThat(recorder.transport().isClosing()).isFalse();
    recorder.transport().close();
  }

  /** Behaviour 178: an error of one datagram is not one of the others. */
  @Test
  void shouldSendTheOthersWhenOneIsTooLong() throws IOException {
    serve(recorder);
    DatagramSocket peer = peer();
    SocketAddress to = peer.getLocalSocketAddress();

    recorder.transport().sendto(bytes("before"), to);
    recorder.transport().sendto(new byte[65_508], to);
    recorder.transport().sendto(bytes("after"), to);
    net.runUntil(() -> !recorder.errors().isEmpty());
    net.runTurns(1);

    assertThat(recorder.errors()).extracting(LinuxException::errno).containsExactly(Errno.EMSGSIZE);
    assertThat(receive(peer)).asString(UTF_8).isEqualTo("before");
    assertThat(receive(peer)).asString(UTF_8).isEqualTo("after");
    assertThat(recorder.transport().getWriteBufferSize()).isZero();
    recorder.transport().close();
  }

  /** Behaviour 63 as far as datagrams go: asyncio reports what a callback throws, and goes on. */
  @Test
  void shouldReportAndGoOnWhenProtocolThrows() throws IOException {
    DatagramRecorder throwing =
        serve(
            new DatagramRecorder() {
              @Override
              public void datagramReceived(ByteBuffer data, SocketAddress address) {
                super.datagramReceived(data, address);
                throw new IllegalStateException("from datagramReceived");
              }

              @Override
              public void errorReceived(LinuxException exception) {
                super.errorReceived(exception);
                throw new IllegalStateException("from errorReceived");
              }
            });
    DatagramSocket peer = peer();

    send(peer, sockname(throwing), (byte) 1);
    send(peer, sockname(throwing), (byte) 2);
    net.runUntil(() -> throwing.datagrams().size() == 2);
    throwing.transport().sendto(new byte[70_000], peer.getLocalSocketAddress());
    net.runUntil(() -> !throwing.errors().isEmpty());

    assertThat(net.takeErrors())
        .allSatisfy(error -> {
          assertThat(error.transport()).isSameAs(throwing.transport());
          assertThat(error.protocol()).isSameAs(throwing);
        })
        .extracting(ExceptionContext::message)
        .containsExactly(
            "Exception in callback protocol.datagramReceived()",
            "Exception in callback protocol.datagramReceived()",
            "Exception in callback protocol.errorReceived()");
    assertThat(throwing.transport().isClosing()).isFalse();
    throwing.transport().close();
  }

  /** Behaviour 182. */
  @Test
  void shouldSendWhatWasWrittenAndDropTheRestWhenClosed() throws IOException {
    serve(recorder);
    DatagramSocket peer = peer();
    SocketAddress to = peer.getLocalSocketAddress();
    ByteBuffer late = ByteBuffer.wrap(bytes("late"));

    recorder.transport().sendto(bytes("in time"), to);
    recorder.transport().close();
    recorder.transport().close();
    recorder.transport().sendto(late, to);
    boolean lostInside = recorder.isLost();
    send(peer, sockname(recorder), (byte) 1);
    net.runUntil(recorder::isLost);
    net.runTurns(3);
    recorder.transport().sendto(bytes("too late"), to);
    recorder.transport().abort();
    net.runTurns(3);
    send(peer, to, bytes("last"));

    assertThat(lostInside).isFalse();
    assertThat(late.remaining()).isZero();
    assertThat(recorder.events()).containsExactly("connectionMade", "connectionLost");
    assertThat(receive(peer)).asString(UTF_8).isEqualTo("in time");
    assertThat(receive(peer)).asString(UTF_8).isEqualTo("last");
  }

  /** asyncio sends at once: what it has sent, an abort does not take back. */
  @Test
  void shouldHaveSentWhatFoundRoomWhenAborted() throws IOException {
    DatagramSocket peer = peer();
    DatagramRecorder aborting =
        serve(
            new DatagramRecorder() {
              @Override
              public void datagramReceived(ByteBuffer data, SocketAddress address) {
                transport().sendto(bytes("bye"), address);
                transport().abort();
                events().add("aborted");
              }
            });

    send(peer, sockname(aborting), (byte) 1);
    send(peer, sockname(aborting), (byte) 2);
    net.runUntil(aborting::isLost);
    net.runTurns(3);

    assertThat(receive(peer)).asString(UTF_8).isEqualTo("bye");
    assertThat(aborting.events()).containsExactly("connectionMade", "aborted", "connectionLost");
  }

  /** Aborted before it could hear of anything. */
  @Test
  void shouldEndWhenAbortedInConnectionMade() {
    DatagramRecorder aborting =
        open(
            new DatagramRecorder() {
              @Override
              public void connectionMade(DatagramTransport made) {
                super.connectionMade(made);
                made.abort();
              }
            },
            DatagramOptions.of(SocketConstants.AF_INET));

    net.runUntil(aborting::isLost);

    assertThat(aborting.events()).containsExactly("connectionMade", "connectionLost");
  }

  /** Behaviour 138. */
  @Test
  void shouldCallInContextOfCreator() throws Exception {
    ContextVar<String> where = new ContextVar<>("where", "none");
    List<String> seen = new ArrayList<>();
    DatagramRecorder noting =
        new DatagramRecorder() {
          @Override
          public void connectionMade(DatagramTransport made) {
            super.connectionMade(made);
            seen.add(where.get());
          }

          @Override
          public void datagramReceived(ByteBuffer data, SocketAddress address) {
            seen.add(where.get());
            transport().sendto(new byte[70_000], address);
          }

          @Override
          public void errorReceived(LinuxException exception) {
            seen.add(where.get());
            transport().close();
          }

          @Override
          public void connectionLost(Throwable exceptionOrNull) {
            seen.add(where.get());
            super.connectionLost(exceptionOrNull);
          }
        };
    Context context = Context.copyContext();
    context.run(() -> {
      where.set("creator");
      net.loop()
          .createDatagramEndpoint(
              () -> {
                seen.add(where.get());
                return noting;
              },
              DatagramOptions.local("127.0.0.1", 0));
    });
    net.runUntil(() -> noting.transport() != null);
    net.runTurns(2);

    send(peer(), sockname(noting), (byte) 1);
    net.runUntil(noting::isLost);

    assertThat(seen).hasSize(5).containsOnly("creator");
  }

  /** asyncio sends at once; so does this where no turn is to end. */
  @Test
  void shouldSendAtOnceWhenLoopDoesNotRun() throws IOException {
    serve(recorder);
    DatagramSocket peer = peer();

    recorder.transport().sendto(bytes("now"), peer.getLocalSocketAddress());
    byte[] received = receive(peer);

    assertThat(received).asString(UTF_8).isEqualTo("now");
    assertThat(recorder.transport().getWriteBufferSize()).isZero();
    recorder.transport().close();
  }

  /** All lengths that matter, byte by byte, and the longest that UDP knows. */
  @Test
  void shouldCarryDatagramsOfEveryLength() {
    DatagramRecorder server = serve(recorder);
    DatagramRecorder client = connect(new DatagramRecorder(), server);
    int[] lengths = {1, 2, 63, 1_400, 1_472, 4_023, 4_024, 4_096, 32_768, 65_464, 65_507};

    for (int i = 0; i < lengths.length; i++) {
      client.transport().sendto(Bytes.pattern(lengths[i]));
      client.transport().sendto(ByteBuffer.allocateDirect(lengths[i]).put(0, (byte) 7));
      int expected = 2 * (i + 1);
      net.runUntil(() -> server.datagrams().size() == expected);
      assertThat(server.datagrams().get(2 * i)).isEqualTo(Bytes.pattern(lengths[i]));
      assertThat(server.datagrams().get(2 * i + 1)).hasSize(lengths[i]).startsWith(7);
    }
    client.transport().close();
    server.transport().close();
  }

  /** More than one call takes, and more than there are buffers on the ring: in order, none lost. */
  @Test
  void shouldKeepOrderWhenManyDatagramsAreWaiting() throws Exception {
    DatagramRecorder one = serve(new DatagramRecorder());
    DatagramRecorder two = serve(new DatagramRecorder());
    DatagramSocket peer = peer();
    for (DatagramRecorder each : List.of(one, two)) {
      ((TransportSocket) each.transport().getExtraInfo("socket"))
          .setsockopt(SocketConstants.SOL_SOCKET, SocketConstants.SO_RCVBUF, 1 << 20);
    }

    for (int i = 0; i < 500; i++) {
      send(peer, sockname(one), bytes("one " + i));
      send(peer, sockname(two), bytes("two " + i));
    }
    net.runUntil(() -> one.datagrams().size() == 500 && two.datagrams().size() == 500);
    net.loop()
        .callSoon(() -> {
          for (int i = 0; i < 150; i++) {
            one.transport().sendto(bytes("back " + i), peer.getLocalSocketAddress());
          }
        });
    net.runTurns(2);

    for (int i = 0; i < 500; i++) {
      assertThat(one.texts().get(i)).isEqualTo("one " + i);
      assertThat(two.texts().get(i)).isEqualTo("two " + i);
    }
    for (int i = 0; i < 150; i++) {
      assertThat(receive(peer)).asString(UTF_8).isEqualTo("back " + i);
    }
    assertThat(one.senders().getFirst()).isSameAs(one.senders().getLast());
    one.transport().close();
    two.transport().close();
  }

  /** Each peer's address is its own, and the answers go to the one that asked. */
  @Test
  void shouldAnswerEachPeer() throws IOException {
    DatagramRecorder echo =
        serve(
            new DatagramRecorder() {
              @Override
              public void datagramReceived(ByteBuffer data, SocketAddress address) {
                senders().add(address);
                transport().sendto(data, address);
              }
            });
    List<DatagramSocket> peers = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      peers.add(peer());
      send(peers.get(i), sockname(echo), bytes("peer " + i));
    }

    net.runUntil(() -> echo.senders().size() == 50);
    net.runTurns(1);

    for (int i = 0; i < 50; i++) {
      assertThat(receive(peers.get(i))).asString(UTF_8).isEqualTo("peer " + i);
      assertThat(echo.senders().get(i)).isEqualTo(peers.get(i).getLocalSocketAddress());
    }
    echo.transport().close();
  }

  @Test
  void shouldSendToBroadcastAddressOnlyWhenAllowed() throws IOException {
    DatagramRecorder hearing = open(new DatagramRecorder(), DatagramOptions.local("0.0.0.0", 0));
    InetSocketAddress everybody =
        new InetSocketAddress("127.255.255.255", sockname(hearing).getPort());
    DatagramRecorder silent = serve(new DatagramRecorder());
    DatagramRecorder loud =
        open(new DatagramRecorder(), DatagramOptions.remote(everybody).withAllowBroadcast(true));

    silent.transport().sendto(bytes("x"), everybody);
    net.runUntil(() -> !silent.errors().isEmpty());
    loud.transport().sendto(bytes("to all"));
    net.runUntil(() -> !hearing.datagrams().isEmpty());
    hearing.transport().sendto(bytes("to you"), hearing.senders().getFirst());
    net.runUntil(() -> !loud.datagrams().isEmpty());

    assertThat(silent.errors()).extracting(LinuxException::errno).containsExactly(Errno.EACCES);
    assertThat(hearing.texts()).containsExactly("to all");
    assertThat(loud.texts()).containsExactly("to you");
    for (DatagramRecorder each : List.of(hearing, silent, loud)) {
      each.transport().close();
    }
  }

  @Test
  void shouldSpeakIpv6AndThroughItIpv4() throws IOException {
    DatagramRecorder six = open(new DatagramRecorder(), DatagramOptions.local("::", 0));
    int port = sockname(six).getPort();
    DatagramRecorder client = open(new DatagramRecorder(), DatagramOptions.remote("::1", port));
    DatagramSocket peer = peer();

    client.transport().sendto(bytes("six"));
    net.runUntil(() -> six.datagrams().size() == 1);
    six.transport().sendto(bytes("answer"), six.senders().getFirst());
    six.transport().sendto(bytes("four"), peer.getLocalSocketAddress());
    net.runUntil(() -> client.datagrams().size() == 1);

    assertThat(client.texts()).containsExactly("answer");
    assertThat(six.senders()).containsExactly(sockname(client));
    assertThat(receive(peer)).asString(UTF_8).isEqualTo("four");
    client.transport().close();
    six.transport().close();
  }

  /** UDP_SEGMENT and UDP_GRO change how datagrams travel, and nothing else. */
  @Test
  void shouldCarryTheSameDatagramsWithGsoAndGro() {
    DatagramOptions local = DatagramOptions.local("127.0.0.1", 0);
    DatagramRecorder joining = open(new DatagramRecorder(), local.withGro(true));
    DatagramRecorder plain = open(new DatagramRecorder(), local);
    DatagramRecorder cutting = open(new DatagramRecorder(), local.withGso(true));
    List<byte[]> sent = new ArrayList<>();
    for (int length : new int[] {1000, 1000, 1000, 500, 1000, 0, 0, 1200, 1000, 1000, 1, 1}) {
      sent.add(Arrays.copyOf(Bytes.pattern(2000 + sent.size()), length));
    }
    for (int i = 0; i < 100; i++) {
      sent.add(Bytes.pattern(i < 60 ? 600 : 10));
    }

    for (DatagramRecorder to : List.of(joining, plain)) {
      net.loop()
          .callSoon(() -> sent.forEach(each -> cutting.transport().sendto(each, sockname(to))));
      net.runUntil(() -> to.datagrams().size() >= sent.size());
    }

    for (DatagramRecorder to : List.of(joining, plain)) {
      assertThat(to.datagrams()).containsExactlyElementsOf(sent);
      assertThat(to.senders()).containsOnly(sockname(cutting));
      to.transport().close();
    }
    cutting.transport().close();
  }

  @Test
  void shouldCallTheOtherProtocolWhenItWasSet() throws IOException {
    serve(recorder);
    DatagramRecorder other = new DatagramRecorder();

    recorder.transport().setProtocol(other);
    send(peer(), sockname(recorder), bytes("x"));
    net.runUntil(() -> !other.datagrams().isEmpty());
    recorder.transport().close();
    net.runUntil(other::isLost);

    assertThat(recorder.transport().getProtocol()).isSameAs(other);
    assertThat(recorder.events()).containsExactly("connectionMade");
  }
}
