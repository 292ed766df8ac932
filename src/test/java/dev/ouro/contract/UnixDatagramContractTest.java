// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.NativeMemory;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketCalls;
import dev.ouro.linux.SocketConstants;
import dev.ouro.linux.UnixAddress;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.DatagramRecorder;
import dev.ouro.testing.LongestUnixPath;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.transport.DatagramOptions;
import dev.ouro.transport.DatagramTransport;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * asyncio-behaviours §13, lines 174, 177, 180 to 182, and 129, 130: datagrams of Unix sockets,
 * which have an end to their room.
 */
@OnBothEngines
class UnixDatagramContractTest {
  @RegisterExtension final NetworkFixture net;
  @TempDir Path folder;
  private final DatagramRecorder recorder = new DatagramRecorder();

  UnixDatagramContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
  }

  private <P extends DatagramRecorder> P open(P protocol, DatagramOptions options) {
    net.run(net.loop().createDatagramEndpoint(() -> protocol, options));
    return protocol;
  }

  /** The endpoint of one half of a pair, whose other half is answered. */
  private Socket openPair(DatagramRecorder protocol) throws LinuxException {
    Socket[] pair = Socket.pair(SocketConstants.SOCK_DGRAM);
    // The least there is: a few datagrams.
    pair[0].setsockopt(SocketConstants.SOL_SOCKET, SocketConstants.SO_SNDBUF, 1);
    open(protocol, DatagramOptions.of(pair[0]));
    return net.closing(pair[1]);
  }

  /** The next datagram, or null for none. */
  private static String receive(Socket from) {
    try (Arena arena = Arena.ofConfined()) {
      long memory = arena.allocate(300_000).address();
      int length = SocketCalls.recv(from.fd().number(), memory, 300_000, 0);
      if (length == -Errno.EAGAIN) {
        return null;
      }
      byte[] bytes = new byte[length];
      NativeMemory.copyTo(memory, bytes, 0, length);
      return new String(bytes, UTF_8);
    }
  }

  private static void send(Socket from, byte... bytes) {
    try (Arena arena = Arena.ofConfined()) {
      long memory = arena.allocate(Math.max(bytes.length, 1)).address();
      NativeMemory.copyFrom(bytes, 0, memory, bytes.length);
      int sent = SocketCalls.send(from.fd().number(), memory, bytes.length, 0);
      assertThat(sent).isEqualTo(bytes.length);
    }
  }

  private List<String> receiveAll(Socket from, int count) {
    List<String> all = new ArrayList<>();
    net.runUntil(() -> {
      String next = receive(from);
      if (next != null) {
        all.add(next);
      }
      return all.size() == count;
    });
    return all;
  }

  private static List<String> numbers(int count) {
    List<String> numbers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      numbers.add("number " + i);
    }
    return numbers;
  }

  /** Behaviour 174. */
  @Test
  void shouldTalkByPathAndByAbstractName() {
    UnixAddress hidden =
        UnixAddress.of("\0ouro-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime());
    UnixAddress path = UnixAddress.of(folder.resolve("server"));
    for (UnixAddress at : List.of(path, hidden)) {
      UnixAddress from = UnixAddress.of(folder.resolve("client" + at.isAbstract()));
      DatagramRecorder server = open(new DatagramRecorder(), DatagramOptions.local(at));
      DatagramRecorder client =
          open(
              new DatagramRecorder(),
              DatagramOptions.local(from).withRemoteAddr(at).withFamily(SocketConstants.AF_UNIX));

      client.transport().sendto("question".getBytes(UTF_8));
      net.runUntil(() -> !server.datagrams().isEmpty());
      server.transport().sendto("answer".getBytes(UTF_8), server.senders().getFirst());
      net.runUntil(() -> !client.datagrams().isEmpty());

      assertThat(server.texts()).containsExactly("question");
      assertThat(server.senders()).containsExactly(from);
      assertThat(client.texts()).containsExactly("answer");
      assertThat(client.senders()).containsExactly(at);
      assertThat(client.transport().getExtraInfo("peername")).isEqualTo(at);
      client.transport().close();
      server.transport().close();
      net.runUntil(() -> client.isLost() && server.isLost());
    }
  }

  /** Behaviours 174 and 177. */
  @Test
  void shouldHaveNoSenderWhenTheOtherHalfOfPairSends() throws LinuxException {
    Socket peer = openPair(recorder);

    send(peer, "hello, socketpair".getBytes(UTF_8));
    send(peer);
    send(peer, (byte) 'x');
    net.runUntil(() -> recorder.datagrams().size() == 3);
    recorder.transport().sendto(new byte[0]);
    recorder.transport().sendto("back".getBytes(UTF_8));
    net.runTurns(1);

    assertThat(recorder.texts()).containsExactly("hello, socketpair", "", "x");
    assertThat(recorder.senders()).containsOnlyNulls().hasSize(3);
    assertThat(receive(peer)).isEmpty();
    assertThat(receive(peer)).isEqualTo("back");
    recorder.transport().close();
  }

  /** Behaviours 130, 180 and 182. */
  @Test
  void shouldBufferCopiesInOrderWhenPeerIsFull() throws LinuxException {
    Socket peer = openPair(recorder);
    DatagramTransport transport = recorder.transport();
    transport.setWriteBufferLimits(1000);

    ByteBuffer reused = ByteBuffer.allocate(100);
    for (String each : numbers(300)) {
      reused.clear();
      reused.put(each.getBytes(UTF_8));
      transport.sendto(reused.flip());
    }
    net.runTurns(3);
    long buffered = transport.getWriteBufferSize();
    assertThat(recorder.events()).containsExactly("connectionMade", "pauseWriting");
    List<String> first = receiveAll(peer, 100);
    long later = transport.getWriteBufferSize();
    List<String> all = new ArrayList<>(first);
    all.addAll(receiveAll(peer, 200));
    net.runUntil(() -> transport.getWriteBufferSize() == 0);

    // All but the ten or so that the kernel took: 8 more for each.
    assertThat(buffered).isBetween(200L * (8 + 10), 300L * (8 + 10));
    assertThat(later).isBetween(100L * (8 + 10), buffered - 1);
    assertThat(all).isEqualTo(numbers(300));
    assertThat(recorder.events())
        .containsExactly("connectionMade", "pauseWriting", "resumeWriting");
    transport.close();
  }

  /** Behaviour 182. */
  @Test
  void shouldFlushWhatIsBufferedWhenClosed() throws LinuxException {
    Socket peer = openPair(recorder);

    numbers(100).forEach(each -> recorder.transport().sendto(each.getBytes(UTF_8)));
    recorder.transport().close();
    recorder.transport().sendto("number 100".getBytes(UTF_8)); // waits behind them, as in asyncio
    net.runTurns(5);
    assertThat(recorder.isLost()).isFalse();
    List<String> all = receiveAll(peer, 101);
    net.runUntil(recorder::isLost);
    recorder.transport().sendto("too late".getBytes(UTF_8));

    assertThat(all).isEqualTo(numbers(101));
    assertThat(receive(peer)).isNotEqualTo("too late");
    assertThat(recorder.lostWith()).isNull();
  }

  @Test
  void shouldDropWhatIsBufferedWhenAborted() throws LinuxException {
    Socket peer = openPair(recorder);

    numbers(100).forEach(each -> recorder.transport().sendto(each.getBytes(UTF_8)));
    recorder.transport().close();
    recorder.transport().abort();
    assertThat(recorder.transport().getWriteBufferSize()).isZero();
    net.runUntil(recorder::isLost);

    assertThat(recorder.events()).containsExactly("connectionMade", "connectionLost");
    assertThat(receive(peer)).isEqualTo("number 0");
  }

  /** Where the kernel does not know which peer the room is asked for. */
  @Test
  void shouldGoOnWhenPeerOfUnconnectedSocketWasFull() throws LinuxException {
    UnixAddress at = UnixAddress.of(folder.resolve("slow"));
    Socket slow = net.closing(Socket.open(SocketConstants.AF_UNIX, SocketConstants.SOCK_DGRAM, 0));
    slow.bind(at);
    open(recorder, DatagramOptions.of(SocketConstants.AF_UNIX));

    numbers(60).forEach(each -> recorder.transport().sendto(each.getBytes(UTF_8), at));
    net.runTurns(20);
    assertThat(recorder.transport().getWriteBufferSize()).isPositive();
    recorder.transport().close();
    List<String> all = receiveAll(slow, 60);
    net.runUntil(recorder::isLost);

    assertThat(all).isEqualTo(numbers(60));
  }

  /** Behaviour 178 and 181: the peer is gone while others wait behind. */
  @Test
  void shouldTellErrorOfEachAndGoOnWhenPeerIsGone() throws LinuxException {
    Socket peer = openPair(recorder);
    recorder.transport().setWriteBufferLimits(100);

    numbers(30).forEach(each -> recorder.transport().sendto(each.getBytes(UTF_8)));
    net.runTurns(2);
    assertThat(recorder.events()).containsExactly("connectionMade", "pauseWriting");
    peer.close();
    net.runUntil(() -> recorder.transport().getWriteBufferSize() == 0);

    assertThat(recorder.errors())
        .isNotEmpty()
        .extracting(LinuxException::errno)
        .isSubsetOf(Errno.ECONNREFUSED, Errno.ECONNRESET, Errno.ENOTCONN);
    assertThat(recorder.events()).endsWith("resumeWriting");
    assertThat(recorder.transport().isClosing()).isFalse();
    recorder.transport().close();
    net.runUntil(recorder::isLost);
  }

  /** Longer than any buffer of the ring's, and in several pieces of the queue's. */
  @Test
  void shouldCarryLongDatagramsWhole() throws LinuxException {
    DatagramRecorder other = new DatagramRecorder();
    Socket[] pair = Socket.pair(SocketConstants.SOCK_DGRAM);
    open(recorder, DatagramOptions.of(pair[0]));
    open(other, DatagramOptions.of(pair[1]));

    for (int length : new int[] {65_536, 100_000, 200_000}) {
      recorder.transport().sendto(Bytes.pattern(length));
      recorder.transport().sendto(Bytes.pattern(10));
    }
    net.runUntil(() -> other.datagrams().size() == 6);

    assertThat(other.datagrams())
        .containsExactly(
            Bytes.pattern(65_536),
            Bytes.pattern(10),
            Bytes.pattern(100_000),
            Bytes.pattern(10),
            Bytes.pattern(200_000),
            Bytes.pattern(10));
    recorder.transport().close();
    other.transport().close();
  }

  /** Behaviour 174: whatever a peer is called, it can be answered. */
  @Test
  void shouldAnswerPeerWhosePathLeavesNoRoomForItsNul() throws LinuxException {
    UnixAddress at = UnixAddress.of(folder.resolve("s"));
    open(recorder, DatagramOptions.local(at));
    try (Socket peer = Socket.open(SocketConstants.AF_UNIX, SocketConstants.SOCK_DGRAM, 0)) {
      LongestUnixPath.bind(peer, folder);
      peer.connect(at);
      send(peer, (byte) 'q');
      net.runUntil(() -> !recorder.datagrams().isEmpty());
      recorder.transport().sendto("answer".getBytes(UTF_8), recorder.senders().getFirst());
      net.runTurns(1);

      assertThat(receive(peer)).isEqualTo("answer");
    }
    recorder.transport().close();
  }
}
