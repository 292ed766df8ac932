// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.Errno;
import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Mapping;
import dev.ouro.linux.MessageArray;
import dev.ouro.linux.NativeMemory;
import dev.ouro.linux.SockAddr;
import dev.ouro.linux.SockAddrCache;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketCalls;
import dev.ouro.linux.SocketConstants;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a datagram channel does, in each of the ways to receive. */
@ParameterizedClass
@EnumSource(EngineDatagramTest.Way.class)
class EngineDatagramTest {
  enum Way {
    EPOLL,
    RING_MULTISHOT,
    /** As for Unix sockets, and for kernels before 6.0. */
    RING_POLL
  }

  @Parameter Way way;
  private final Turns turns = new Turns();
  private final List<String> events = new ArrayList<>();
  private Engine engine;
  private DatagramBatch batch;
  private MessageArray messages;
  private Mapping memory;
  private Socket socket;
  private Socket peer;
  private DatagramChannel channel;

  @BeforeEach
  void open() throws Exception {
    engine = turns.open(way == Way.EPOLL ? EngineKind.EPOLL : EngineKind.IO_URING);
    batch = DatagramBatch.allocate(new SockAddrCache());
    messages = MessageArray.allocate(4, 4);
    memory = Mapping.anonymous(4096);
    socket = udp();
    peer = udp();
    peer.connect(socket.getsockname());
    channel = channel(socket, new Recording());
  }

