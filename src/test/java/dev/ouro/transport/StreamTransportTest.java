// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.OpenFile;
import dev.ouro.linux.Socket;
import dev.ouro.loop.Future;
import dev.ouro.poll.FakeStreamChannel;
import dev.ouro.testing.FakeLoop;
import dev.ouro.testing.LeakCheck;
import dev.ouro.testing.Recorder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a transport asks of its channel, and when: on an engine without a kernel. */
@ExtendWith(LeakCheck.class)
class StreamTransportTest {
  private final FakeLoop loop = FakeLoop.create();
  private final Network network = new Network(loop);
  private final Recorder recorder = new Recorder();
  @TempDir Path folder;
  private Socket other;
  private Transport transport;
  private FakeStreamChannel channel;

  @BeforeEach
  void connect() throws LinuxException {
    Socket[] pair = Socket.pair();
    other = pair[1];
    transport =
        loop.runUntilComplete(
                network.connectAcceptedSocket(
                    () -> recorder, pair[0], AcceptedSocketOptions.DEFAULT))
            .transport();
    channel = loop.engine().channels().getFirst();
  }

  @AfterEach
  void close() {
    other.close();
    loop.close();
    network.close();
  }

  private void asRing() throws LinuxException {
    // The sender asks once, when it is made.
    loop.engine().batchesSends(true);
    Socket[] pair = Socket.pair();
    other.close();
    other = pair[1];
    transport.abort();
    loop.runTurn();
    recorder.events().clear();
    transport =
        loop.runUntilComplete(
                network.connectAcceptedSocket(
                    () -> recorder, pair[0], AcceptedSocketOptions.DEFAULT))
            .transport();
    channel = loop.engine().channels().getLast();
    channel.pendSends(true);
  }

  private String written() {
    return new String(channel.written(), UTF_8);
  }

  private void write(String text) {
    transport.write(text.getBytes(UTF_8));
  }

  /** Runs {@code body} in a turn; outside of one, nothing gathers until its end. */
  private void inTurn(Runnable body) {
    FutureTask<Void> task = new FutureTask<>(body, null);
    loop.callSoon(task);
    loop.runTurn();
    assertThat(task).succeedsWithin(Duration.ZERO);
  }

  @Test
  void shouldSendFirstWriteOfTurnAtOnceAndTheOthersTogether() {
    inTurn(() -> {
      write("first");
      assertThat(written()).isEqualTo("first");

      write("second");
      write("third");
      assertThat(transport.getWriteBufferSize()).isEqualTo(11);
    });

    assertThat(channel.sends()).containsExactly(5, 11);
    assertThat(written()).isEqualTo("firstsecondthird");
    assertThat(transport.getWriteBufferSize()).isZero();
  }

  @Test
  void shouldSendWritesOfTurnTogetherWhenEngineBatches() throws LinuxException {
    asRing();
    inTurn(() -> {
      write("first");
      write("second");
      assertThat(channel.isSendPending()).isFalse();
    });

    assertThat(channel.isSendPending()).isTrue();
    assertThat(transport.getWriteBufferSize()).isEqualTo(11);
    write("third");
    channel.completeSend();
    loop.runTurn();
    channel.completeSend();
    loop.runTurn();

    assertThat(channel.sends()).containsExactly(11, 5);
    assertThat(written()).isEqualTo("firstsecondthird");
    assertThat(transport.getWriteBufferSize()).isZero();
  }

  @Test
  void shouldResendWhatPendingSendLeft() throws LinuxException {
    asRing();
    inTurn(() -> write("abcdef"));
    channel.completeSend(2);
    loop.runTurn();
    assertThat(transport.getWriteBufferSize()).isEqualTo(4);
    channel.completeSend();
    loop.runTurn();

    assertThat(written()).isEqualTo("abcdef");
  }

  @Test
  void shouldSendLargeDataFromCallersMemory() {
    ByteBuffer large = ByteBuffer.allocateDirect(100_000);
    channel.window(60_000);
    channel.pendSends(true);
    transport.write(large);
    assertThat(channel.sends()).startsWith(60_000);
    assertThat(large.hasRemaining()).isFalse();
    assertThat(transport.getWriteBufferSize()).isEqualTo(40_000);
    channel.completeSend();
    loop.runTurn();
    assertThat(transport.getWriteBufferSize()).isZero();
  }

  @Test
  void shouldNotWaitForTurnsEndWhenMuchHasGathered() {
    write("first");
    for (int i = 0; i < 17; i++) {
      transport.write(new byte[1000]);
    }
    assertThat(transport.getWriteBufferSize()).isLessThan(16 * 1024);
    assertThat(channel.written()).hasSizeGreaterThan(16 * 1024);
  }

