// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.Errno;
import dev.ouro.linux.Fd;
import dev.ouro.linux.Mapping;
import dev.ouro.linux.NativeMemory;
import dev.ouro.linux.Nr;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketCalls;
import dev.ouro.linux.SocketConstants;
import dev.ouro.linux.Syscall;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a stream channel does, on both engines. */
@ParameterizedClass
@EnumSource(EngineKind.class)
class EngineStreamTest {
  private static final int MEMORY_BYTES = 1 << 20;
  private static final long PATIENCE_NANOS = 100_000_000_000L;
  private static final int MSG_OOB = 1;
  private static final int SCM_RIGHTS = 1;

  @Parameter EngineKind kind;
  private final Turns turns = new Turns();
  private final RecordingStream listener = new RecordingStream();
  private Engine engine;
  private Socket peer;
  private StreamChannel channel;
  private Mapping memory;

  @BeforeEach
  void open() throws Exception {
    engine = turns.open(kind);
    Socket[] pair = Socket.pair();
    peer = pair[1];
    channel = engine.stream(pair[0].fd(), listener);
    memory = Mapping.anonymous(MEMORY_BYTES);
  }

  @AfterEach
  void close() {
    peer.close();
    if (!channel.cancel()) {
      turns.until(() -> listener.events.contains("cancelled"));
    }
    channel.release();
    assertThat(engine.operations()).isZero();
    turns.close();
    memory.close();
  }

  private void peerSends(byte[] bytes) {
    NativeMemory.copyFrom(bytes, 0, memory.address(), bytes.length);
    int sent = SocketCalls.send(peer.fd().number(), memory.address(), bytes.length, 0);
    assertThat(sent).isEqualTo(bytes.length);
  }