  private static Socket udp() throws LinuxException {
    Socket socket = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_DGRAM, 0);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    return socket;
  }

  private DatagramChannel channel(Socket of, DatagramListener listener) throws LinuxException {
    Fd fd = of.fd();
    return way == Way.RING_POLL
        ? new RingDatagram((RingEngine) engine, fd, listener, null, batch)
        : engine.datagram(fd, of.family(), listener);
  }

  private class Recording implements DatagramListener {
    @Override
    public void received(ByteBuffer view, SocketAddress from) {
      events.add(UTF_8.decode(view) + " from " + from);
    }

    @Override
    public void receiveFailed(int errno, boolean stopped) {
      events.add("failed " + errno + " " + stopped);
    }

    @Override
    public void sent(int result) {
      events.add("sent " + result);
    }

    @Override
    public void writable() {
      events.add("writable");
    }

    @Override
    public void cancelled() {
      events.add("cancelled");
    }
  }

  @AfterEach
  void close() {
    if (channel != null) {
      end();
      channel.release();
      assertThat(engine.operations()).isZero();
    }
    peer.close();
    turns.close();
    batch.close();
    messages.close();
    memory.close();
  }

  private void end() {
    if (!channel.cancel()) {
      turns.until(() -> events.contains("cancelled"));
    }
  }

  private void peerSends(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    NativeMemory.copyFrom(bytes, 0, memory.address(), bytes.length);
    int sent = SocketCalls.send(peer.fd().number(), memory.address(), bytes.length, 0);
    assertThat(sent).isEqualTo(bytes.length);
  }

  private void turnAround() {
    for (int i = 0; i < 10; i++) {
      turns.turnWithoutWaiting();
    }
  }

  @Test
  void shouldHandOverDatagramsWithTheirSenderWhenStarted() throws Exception {
    SocketAddress from = peer.getsockname();
    peerSends("early");
    turnAround();
    assertThat(events).isEmpty();

    channel.startReceiving();
    channel.startReceiving();
    turns.until(() -> events.size() == 1);
    for (int i = 0; i < 200; i++) {
      peerSends("late " + i);
    }
    turns.until(() -> events.size() == 201);

    assertThat(events.getFirst()).isEqualTo("early from " + from);
    for (int i = 0; i < 200; i++) {
      assertThat(events.get(i + 1)).isEqualTo("late " + i + " from " + from);
    }
  }

  @Test
  void shouldHandOverNothingWhenStopped() {
    channel.startReceiving();
    turnAround();
    peerSends("arrived");
    engine.poll(0);

    channel.stopReceiving();
    peerSends("after");
    turnAround();

    assertThat(events).isEmpty();
  }

  @Test
  void shouldReportErrorAndGoOnWhenPeerIsNotThere() throws Exception {
    SocketAddress its = peer.getsockname();
    peer.close();
    socket.connect(its);
    channel.startReceiving();
    turnAround();

    assertThat(send("x", its)).isEqualTo(1);
    turns.until(() -> !events.isEmpty());
    peer = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_DGRAM, 0);
    peer.bind(its);
    peer.connect(socket.getsockname());
    peerSends("hello");
    turns.until(() -> events.size() == 2);

    assertThat(events)
        .containsExactly("failed " + Errno.ECONNREFUSED + " false", "hello from " + its);
  }

  private int send(String text, SocketAddress to) {
    byte[] bytes = text.getBytes(UTF_8);
    NativeMemory.copyFrom(bytes, 0, memory.address(), bytes.length);
    messages.iovec(0, memory.address(), bytes.length);
    messages.toSend(0, SockAddr.write(to, messages.name(0)), 0, 1, 0);
    return channel.trySend(messages, 1);
  }

  @Test
  void shouldSendWithoutWaiting() throws Exception {
    assertThat(send("hello", peer.getsockname())).isEqualTo(1);
    assertThat(send("", peer.getsockname())).isEqualTo(1);

    assertThat(SocketCalls.recv(peer.fd().number(), memory.address(), 4096, 0)).isEqualTo(5);
    assertThat(SocketCalls.recv(peer.fd().number(), memory.address(), 4096, 0)).isZero();
  }

  @Test
  void shouldSendOneWithTheTurnWhenThatIsItsEnd() throws Exception {
    byte[] bytes = "hello".getBytes(UTF_8);
    NativeMemory.copyFrom(bytes, 0, memory.address(), bytes.length);
    for (int length : new int[] {5, 0, 4000}) {
      messages.iovec(0, memory.address(), length);
      messages.toSend(
          0, SockAddr.write(peer.getsockname(), messages.name(0)), 0, length == 0 ? 0 : 1, 0);
      int result = channel.sendAtTurnEnd(messages);
      turns.turnWithoutWaiting();

      assertThat(SocketCalls.recv(peer.fd().number(), memory.address(), 4096, 0)).isEqualTo(length);
      if (result == Engine.PENDING) {
        assertThat(events.remove(0)).isEqualTo("sent 1");
      } else {
        assertThat(result).isEqualTo(1);
      }
      assertThat(events).isEmpty();
    }
  }

  @Test
  void shouldTellErrnoWhenTheOneWithTheTurnFails() throws Exception {
    messages.iovec(0, memory.address(), 4096);
    messages.iovec(1, memory.address(), 4096);
    SocketAddress broadcast = new InetSocketAddress("127.255.255.255", 9);
    messages.toSend(0, SockAddr.write(broadcast, messages.name(0)), 0, 1, 0);

    int result = channel.sendAtTurnEnd(messages);
    if (result == Engine.PENDING) {
      turns.until(() -> !events.isEmpty());
      assertThat(events).containsExactly("sent " + -Errno.EACCES);
    } else {
      assertThat(result).isEqualTo(-Errno.EACCES);
    }
  }

  @Test
  void shouldTellWhenThereIsRoom() {
    channel.startReceiving();

    channel.awaitWritable();
    turns.until(() -> !events.isEmpty());
    turnAround();
    channel.awaitWritable();
    turns.until(() -> events.size() == 2);
    turnAround();

    assertThat(events).containsExactly("writable", "writable");
  }

  @Test
  void shouldHearNothingElseWhenCancelled() {
    channel.startReceiving();
    turnAround();
    peerSends("arrived");
    engine.poll(0);
    channel.awaitWritable();

    end();
    peerSends("after");
    turnAround();

    assertThat(events).isSubsetOf("cancelled");
    assertThat(channel.cancel()).isTrue();
    assertThat(engine.operations()).isZero();
  }

  /** What a listener throws comes out, and costs no datagram. */
  @Test
  void shouldGoOnWhenListenerThrows() throws Exception {
    Socket other = udp();
    DatagramChannel throwing =
        channel(
            other,
            new Recording() {
              @Override
              public void received(ByteBuffer view, SocketAddress from) {
                super.received(view, from);
                throw new IllegalStateException("from received");
              }
            });
    peer.connect(other.getsockname());
    throwing.startReceiving();

    for (int i = 0; i < 3; i++) {
      peerSends("datagram " + i);
    }
    int thrown = 0;
    while (events.size() < 3) {
      try {
        turns.turn();
      } catch (IllegalStateException e) {
        thrown++;
      }
    }

    assertThat(thrown).isPositive();
    assertThat(events).hasSize(3);
    if (!throwing.cancel()) {
      turns.until(() -> events.contains("cancelled"));
      events.remove("cancelled");
    }
    throwing.release();
  }

  /** The engine closes, and with it what is open. */
  @Test
  void shouldCloseDescriptorWhenEngineCloses() throws Exception {
    Socket other = udp();
    DatagramChannel open = channel(other, new Recording());
    open.startReceiving();
    turnAround();

    engine.close();

    assertThat(other.fd().isClosed()).isTrue();
    channel.release();
    channel = null;
  }
}