  @Test
  void shouldWaitForKernelToLetGoBeforeConnectionIsLost() throws LinuxException {
    asRing();
    inTurn(() -> write("abc"));

    transport.abort();
    loop.runTurn();
    assertThat(channel.isCancelled()).isTrue();
    assertThat(recorder.events()).containsExactly("connectionMade");
    assertThat(channel.isReleased()).isFalse();
    channel.finishCancel();
    loop.runTurn();
    loop.runTurn();

    assertThat(recorder.events()).containsExactly("connectionMade", "connectionLost");
    assertThat(channel.isReleased()).isTrue();
  }

  @Test
  void shouldFlushBeforeClosing() throws LinuxException {
    asRing();
    inTurn(() -> {
      write("abc");
      transport.close();
    });
    assertThat(channel.isCancelled()).isFalse();
    channel.completeSend();
    loop.runTurn();
    loop.runTurn();

    assertThat(written()).isEqualTo("abc");
    assertThat(recorder.events()).containsExactly("connectionMade", "connectionLost");
    assertThat(recorder.lostWith()).isNull();
  }

  @Test
  void shouldLoseConnectionWithErrorWhenPendingSendFails() throws LinuxException {
    asRing();
    transport.setWriteBufferLimits(0);
    channel.window(0);
    write("abc");
    write("def");
    assertThat(recorder.events()).endsWith("pauseWriting");
    channel.completeSend(-Errno.EPIPE);
    loop.runTurn();
    loop.runTurn();

    assertThat(recorder.lostWith()).isInstanceOf(dev.ouro.linux.BrokenPipeException.class);
    assertThat(recorder.events()).doesNotContain("resumeWriting");
    assertThat(transport.getWriteBufferSize()).isZero();
  }

  @Test
  void shouldReportNothingMoreAfterClose() {
    channel.push((byte) 1);
    transport.close();
    channel.pushEof();
    loop.runTurn();
    loop.runTurn();

    assertThat(recorder.events()).containsExactly("connectionMade", "connectionLost");
  }

  @Test
  void shouldNotSendBesideFileThatWaitsForRoom() throws IOException {
    Path path = Files.writeString(folder.resolve("file"), "content");
    try (OpenFile file = OpenFile.open(path)) {
      channel.answerSendfile(3);
      channel.answerSendfile(-Errno.EAGAIN);
      Future<Long> sending = network.sendfile(transport, file, SendfileOptions.DEFAULT);
      assertThat(channel.isAwaitingWritable()).isTrue();
      assertThat(channel.isReceiving()).isFalse();
      assertThatThrownBy(() -> write("x")).isInstanceOf(IllegalStateException.class);

      sending.cancel();
      loop.runTurn();
      assertThat(file.position()).isEqualTo(3);
      assertThat(channel.isReceiving()).isTrue();
      write("after");
      loop.runTurn();
      assertThat(written()).isEmpty();
      channel.becomeWritable(100);
      loop.runTurn();

      assertThat(written()).isEqualTo("after");
    }
  }

  @Test
  void shouldSendFileOnceRoomIsThere() throws IOException {
    Path path = Files.writeString(folder.resolve("file"), "content");
    try (OpenFile file = OpenFile.open(path)) {
      channel.answerSendfile(-Errno.EAGAIN);
      Future<Long> sending =
          network.sendfile(transport, file, SendfileOptions.DEFAULT.withCount(7L));
      channel.answerSendfile(7);
      channel.becomeWritable(100);
      loop.runTurn();

      assertThat(sending.result()).isEqualTo(7);
      assertThat(channel.isReceiving()).isTrue();
    }
  }

  @Test
  void shouldFallBackWhenFirstSendfileFailsAndPropagateLaterFailure() throws IOException {
    Path path = Files.writeString(folder.resolve("file"), "content");
    try (OpenFile file = OpenFile.open(path)) {
      channel.answerSendfile(-Errno.EINVAL);
      Future<Long> refused =
          network.sendfile(transport, file, SendfileOptions.DEFAULT.withFallback(false));
      assertThat(refused.exception()).isInstanceOf(SendfileNotAvailableException.class);

      channel.answerSendfile(3);
      channel.answerSendfile(-Errno.EIO);
      Future<Long> failed = network.sendfile(transport, file, SendfileOptions.DEFAULT);
      assertThat(((LinuxException) failed.exception()).errno()).isEqualTo(Errno.EIO);
      assertThat(file.position()).isEqualTo(3);
      assertThat(transport.isClosing()).isFalse();
    }
  }

  @Test
  void shouldTellTheSameDefaults() {
    assertThat(List.of(transport.canWriteEof(), transport.isReading())).containsOnly(true);
    assertThat(transport.getWriteBufferLimits()).isEqualTo(WriteBufferLimits.DEFAULT);
  }
}