  private byte[] peerReceives(int most) {
    long address = memory.address() + MEMORY_BYTES / 2;
    int count = SocketCalls.recv(peer.fd().number(), address, most, 0);
    byte[] bytes = new byte[Math.max(count, 0)];
    NativeMemory.copyTo(address, bytes, 0, bytes.length);
    return bytes;
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  @Test
  void shouldHandOverBytesInOrderWhenTheyArrive() {
    byte[] bytes = random(100_000);
    channel.startReceiving();

    peerSends(bytes);
    turns.until(() -> listener.bytes.size() == bytes.length);

    assertThat(listener.bytes.toByteArray()).isEqualTo(bytes);
  }

  @Test
  void shouldKeepTheOrderWhenStreamsGrowLargeAndSmallAgain() {
    channel.startReceiving();
    int total = 0;
    byte[] bytes = random(300_000);

    for (int piece : new int[] {10, 50_000, 60_000, 70_000, 1, 2, 3, 100_000}) {
      peerSends(Arrays.copyOfRange(bytes, total, total + piece));
      total += piece;
      int expected = total;
      turns.until(() -> listener.bytes.size() == expected);
    }
    for (int i = 0; i < 200; i++) {
      peerSends(new byte[] {bytes[total]});
      total++;
      int expected = total;
      turns.until(() -> listener.bytes.size() == expected);
    }

    assertThat(listener.bytes.toByteArray()).isEqualTo(Arrays.copyOf(bytes, total));
  }

  @Test
  void shouldReportTheEndOnceWhenThePeerCloses() {
    channel.startReceiving();

    peerSends(new byte[] {1});
    peer.close();
    turns.until(() -> !listener.events.isEmpty());
    turns.turnWithoutWaiting();

    assertThat(listener.bytes.size()).isEqualTo(1);
    assertThat(listener.events).containsExactly("end");
  }

  @Test
  void shouldHoldBytesBackWhenStoppedAndHandThemOverWhenStarted() {
    channel.startReceiving();
    peerSends(random(10));
    turns.until(() -> listener.bytes.size() == 10);

    channel.stopReceiving();
    peerSends(random(20));
    for (int i = 0; i < 10; i++) {
      turns.turnWithoutWaiting();
    }

    assertThat(listener.bytes.size()).isEqualTo(10);

    channel.startReceiving();
    peerSends(random(30));
    turns.until(() -> listener.bytes.size() == 60);
    assertThat(Arrays.copyOfRange(listener.bytes.toByteArray(), 10, 30)).isEqualTo(random(20));
  }

  @Test
  void shouldHandOverNothingWhenStoppedBetweenArrivalAndTurn() {
    StopsItself stopping = new StopsItself();
    stopping.attach();

    // Two buffers' worth: the second piece has arrived when the first one is handed over.
    peerSends(random(200_000));
    turns.until(() -> stopping.bytes.size() > 0);
    int first = stopping.bytes.size();
    for (int i = 0; i < 10; i++) {
      turns.turnWithoutWaiting();
    }

    assertThat(stopping.bytes.size()).isEqualTo(first);

    while (stopping.bytes.size() < 200_000) {
      channel.startReceiving();
      turns.turn();
    }
    assertThat(stopping.bytes.toByteArray()).isEqualTo(random(200_000));
  }

  /** Stops after every piece. */
  private final class StopsItself extends RecordingStream {
    void attach() {
      try {
        Socket[] pair = Socket.pair();
        if (!channel.cancel()) {
          turns.until(() -> listener.events.contains("cancelled"));
        }
        channel.release();
        peer.close();
        peer = pair[1];
        channel = engine.stream(pair[0].fd(), this);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      channel.startReceiving();
    }

    @Override
    public void received(ByteBuffer view, long address) {
      super.received(view, address);
      channel.stopReceiving();
    }

    @Override
    public void cancelled() {
      listener.cancelled();
    }
  }

  @Test
  void shouldSendEverythingWhenThePeerReadsSlowly() {
    byte[] bytes = random(500_000);
    NativeMemory.copyFrom(bytes, 0, memory.address(), bytes.length);
    ByteArrayOutputStream got = new ByteArrayOutputStream();
    int sent = 0;
    boolean pending = false;

    while (got.size() < bytes.length) {
      if (!pending && sent < bytes.length) {
        int result = channel.send(memory.address() + sent, bytes.length - sent, true);
        pending = result == Engine.PENDING;
        sent += pending ? 0 : result;
      }
      got.writeBytes(peerReceives(10_000));
      turns.turnWithoutWaiting();
      if (pending && !listener.events.isEmpty()) {
        sent += Integer.parseInt(listener.events.removeFirst().substring("sent ".length()));
        pending = false;
      }
    }

    assertThat(got.toByteArray()).isEqualTo(bytes);
  }

  @Test
  void shouldReportAnUnawaitedSendWhenTheNextThingHappens() {
    byte[] bytes = random(64);
    channel.startReceiving();
    NativeMemory.copyFrom(bytes, 0, memory.address(), bytes.length);

    int result = channel.send(memory.address(), bytes.length, false);
    turns.turnWithoutWaiting();
    byte[] got = peerReceives(1000);
    peerSends(new byte[] {1});
    turns.until(() -> listener.bytes.size() == 1);

    assertThat(got).isEqualTo(bytes);
    if (result == Engine.PENDING) {
      assertThat(listener.events).containsExactly("sent 64");
    } else {
      assertThat(result).isEqualTo(64);
    }
  }

  @Test
  void shouldSendTheRestWhenAnUnawaitedSendFindsNoRoom() {
    byte[] bytes = random(500_000);
    NativeMemory.copyFrom(bytes, 0, memory.address(), bytes.length);
    int taken = channel.send(memory.address(), bytes.length, false);

    if (taken == Engine.PENDING) {
      turns.until(() -> !listener.events.isEmpty());
      taken = Integer.parseInt(listener.events.removeFirst().substring("sent ".length()));
    }
    assertThat(taken).isLessThan(bytes.length).isPositive();
    int second = channel.send(memory.address() + taken, bytes.length - taken, false);
    assertThat(second).isEqualTo(Engine.PENDING);
    turns.turnWithoutWaiting();
    assertThat(listener.events).isEmpty();

    while (listener.events.isEmpty()) {
      peerReceives(100_000);
      turns.turnWithoutWaiting();
    }
    assertThat(listener.events.getFirst()).startsWith("sent ").isNotEqualTo("sent 0");
  }

  @Test
  void shouldTellWhenThereIsRoomAgainAfterAFullSend() {
    int result = 0;
    while (result >= 0) {
      result = channel.trySend(memory.address(), 100_000);
    }
    assertThat(result).isEqualTo(-Errno.EAGAIN);

    channel.awaitWritable();
    turns.turnWithoutWaiting();
    assertThat(listener.events).isEmpty();
    while (listener.events.isEmpty()) {
      peerReceives(100_000);
      turns.turnWithoutWaiting();
    }

    assertThat(listener.events).containsExactly("writable");
  }

  @Test
  void shouldTellAtOnceThatThereIsRoomWhenThereAlwaysWas() {
    channel.awaitWritable();

    turns.until(() -> !listener.events.isEmpty());

    assertThat(listener.events).containsExactly("writable");
  }

  @Test
  void shouldFailTheSendWhenThePeerIsGone() {
    peer.close();

    int result = channel.send(memory.address(), 10, true);
    if (result == Engine.PENDING) {
      turns.until(() -> !listener.events.isEmpty());
      result = Integer.parseInt(listener.events.getFirst().substring("sent ".length()));
    }

    assertThat(result).isEqualTo(-Errno.EPIPE);
  }

  /** A connection of TCP in place of the pair. */
  private void connectByTcp() throws Exception {
    channel.cancel();
    channel.release();
    peer.close();
    try (Socket server = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0)) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      server.listen(1);
      peer = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0);
      peer.setBlocking(true);
      server.setBlocking(true);
      peer.connect(server.getsockname());
      Fd accepted = new Fd(SocketCalls.accept(server.fd().number(), 0, 0));
      channel = engine.stream(accepted, listener);
    }
    channel.startReceiving();
    turns.turnWithoutWaiting();
  }

  /** {@code recv(2)} stops at the mark of urgent data, however much is behind it. */
  @Test
  void shouldHandOverWhatIsBehindUrgentDataWhenAllHasArrived() throws Exception {
    connectByTcp();
    peerSends("before".getBytes(US_ASCII));
    NativeMemory.putByte(memory.address(), (byte) '!');
    SocketCalls.send(peer.fd().number(), memory.address(), 1, MSG_OOB);
    peerSends("behind".getBytes(US_ASCII));

    turnsUntilReceived(12);

    assertThat(listener.bytes.toString(US_ASCII)).isEqualTo("beforebehind");
  }

  /** {@code recv(2)} stops behind passed descriptors, however much is there. */
  @Test
  void shouldHandOverWhatIsBehindPassedDescriptorsWhenAllHasArrived() {
    channel.startReceiving();
    turns.turnWithoutWaiting();
    peerSendsDescriptor("before".getBytes(US_ASCII));
    peerSends("behind".getBytes(US_ASCII));

    turnsUntilReceived(12);

    assertThat(listener.bytes.toString(US_ASCII)).isEqualTo("beforebehind");
  }

  /** Turns that do not wait, and so end also where nothing is reported any more. */
  private void turnsUntilReceived(int sizeBytes) {
    long start = System.nanoTime();
    while (listener.bytes.size() < sizeBytes && System.nanoTime() - start < PATIENCE_NANOS) {
      turns.turnWithoutWaiting();
    }
  }

  private void peerSendsDescriptor(byte[] bytes) {
    long iovec = memory.address() + 64;
    long control = memory.address() + 128;
    long data = memory.address() + 256;
    NativeMemory.zero(memory.address(), 256);
    NativeMemory.putLong(memory.address() + 16, iovec);
    NativeMemory.putLong(memory.address() + 24, 1);
    NativeMemory.putLong(memory.address() + 32, control);
    NativeMemory.putLong(memory.address() + 40, 24);
    NativeMemory.putLong(iovec, data);
    NativeMemory.putLong(iovec + 8, bytes.length);
    NativeMemory.putLong(control, 20);
    NativeMemory.putInt(control + 8, SocketConstants.SOL_SOCKET);
    NativeMemory.putInt(control + 12, SCM_RIGHTS);
    NativeMemory.putInt(control + 16, peer.fd().number());
    NativeMemory.copyFrom(bytes, 0, data, bytes.length);
    long sent = Syscall.call(Nr.SENDMSG, peer.fd().number(), memory.address(), 0);
    assertThat(sent).isEqualTo(bytes.length);
  }
}
