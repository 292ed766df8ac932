// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.AddressInfoException;
import dev.ouro.linux.ConnectionRefusedException;
import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import dev.ouro.linux.UnixAddress;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.NextOwner;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.RawFd;
import dev.ouro.testing.Recorder;
import dev.ouro.transport.AcceptedSocket;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.ReceivedFrom;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** asyncio-behaviours §8, lines 98 to 108, and 54, 55, 76: the {@code sock_*} methods. */
@OnBothEngines
class SocketMethodsContractTest {
  private static final int HUGE = 4_000_000;
  private static final SocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @RegisterExtension final NetworkFixture net;
  @TempDir Path folder;

  SocketMethodsContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
  }

  private Socket open(int family, int type) throws LinuxException {
    return net.closing(Socket.open(family, type, 0));
  }

  private Socket tcp() throws LinuxException {
    return open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM);
  }

  private Socket listener() throws LinuxException {
    Socket listener = tcp();
    listener.bind(ANY_PORT);
    listener.listen(10);
    return listener;
  }

  private Socket udp() throws LinuxException {
    Socket socket = open(SocketConstants.AF_INET, SocketConstants.SOCK_DGRAM);
    socket.bind(ANY_PORT);
    return socket;
  }

  private Socket[] pair() throws LinuxException {
    Socket[] pair = Socket.pair();
    net.closing(pair[0]);
    net.closing(pair[1]);
    return pair;
  }

  /** Two ends of a connection over TCP, which never takes {@link #HUGE} bytes that nobody reads. */
  private Socket[] connection() throws LinuxException {
    Socket listener = listener();
    Socket client = tcp();
    // Else the kernel makes them as large as tcp_wmem and tcp_rmem allow, when it likes.
    listener.setsockopt(SocketConstants.SOL_SOCKET, SocketConstants.SO_RCVBUF, HUGE / 20);
    client.setsockopt(SocketConstants.SOL_SOCKET, SocketConstants.SO_SNDBUF, HUGE / 20);
    Future<AcceptedSocket> accepting = net.loop().sockAccept(listener);
    net.run(net.loop().sockConnect(client, listener.getsockname()));
    return new Socket[] {client, net.closing(net.run(accepting)).conn()};
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  // Receiving

  /** Behaviour 98: what can be done at once is done at once, without a turn of the loop. */
  @Test
  void shouldBeDoneAtOnceWhenKernelNeedNotWait() throws LinuxException {
    Socket[] pair = pair();

    Future<Void> sent = net.loop().sockSendall(pair[0], bytes("hello"));
    Future<byte[]> received = net.loop().sockRecv(pair[1], 100);

    assertThat(sent.done()).isTrue();
    assertThat(received.done()).isTrue();
    assertThat(text(received.result())).isEqualTo("hello");
  }

  /** Behaviour 98. */
  @Test
  void shouldWaitForBytesThatComeLater() throws LinuxException {
    Socket[] pair = pair();
    Future<byte[]> received = net.loop().sockRecv(pair[1], 3);
    net.runTurns(3);
    assertThat(received.done()).isFalse();

    RawFd.write(pair[0].fd(), "later");

    assertThat(text(net.run(received))).isEqualTo("lat");
    assertThat(text(net.loop().sockRecv(pair[1], 10).result())).isEqualTo("er");
  }

  /** Behaviour 99. */
  @Test
  void shouldReceiveNothingAtTheEnd() throws LinuxException {
    Socket[] pair = pair();
    Future<byte[]> waiting = net.loop().sockRecv(pair[1], 10);
    pair[0].close();

    assertThat(net.run(waiting)).isEmpty();
    assertThat(net.run(net.loop().sockRecvInto(pair[1], new byte[4]))).isZero();
  }

  /** Behaviour 99. */
  @Test
  void shouldFillBuffersOfEitherKind() throws LinuxException {
    Socket[] pair = pair();
    ByteBuffer direct = ByteBuffer.allocateDirect(8).position(2).limit(6);
    ByteBuffer heap = ByteBuffer.wrap(new byte[8], 1, 3);
    byte[] array = new byte[8];
    RawFd.write(pair[0].fd(), "abcdefghij");

    assertThat(net.run(net.loop().sockRecvInto(pair[1], direct))).isEqualTo(4);
    assertThat(net.run(net.loop().sockRecvInto(pair[1], heap))).isEqualTo(3);
    assertThat(net.run(net.loop().sockRecvInto(pair[1], array))).isEqualTo(3);

    assertThat(direct.position()).isEqualTo(6);
    assertThat(direct.get(2)).isEqualTo((byte) 'a');
    assertThat(direct.get(5)).isEqualTo((byte) 'd');
    assertThat(heap.position()).isEqualTo(4);
    assertThat(heap.array()).containsExactly(0, 'e', 'f', 'g', 0, 0, 0, 0);
    assertThat(array).startsWith((byte) 'h', (byte) 'i', (byte) 'j');
  }

  /** Behaviour 99. */
  @Test
  void shouldTellWhoSentADatagram() throws LinuxException {
    Socket one = udp();
    Socket two = udp();
    Future<ReceivedFrom<byte[]>> waiting = net.loop().sockRecvfrom(two, 100);
    net.runTurns(2);

    int sent = net.run(net.loop().sockSendto(one, bytes("ping"), two.getsockname()));
    ReceivedFrom<byte[]> first = net.run(waiting);
    net.run(net.loop().sockSendto(one, new byte[0], two.getsockname()));
    ReceivedFrom<byte[]> empty = net.run(net.loop().sockRecvfrom(two, 100));

    assertThat(sent).isEqualTo(4);
    assertThat(text(first.data())).isEqualTo("ping");
    assertThat(first.address()).isEqualTo(one.getsockname());
    assertThat(empty.data()).isEmpty();
    assertThat(empty.address()).isEqualTo(one.getsockname());
  }

  /** Behaviour 99: nbytes = 0 is the whole buffer. */
  @Test
  void shouldReceiveDatagramsIntoBuffers() throws LinuxException {
    Socket one = udp();
    Socket two = udp();
    byte[] array = new byte[8];
    ByteBuffer direct = ByteBuffer.allocateDirect(8);
    for (int i = 0; i < 3; i++) {
      net.run(net.loop().sockSendto(one, bytes("datagram"), two.getsockname()));
    }

    ReceivedFrom<Integer> whole = net.run(net.loop().sockRecvfromInto(two, array));
    ReceivedFrom<Integer> part = net.run(net.loop().sockRecvfromInto(two, direct, 3));
    ReceivedFrom<Integer> rest = net.run(net.loop().sockRecvfromInto(two, direct));

    assertThat(whole).isEqualTo(new ReceivedFrom<>(8, one.getsockname()));
    assertThat(text(array)).isEqualTo("datagram");
    assertThat(part.data()).isEqualTo(3);
    assertThat(rest.data()).isEqualTo(5);
    assertThat(direct.hasRemaining()).isFalse();
  }

  /** Behaviours 98 and 100. */
  @Test
  void shouldMoveHugeContent() throws LinuxException {
    for (boolean direct : new boolean[] {false, true}) {
      Socket[] ends = connection();
      byte[] content = Bytes.pattern(HUGE);
      ByteBuffer data = ByteBuffer.wrap(content);
      if (direct) {
        data = ByteBuffer.allocateDirect(HUGE).put(content).flip();
      }
      Future<Void> sent = net.loop().sockSendall(ends[0], data);
      assertThat(sent.done()).isFalse();

      byte[] received = new byte[HUGE];
      int count = 0;
      while (count < HUGE) {
        ByteBuffer rest = ByteBuffer.wrap(received, count, HUGE - count);
        count += net.run(net.loop().sockRecvInto(ends[1], rest));
      }

      assertThat(net.run(sent)).isNull();
      assertThat(received).isEqualTo(content);
      assertThat(data.hasRemaining()).isFalse();
    }
  }

  /** Behaviour 100. */
  @Test
  void shouldWaitForRoomWhenSendingDatagrams() throws LinuxException {
    Socket[] ends = unixDatagrams();
    List<Future<Integer>> sends = new ArrayList<>();
    do {
      sends.add(net.loop().sockSendto(ends[0], bytes("datagram " + sends.size()), address("two")));
    } while (sends.getLast().done());
    net.runTurns(2);
    assertThat(sends.getLast().done()).isFalse();

    assertThat(text(net.run(net.loop().sockRecv(ends[1], 100)))).isEqualTo("datagram 0");
    assertThat(net.run(sends.getLast())).isEqualTo(("datagram " + (sends.size() - 1)).length());
  }

  private UnixAddress address(String name) {
    return UnixAddress.of(folder.resolve(name));
  }

  /** Behaviour 108: bound to {@code one} and {@code two}. */
  private Socket[] unixDatagrams() throws LinuxException {
    Socket one = open(SocketConstants.AF_UNIX, SocketConstants.SOCK_DGRAM);
    Socket two = open(SocketConstants.AF_UNIX, SocketConstants.SOCK_DGRAM);
    one.bind(address("one"));
    two.bind(address("two"));
    return new Socket[] {one, two};
  }

  /** Behaviour 108. */
  @Test
  void shouldWorkOnUnixSockets() throws LinuxException {
    Socket listener = open(SocketConstants.AF_UNIX, SocketConstants.SOCK_STREAM);
    listener.bind(address("stream"));
    listener.listen(1);
    Socket client = open(SocketConstants.AF_UNIX, SocketConstants.SOCK_STREAM);
    Future<AcceptedSocket> accepting = net.loop().sockAccept(listener);

    net.run(net.loop().sockConnect(client, address("stream")));
    Socket server = net.closing(net.run(accepting)).conn();
    net.run(net.loop().sockSendall(client, bytes("over a path")));
    assertThat(text(net.run(net.loop().sockRecv(server, 100)))).isEqualTo("over a path");

    Socket[] ends = unixDatagrams();
    net.run(net.loop().sockSendto(ends[0], bytes("datagram"), address("two")));
    ReceivedFrom<byte[]> datagram = net.run(net.loop().sockRecvfrom(ends[1], 100));
    assertThat(datagram.address()).isEqualTo(address("one"));
  }

  // Connecting

  /** Behaviour 102. */
  @Test
  void shouldAcceptSocketsThatAreNonBlockingAndCloseOnExec() throws Exception {
    Socket listener = listener();
    Socket client = tcp();
    Future<AcceptedSocket> accepting = net.loop().sockAccept(listener);
    net.runTurns(2);
    assertThat(accepting.done()).isFalse();

    net.run(net.loop().sockConnect(client, listener.getsockname()));
    AcceptedSocket accepted = net.closing(net.run(accepting));

    assertThat(accepted.conn().isBlocking()).isFalse();
    assertThat(accepted.address()).isEqualTo(client.getsockname());
    assertThat(accepted.conn().family()).isEqualTo(SocketConstants.AF_INET);
    String flags =
        java.nio.file.Files.readAllLines(
                Path.of("/proc/self/fdinfo/" + accepted.conn().fd().number()))
            .stream()
            .filter(line -> line.startsWith("flags:"))
            .findFirst()
            .orElseThrow();
    int cloexec = 02000000;
    assertThat(Integer.parseInt(flags.substring(6).strip(), 8) & cloexec).isEqualTo(cloexec);
  }

  /** Behaviour 101. */
  @Test
  void shouldTellThatConnectingWasRefused() throws LinuxException {
    Socket closed = listener();
    SocketAddress address = closed.getsockname();
    closed.close();

    Future<Void> connecting = net.loop().sockConnect(tcp(), address);

    assertThatThrownBy(() -> net.run(connecting))
        .isInstanceOf(ConnectionRefusedException.class)
        .hasMessageContaining("Connect call failed " + address);
  }

  /** Behaviour 101. */
  @Test
  void shouldResolveNamesWithTheSocketsOwnFamily() throws LinuxException {
    Socket listener = listener();
    int port = ((InetSocketAddress) listener.getsockname()).getPort();
    Socket client = tcp();

    net.run(net.loop().sockConnect(client, InetSocketAddress.createUnresolved("localhost", port)));
    assertThat(client.getpeername()).isEqualTo(listener.getsockname());

    Socket one = udp();
    Socket two = udp();
    int udpPort = ((InetSocketAddress) two.getsockname()).getPort();
    int sent =
        net.run(
            net.loop()
                .sockSendto(
                    one, bytes("x"), InetSocketAddress.createUnresolved("localhost", udpPort)));
    assertThat(sent).isEqualTo(1);
    assertThat(net.run(net.loop().sockRecvfrom(two, 10)).address()).isEqualTo(one.getsockname());
  }

  /** Behaviour 101. */
  @Test
  void shouldTellThatANameHasNoAddress() throws LinuxException {
    Future<Void> connecting =
        net.loop().sockConnect(tcp(), InetSocketAddress.createUnresolved("name.invalid", 80));

    assertThatThrownBy(() -> net.run(connecting)).isInstanceOf(AddressInfoException.class);
  }

  /** Behaviour 101: as {@code connect(2)} of a blocking socket, and createUnixConnection. */
  @Test
  void shouldWaitWhenTheBacklogOfAUnixListenerIsFull() throws LinuxException {
    Socket listener = fullListener();
    Socket late = open(SocketConstants.AF_UNIX, SocketConstants.SOCK_STREAM);

    Future<Void> connecting = net.loop().sockConnect(late, address("full"));
    net.runTurns(5);
    assertThat(connecting.done()).isFalse();
    net.closing(net.run(net.loop().sockAccept(listener)));
    net.run(connecting);

    assertThat(late.getpeername()).isEqualTo(address("full"));
    net.closing(net.run(net.loop().sockAccept(listener)));
  }

  /** Behaviours 101 and 103. */
  @Test
  void shouldConnectNoMoreWhenCancelledWhileTheBacklogIsFull() throws LinuxException {
    Socket listener = fullListener();
    Socket late = open(SocketConstants.AF_UNIX, SocketConstants.SOCK_STREAM);
    Future<Void> cancelled = net.loop().sockConnect(late, address("full"));
    final Future<Void> next = net.loop().sockConnect(late, address("full"));
    net.runTurns(2);

    cancelled.cancel();
    net.closing(net.run(net.loop().sockAccept(listener)));
    net.run(next);
    Future<AcceptedSocket> second = net.loop().sockAccept(listener);
    net.closing(net.run(second));
    Future<AcceptedSocket> third = net.loop().sockAccept(listener);
    net.runTurns(3);

    assertThat(cancelled.cancelled()).isTrue();
    assertThat(third.done()).isFalse();
    third.cancel();
  }

  @Test
  void shouldEndConnectingWhenTheSocketIsClosedWhileTheBacklogIsFull() throws LinuxException {
    fullListener();
    Socket late = open(SocketConstants.AF_UNIX, SocketConstants.SOCK_STREAM);
    Future<Void> connecting = net.loop().sockConnect(late, address("full"));
    net.runTurns(2);

    late.close();

    assertThatThrownBy(() -> net.run(connecting))
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADF));
  }

  @Test
  void shouldTellThatTheListenerIsGoneWhenTheBacklogWasFull() throws LinuxException {
    Socket listener = fullListener();
    Socket late = open(SocketConstants.AF_UNIX, SocketConstants.SOCK_STREAM);
    Future<Void> connecting = net.loop().sockConnect(late, address("full"));
    net.runTurns(2);

    listener.close();

    assertThatThrownBy(() -> net.run(connecting))
        .isInstanceOf(ConnectionRefusedException.class)
        .hasMessageContaining("Connect call failed " + address("full"));
  }

  /** To a peer that the socket is not connected to; others send behind it, in order. */
  @Test
  void shouldWaitWhenTheQueueOfAUnixPeerIsFull() throws LinuxException {
    Socket[] ends = unixDatagrams();
    List<Future<Integer>> sending = new ArrayList<>();
    // How many fit is net.unix.max_dgram_qlen and one.
    for (int behind = 0; behind < 20; behind += sending.getLast().done() ? 0 : 1) {
      byte[] datagram = bytes("number " + sending.size());
      sending.add(net.loop().sockSendto(ends[0], datagram, address("two")));
    }
    net.runTurns(5);
    assertThat(sending.getFirst().done()).isTrue();
    assertThat(sending.getLast().done()).isFalse();

    for (int i = 0; i < sending.size(); i++) {
      byte[] datagram = net.run(net.loop().sockRecv(ends[1], 100));
      assertThat(text(datagram)).isEqualTo("number " + i);
    }
    assertThat(sending).allMatch(Future::done);
  }

  /** A Unix listener with room for one connection, which is taken. */
  private Socket fullListener() throws LinuxException {
    Socket listener = open(SocketConstants.AF_UNIX, SocketConstants.SOCK_STREAM);
    listener.bind(address("full"));
    listener.listen(0);
    Socket first = open(SocketConstants.AF_UNIX, SocketConstants.SOCK_STREAM);
    net.run(net.loop().sockConnect(first, address("full")));
    return listener;
  }

  // Several at a time

  /** Behaviour 105: none is forgotten; they are served in order. */
  @Test
  void shouldServeReceiversInOrder() throws LinuxException {
    Socket[] pair = pair();
    List<String> order = new ArrayList<>();
    Future<byte[]> first = net.loop().sockRecv(pair[1], 1);
    Future<byte[]> second = net.loop().sockRecv(pair[1], 1);
    final Future<byte[]> third = net.loop().sockRecv(pair[1], 1);
    first.addDoneCallback(done -> order.add("first " + text(done.result())));
    second.addDoneCallback(done -> order.add("second " + done));
    third.addDoneCallback(done -> order.add("third " + text(done.result())));

    second.cancel();
    RawFd.write(pair[0].fd(), "ab");
    net.run(third);
    net.runTurns(1);

    assertThat(order).containsExactlyInAnyOrder("first a", "second <Future cancelled>", "third b");
    assertThat(order.indexOf("first a")).isLessThan(order.indexOf("third b"));
  }

  /** Behaviour 105: one that comes later does not overtake those that wait. */
  @Test
  void shouldNotLetALaterReceiverOvertake() throws LinuxException {
    Socket[] pair = pair();
    Future<byte[]> first = net.loop().sockRecv(pair[1], 1);
    RawFd.write(pair[0].fd(), "ab");

    Future<byte[]> second = net.loop().sockRecv(pair[1], 1);

    assertThat(second.done()).isFalse();
    assertThat(text(net.run(second))).isEqualTo("b");
    assertThat(text(first.result())).isEqualTo("a");
  }

  /** Behaviour 105. */
  @Test
  void shouldGiveEachAcceptAConnectionOfItsOwn() throws LinuxException {
    Socket listener = listener();
    Future<AcceptedSocket> one = net.loop().sockAccept(listener);
    Future<AcceptedSocket> two = net.loop().sockAccept(listener);

    Socket client = tcp();
    Socket other = tcp();
    net.run(net.loop().sockConnect(client, listener.getsockname()));
    net.run(net.loop().sockConnect(other, listener.getsockname()));

    assertThat(net.closing(net.run(one)).address()).isEqualTo(client.getsockname());
    assertThat(net.closing(net.run(two)).address()).isEqualTo(other.getsockname());
  }

  /** Behaviours 100 and 105: the bytes of two sends never mix. */
  @Test
  void shouldNotMixTheBytesOfSends() throws LinuxException {
    Socket[] ends = connection();
    byte[] ones = new byte[HUGE];
    java.util.Arrays.fill(ones, (byte) 1);
    Future<Void> first = net.loop().sockSendall(ends[0], ones);
    Future<Void> second = net.loop().sockSendall(ends[0], new byte[] {2, 2, 2});

    byte[] received = new byte[HUGE + 3];
    for (int count = 0; count < received.length; ) {
      ByteBuffer rest = ByteBuffer.wrap(received, count, received.length - count);
      count += net.run(net.loop().sockRecvInto(ends[1], rest));
    }

    net.run(first);
    net.run(second);
    assertThat(java.util.Arrays.mismatch(received, ones)).isEqualTo(HUGE);
    assertThat(received).endsWith((byte) 2, (byte) 2, (byte) 2);
  }

  /** Behaviours 105 and 90: a reader of addReader does not take an operation's place. */
  @Test
  void shouldWaitBesideAReaderOfTheSameSocket() throws LinuxException {
    Socket[] pair = pair();
    List<String> calls = new ArrayList<>();
    Future<byte[]> received = net.loop().sockRecv(pair[1], 10);

    net.loop().addReader(pair[1], () -> calls.add("reader"));
    RawFd.write(pair[0].fd(), "x");
    assertThat(text(net.run(received))).isEqualTo("x");
    net.runTurns(2);
    final int seen = calls.size();
    RawFd.write(pair[0].fd(), "y");
    net.runTurns(3);

    assertThat(seen).isPositive();
    assertThat(calls.size()).isGreaterThan(seen);
    assertThat(net.loop().removeReader(pair[1])).isTrue();
    assertThat(net.loop().removeReader(pair[1])).isFalse();
  }

  @Test
  void shouldGoOnWaitingWhenAReaderIsRemoved() throws LinuxException {
    Socket[] pair = pair();
    net.loop().addReader(pair[1], () -> {});
    Future<byte[]> received = net.loop().sockRecv(pair[1], 10);

    assertThat(net.loop().removeReader(pair[1])).isTrue();
    RawFd.write(pair[0].fd(), "x");

    assertThat(text(net.run(received))).isEqualTo("x");
  }

  @Test
  void shouldSendWhileItReceives() throws LinuxException {
    Socket[] pair = pair();
    Future<byte[]> received = net.loop().sockRecv(pair[1], 10);
    Future<Void> sent = net.loop().sockSendall(pair[1], Bytes.pattern(HUGE));
    net.runTurns(2);
    assertThat(sent.done()).isFalse();

    RawFd.write(pair[0].fd(), "x");
    assertThat(text(net.run(received))).isEqualTo("x");
    int count = 0;
    while (count < HUGE) {
      count += net.run(net.loop().sockRecv(pair[0], HUGE)).length;
    }
    net.run(sent);
  }

  // Cancelling

  /** Behaviours 103, 54 and 55. */
  @Test
  void shouldLoseNothingWhenReceivingIsCancelled() throws LinuxException {
    Socket[] pair = pair();
    Future<byte[]> cancelled = net.loop().sockRecv(pair[1], 10);
    net.runTurns(1);

    RawFd.write(pair[0].fd(), "kept");
    assertThat(cancelled.cancel()).isTrue();
    net.runTurns(3);

    assertThatThrownBy(cancelled::result).isInstanceOf(CancellationException.class);
    assertThat(text(net.loop().sockRecv(pair[1], 10).result())).isEqualTo("kept");
  }

  /** Behaviours 103 and 55: what has its result keeps it. */
  @Test
  void shouldKeepTheResultWhenCancelComesTooLate() throws LinuxException {
    Socket[] pair = pair();
    Future<byte[]> received = net.loop().sockRecv(pair[1], 10);
    RawFd.write(pair[0].fd(), "kept");
    net.runUntil(received::done);

    assertThat(received.cancel()).isFalse();

    assertThat(text(received.result())).isEqualTo("kept");
  }

  /** Behaviour 103: the connection stays in the queue for the next accept. */
  @Test
  void shouldLoseNoConnectionWhenAcceptIsCancelled() throws LinuxException {
    Socket listener = listener();
    Future<AcceptedSocket> cancelled = net.loop().sockAccept(listener);
    net.runTurns(1);
    Socket client = tcp();
    Future<Void> connecting = net.loop().sockConnect(client, listener.getsockname());

    cancelled.cancel();
    net.run(connecting);
    net.runTurns(3);

    AcceptedSocket accepted = net.closing(net.run(net.loop().sockAccept(listener)));
    assertThat(accepted.address()).isEqualTo(client.getsockname());
  }

  /** Behaviour 104. */
  @Test
  void shouldNotDisturbTheNextOperationWhenOneIsCancelled() throws LinuxException {
    Socket[] pair = pair();
    for (int i = 0; i < 20; i++) {
      Future<byte[]> cancelled = net.loop().sockRecv(pair[1], 10);
      net.runTurns(i % 3);
      cancelled.cancel();
      Future<byte[]> next = net.loop().sockRecv(pair[1], 10);
      net.runTurns(i % 4);
      RawFd.write(pair[0].fd(), "x" + i);

      assertThat(text(net.run(next))).isEqualTo("x" + i);
    }
  }

  /** Behaviour 104. */
  @Test
  void shouldGoOnConnectingWhenConnectIsCancelledAndAskedForAgain() throws LinuxException {
    Socket listener = listener();
    Socket client = tcp();
    Future<Void> cancelled = net.loop().sockConnect(client, listener.getsockname());
    cancelled.cancel();

    Future<Void> again = net.loop().sockConnect(client, listener.getsockname());
    AcceptedSocket accepted = net.closing(net.run(net.loop().sockAccept(listener)));

    net.run(again);
    assertThat(accepted.address()).isEqualTo(client.getsockname());
  }

  /** Behaviour 104: the position tells how far it came, and what was sent is sent. */
  @Test
  void shouldTellHowMuchWasSentWhenSendingIsCancelled() throws LinuxException {
    Socket[] ends = connection();
    byte[] content = Bytes.pattern(HUGE);
    ByteBuffer data = ByteBuffer.wrap(content);
    Future<Void> cancelled = net.loop().sockSendall(ends[0], data);
    net.runTurns(2);
    cancelled.cancel();
    net.runTurns(2);
    assertThat(data.position()).isBetween(1, HUGE - 1);

    Future<Void> rest = net.loop().sockSendall(ends[0], data);
    byte[] received = new byte[HUGE];
    for (int count = 0; count < HUGE; ) {
      count += net.run(net.loop().sockRecvInto(ends[1], ByteBuffer.wrap(received).position(count)));
    }

    net.run(rest);
    assertThat(received).isEqualTo(content);
  }

  /** Behaviour 104: cancelled while the name is looked up. */
  @Test
  void shouldTouchNothingWhenCancelledWhileResolving() throws LinuxException {
    Socket listener = listener();
    int port = ((InetSocketAddress) listener.getsockname()).getPort();
    Socket client = tcp();

    Future<Void> connecting =
        net.loop().sockConnect(client, InetSocketAddress.createUnresolved("localhost", port));
    connecting.cancel();
    net.run(net.loop().shutdownDefaultExecutor());
    net.runTurns(3);

    assertThatThrownBy(client::getpeername)
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOTCONN));
  }

  // Closing

  /** Behaviour 106: better than to hang, and the peer hears of it at once. */
  @Test
  void shouldEndWhatWaitsWhenTheSocketIsClosed() throws LinuxException {
    Socket[] ends = connection();
    Future<byte[]> receiving = net.loop().sockRecv(ends[0], 10);
    Future<byte[]> behind = net.loop().sockRecv(ends[0], 10);
    Future<Void> sending = net.loop().sockSendall(ends[0], new byte[HUGE]);
    net.runTurns(2);

    ends[0].close();

    for (Future<?> future : List.of(receiving, behind, sending)) {
      assertThatThrownBy(() -> net.run(future))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADF));
    }
    net.runTurns(1);
    byte[] end = {1};
    while (end.length > 0) {
      end = net.run(net.loop().sockRecv(ends[1], HUGE));
    }
  }

  /** Behaviour 106. */
  @Test
  void shouldEndAcceptAndConnectWhenTheirSocketsAreClosed() throws LinuxException {
    Socket listener = listener();
    Future<AcceptedSocket> accepting = net.loop().sockAccept(listener);
    net.runTurns(1);

    listener.close();

    assertThatThrownBy(() -> net.run(accepting)).isInstanceOf(LinuxException.class);
  }

  /** Behaviours 106 and 95: the number's next owner is somebody else. */
  @Test
  void shouldNotMistakeTheNextOwnerOfTheNumber() throws LinuxException {
    for (int i = 0; i < 10; i++) {
      Socket[] old = pair();
      final int number = old[1].fd().number();
      Future<byte[]> lost = net.loop().sockRecv(old[1], 10);
      net.runTurns(i % 2);
      old[1].close();
      Socket[] fresh = NextOwner.of(number);
      Socket reader = net.closing(fresh[0]);
      Socket writer = net.closing(fresh[1]);

      Future<byte[]> received = net.loop().sockRecv(reader, 10);
      RawFd.write(writer.fd(), "mine");

      assertThat(text(net.run(received))).isEqualTo("mine");
      assertThatThrownBy(() -> net.run(lost)).isInstanceOf(LinuxException.class);
      old[0].close();
      reader.close();
      writer.close();
    }
  }

  /** Behaviour 106. */
  @Test
  void shouldFailOnASocketThatIsClosed() throws LinuxException {
    Socket closed = tcp();
    closed.close();

    Future<byte[]> received = net.loop().sockRecv(closed, 1);

    assertThatThrownBy(received::result)
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADF));
  }

  /** Behaviour 106: a loop that closes leaves the sockets to their owners. */
  @Test
  void shouldLeaveTheSocketsOpenWhenTheLoopCloses() throws LinuxException {
    Socket[] pair = pair();
    Future<byte[]> received = net.loop().sockRecv(pair[1], 10);
    net.runTurns(1);

    net.loop().close();
    RawFd.write(pair[0].fd(), "x");

    assertThat(received.done()).isFalse();
    assertThat(RawFd.readText(pair[1].fd())).isEqualTo("x");
    assertThatThrownBy(() -> net.loop().sockRecv(pair[1], 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Event loop is closed");
    pair[1].close();
  }

  // Arguments

  /** Behaviour 76. */
  @Test
  void shouldRefuseBlockingSocketsInDebugMode() throws LinuxException {
    Socket[] pair = pair();
    pair[0].setBlocking(true);
    net.loop().setDebug(true);
    SocketAddress anywhere = ANY_PORT;
    List<org.assertj.core.api.ThrowableAssert.ThrowingCallable> calls =
        List.of(
            () -> net.loop().sockRecv(pair[0], 1),
            () -> net.loop().sockRecvInto(pair[0], new byte[1]),
            () -> net.loop().sockRecvfrom(pair[0], 1),
            () -> net.loop().sockRecvfromInto(pair[0], new byte[1]),
            () -> net.loop().sockSendall(pair[0], new byte[1]),
            () -> net.loop().sockSendto(pair[0], new byte[1], anywhere),
            () -> net.loop().sockConnect(pair[0], anywhere),
            () -> net.loop().sockAccept(pair[0]));

    for (var call : calls) {
      assertThatThrownBy(call)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the socket must be non-blocking");
    }
    net.loop().setDebug(false);
    RawFd.write(pair[1].fd(), "x");
    assertThat(net.run(net.loop().sockRecv(pair[0], 1))).hasSize(1);
  }

  @Test
  void shouldRefuseWrongArgumentsBeforeAnythingIsTouched() throws LinuxException {
    Socket[] pair = pair();
    ByteBuffer readOnly = ByteBuffer.allocate(3).asReadOnlyBuffer();

    assertThatThrownBy(() -> net.loop().sockRecv(pair[0], -1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> net.loop().sockRecvInto(pair[0], readOnly))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> net.loop().sockRecvfromInto(pair[0], new byte[3], 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nbytes is greater than the length of the buffer");
    assertThatThrownBy(() -> net.loop().sockRecvfromInto(pair[0], new byte[3], -1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> net.loop().sockConnect(pair[0], new SocketAddress() {}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> net.loop().sockRecv(null, 1)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> net.loop().sockSendall(pair[0], (byte[]) null))
        .isInstanceOf(NullPointerException.class);
  }

  /** Behaviours 94 and 98: a transport's socket is the transport's. */
  @Test
  void shouldRefuseSocketsOfTransports() throws LinuxException {
    Socket[] pair = pair();
    Recorder recorder = new Recorder();
    net.run(net.loop().createConnection(() -> recorder, ConnectionOptions.of(pair[0])));

    assertThatThrownBy(() -> net.loop().sockRecv(pair[0], 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is used by transport");
    recorder.transport().close();
    net.runUntil(recorder::isLost);
  }
}
