// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.SocketConstants;
import dev.ouro.loop.LoopExit;
import dev.ouro.poll.FakeDatagramChannel;
import dev.ouro.poll.FakeDatagramChannel.Sent;
import dev.ouro.testing.DatagramRecorder;
import dev.ouro.testing.FakeLoop;
import dev.ouro.testing.LeakCheck;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What an endpoint asks of its channel, and when: on an engine without a kernel. */
@ExtendWith(LeakCheck.class)
class DatagramEndpointTest {
  private static final InetSocketAddress ONE =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
  private static final InetSocketAddress TWO =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 2);

  private final FakeLoop loop = FakeLoop.create();
  private final Network network = new Network(loop);
  private DatagramRecorder recorder = new DatagramRecorder();
  private DatagramTransport transport;
  private FakeDatagramChannel channel;

  @AfterEach
  void close() {
    loop.close();
    network.close();
  }

  private void open(DatagramOptions options) {
    transport =
        loop.runUntilComplete(network.createDatagramEndpoint(() -> recorder, options)).transport();
    channel = loop.engine().datagramChannels().getFirst();
  }

  private void open() {
    open(DatagramOptions.of(SocketConstants.AF_INET));
  }

  private void send(String text, InetSocketAddress to) {
    transport.sendto(text.getBytes(UTF_8), to);
  }

  /** Runs {@code body} in a turn, at whose end what it has sent leaves. */
  private void inTurn(Runnable body) {
    List<Throwable> thrown = new ArrayList<>();
    loop.callSoon(() -> {
      try {
        body.run();
      } catch (Throwable t) {
        thrown.add(t);
      }
    });
    loop.runTurn();
    assertThat(thrown).isEmpty();
  }

  @Test
  void shouldSendDatagramsOfTurnInOneCall() {
    open();

    inTurn(() -> {
      send("a", ONE);
      send("b", TWO);
      send("", ONE);
      assertThat(channel.calls()).isEmpty();
      assertThat(transport.getWriteBufferSize()).isEqualTo(2 + 3 * 8);
    });

    assertThat(channel.calls()).containsExactly(3);
    assertThat(channel.sent())
        .containsExactly(
            new Sent("a", ONE, false), new Sent("b", TWO, false), new Sent("", ONE, false));
    assertThat(transport.getWriteBufferSize()).isZero();
  }

  @Test
  void shouldSendWithinTurnWhenCallIsFull() {
    open();

    inTurn(() -> {
      for (int i = 0; i < 130; i++) {
        send("x", ONE);
      }
      assertThat(channel.calls()).containsExactly(64, 64);
    });

    assertThat(channel.calls()).containsExactly(64, 64, 2);
  }

  /** Behaviour 180. */
  @Test
  void shouldWaitForRoomAndKeepOrderWhenThereIsNone() {
    open();
    transport.setWriteBufferLimits(20);
    channel.room(1);

    send("one", ONE);
    send("two", ONE);
    send("three", TWO);
    assertThat(recorder.events()).containsExactly("connectionMade", "pauseWriting");
    assertThat(channel.isAwaitingWritable()).isTrue();
    assertThat(transport.getWriteBufferSize()).isEqualTo(3 + 8 + 5 + 8);
    send("four", TWO);
    loop.runTurn();
    assertThat(channel.texts()).containsExactly("one");
    channel.becomeWritable(2);
    loop.runTurn();
    channel.becomeWritable(5);
    loop.runTurn();

    assertThat(channel.texts()).containsExactly("one", "two", "three", "four");
    assertThat(recorder.events())
        .containsExactly("connectionMade", "pauseWriting", "resumeWriting");
    assertThat(transport.getWriteBufferSize()).isZero();
  }

  /** Behaviour 181. */
  @Test
  void shouldNotStrandTheOthersWhenOneFails() {
    open();
    transport.setWriteBufferLimits(0);
    channel.room(0);
    send("one", ONE);
    send("two", ONE);
    send("three", ONE);
    channel.failSends(Errno.EPERM, 0, 0);

    channel.becomeWritable(1);
    loop.runTurn();
    assertThat(channel.texts()).containsExactly("two");
    channel.failSends(Errno.ENETUNREACH);
    channel.becomeWritable(1);
    loop.runTurn();

    assertThat(channel.texts()).containsExactly("two");
    assertThat(recorder.errors())
        .extracting(LinuxException::errno)
        .containsExactly(Errno.EPERM, Errno.ENETUNREACH);
    assertThat(recorder.events())
        .containsExactly(
            "connectionMade", "pauseWriting", "errorReceived", "errorReceived", "resumeWriting");
    assertThat(transport.getWriteBufferSize()).isZero();
  }

  /** Behaviour 179: what is the descriptor's own ends the endpoint. */
  @Test
  void shouldLoseConnectionWhenDescriptorIsBroken() {
    open();
    send("kept back", ONE);

    channel.pushError(Errno.EBADF, true);
    loop.runTurn();
    loop.runTurn();

    assertThat(recorder.events()).containsExactly("connectionMade", "connectionLost");
    assertThat(recorder.lostWith())
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADF));
    assertThat(transport.isClosing()).isTrue();
  }

  /** Behaviour 179: an error that is none of I/O is reported, and ends it as well. */
  @Test
  void shouldReportAndLoseConnectionWhenErrorIsNoneOfIo() {
    open();
    List<Throwable> reported = new ArrayList<>();
    loop.setExceptionHandler((_, context) -> reported.add(context.exception()));
    IllegalStateException failure = new IllegalStateException("no I/O");

    ((DatagramEndpoint) transport).fatalError(failure, "Fatal write error on datagram transport");
    loop.runTurn();

    assertThat(reported).containsExactly(failure);
    assertThat(recorder.lostWith()).isSameAs(failure);
    assertThat(recorder.events()).containsExactly("connectionMade", "connectionLost");
  }

  /** Behaviour 182. */
  @Test
  void shouldLoseConnectionAfterTheLastDatagramWhenClosed() {
    open();
    channel.room(1);
    send("one", ONE);
    send("two", ONE);

    transport.close();
    send("waits as well", ONE);
    loop.runTurn();
    assertThat(recorder.isLost()).isFalse();
    channel.push("not heard", ONE);
    channel.becomeWritable(10);
    loop.runTurn();
    loop.runTurn();

    assertThat(channel.texts()).containsExactly("one", "two", "waits as well");
    assertThat(recorder.events()).containsExactly("connectionMade", "connectionLost");
    assertThat(transport.getWriteBufferSize()).isZero();
  }

  /** errorReceived may do what it likes. */
  @Test
  void shouldBearWhatErrorReceivedDoes() {
    recorder =
        new DatagramRecorder() {
          @Override
          public void errorReceived(LinuxException exception) {
            super.errorReceived(exception);
            if (exception.errno() == Errno.EPERM) {
              transport.sendto("from inside".getBytes(UTF_8), TWO);
            } else if (exception.errno() == Errno.EACCES) {
              transport.close();
            }
          }
        };
    open();
    channel.failSends(Errno.EPERM);
    inTurn(() -> {
      send("a", ONE);
      send("b", ONE);
    });
    channel.failSends(Errno.EACCES);
    inTurn(() -> {
      send("c", ONE);
      send("d", ONE);
    });
    loop.runTurn();

    assertThat(channel.texts()).containsExactly("b", "from inside", "d");
    assertThat(recorder.events())
        .containsExactly("connectionMade", "errorReceived", "errorReceived", "connectionLost");
  }

  /** What it sends finds room in the same loop, and does not count as too much. */
  @Test
  void shouldNotStayPausedWhenErrorReceivedSendsMuch() {
    recorder =
        new DatagramRecorder() {
          @Override
          public void errorReceived(LinuxException exception) {
            super.errorReceived(exception);
            transport.sendto(new byte[100], TWO);
          }
        };
    open();
    transport.setWriteBufferLimits(50);
    channel.failSends(Errno.EPERM);

    inTurn(() -> {
      send("a", ONE);
      send("b", ONE);
    });
    channel.failSends(Errno.EPERM);
    inTurn(() -> transport.sendto(new byte[60], ONE));

    assertThat(recorder.events())
        .containsExactly("connectionMade", "errorReceived", "errorReceived");
    assertThat(transport.getWriteBufferSize()).isZero();
  }

  /** Nothing is resumed that was aborted. */
  @Test
  void shouldNotResumeWhenAborted() {
    open();
    transport.setWriteBufferLimits(0);
    channel.room(0);
    inTurn(() -> send("a", ONE));
    assertThat(recorder.events()).containsExactly("connectionMade", "pauseWriting");

    transport.abort();
    loop.runTurn();
    loop.runTurn();

    assertThat(recorder.events())
        .containsExactly("connectionMade", "pauseWriting", "connectionLost");
  }

  @Test
  void shouldBearThatErrorReceivedAborts() {
    recorder =
        new DatagramRecorder() {
          @Override
          public void errorReceived(LinuxException exception) {
            super.errorReceived(exception);
            transport.abort();
          }
        };
    open();
    channel.failSends(Errno.EPERM);
    inTurn(() -> {
      send("a", ONE);
      send("b", ONE);
    });
    loop.runTurn();

    assertThat(channel.texts()).isEmpty();
    assertThat(recorder.events())
        .containsExactly("connectionMade", "errorReceived", "connectionLost");
  }

  @Test
  void shouldSendTheOthersWhenErrorReceivedLeavesTheLoop() {
    recorder =
        new DatagramRecorder() {
          @Override
          public void errorReceived(LinuxException exception) {
            throw new LoopExit("enough");
          }
        };
    open();
    channel.failSends(Errno.EPERM);

    assertThatThrownBy(() ->
            inTurn(() -> {
              send("a", ONE);
              send("b", ONE);
            }))
        .isInstanceOf(LoopExit.class);
    loop.runTurn();

    assertThat(channel.texts()).containsExactly("b");
  }

  @Test
  void shouldJoinDatagramsOfOneSizeWhenSegmenting() {
    open(DatagramOptions.of(SocketConstants.AF_INET).withGso(true));

    inTurn(() -> {
      for (String each : List.of("aaaa", "bbbb", "cc", "dddd", "eeeeee", "ffffff")) {
        send(each, ONE);
      }
      send("gggggg", TWO);
      send("", TWO);
    });

    assertThat(channel.sent())
        .containsExactly(
            new Sent("aaaabbbbcc", ONE, true),
            new Sent("dddd", ONE, false),
            new Sent("eeeeeeffffff", ONE, true),
            new Sent("gggggg", TWO, false),
            new Sent("", TWO, false));
  }

  /** A device that cannot: for good. A segment too long for the path: for this one. */
  @Test
  void shouldSendApartWhenSegmentingIsRefused() {
    open(DatagramOptions.of(SocketConstants.AF_INET).withGso(true));
    channel.failSends(Errno.EINVAL, 0, Errno.EIO);

    for (int i = 0; i < 3; i++) {
      inTurn(() -> {
        send("aa", ONE);
        send("bb", ONE);
      });
    }

    assertThat(channel.texts()).containsExactly("aa", "bb", "aa", "bb", "aa", "bb");
    assertThat(channel.calls()).containsExactly(1, 2, 1, 2, 2);
    assertThat(recorder.errors()).isEmpty();
  }

  /** What has not been tried yet does not count as too much. */
  @Test
  void shouldNotPauseWhenKernelTakesEverything() {
    open();
    transport.setWriteBufferLimits(0);

    inTurn(() -> {
      send("one", ONE);
      send("two", ONE);
    });

    assertThat(recorder.events()).containsExactly("connectionMade");
    assertThat(channel.texts()).containsExactly("one", "two");
  }

  @Test
  void shouldSendAtOnceWhenLoopDoesNotRun() {
    open();
    channel.pendSends(true);

    send("one", ONE);
    send("two", ONE);

    assertThat(channel.texts()).containsExactly("one", "two");
    assertThat(transport.getWriteBufferSize()).isZero();
  }

  @Test
  void shouldLeaveTheOnlyDatagramOfTurnToEngine() {
    open();
    channel.pendSends(true);
    transport.setWriteBufferLimits(20);

    inTurn(() -> send("one", ONE));
    assertThat(transport.getWriteBufferSize()).isEqualTo(3 + 8);
    send("two", ONE);
    send("three", ONE);
    send("four", ONE);
    assertThat(recorder.events()).containsExactly("connectionMade");
    channel.completeSend(1);
    loop.runTurn();

    // More than the limit: sent as soon as that was possible, and so nobody had to pause.
    assertThat(channel.texts()).containsExactly("one", "two", "three", "four");
    assertThat(channel.calls()).containsExactly(1, 3);
    assertThat(recorder.events()).containsExactly("connectionMade");
    assertThat(transport.getWriteBufferSize()).isZero();
  }

  @Test
  void shouldWaitForRoomOrTellErrorWhenEngineCouldNotSend() {
    open();
    channel.pendSends(true);
    inTurn(() -> send("one", ONE));

    channel.completeSend(-Errno.EAGAIN);
    loop.runTurn();
    assertThat(channel.isAwaitingWritable()).isTrue();
    send("two", ONE);
    channel.becomeWritable(9);
    loop.runTurn();
    assertThat(channel.texts()).containsExactly("one", "two");

    inTurn(() -> send("three", ONE));
    channel.completeSend(-Errno.EPERM);
    loop.runTurn();
    assertThat(recorder.errors()).extracting(LinuxException::errno).containsExactly(Errno.EPERM);
    assertThat(transport.getWriteBufferSize()).isZero();
  }

  @Test
  void shouldSendTheOthersAndEndWhenClosedWhileEngineSends() {
    open();
    channel.pendSends(true);
    inTurn(() -> send("one", ONE));

    send("two", ONE);
    transport.close();
    assertThat(channel.texts()).isEmpty();
    channel.completeSend(1);
    loop.runTurn();
    loop.runTurn();

    assertThat(channel.texts()).containsExactly("one", "two");
    assertThat(recorder.events()).containsExactly("connectionMade", "connectionLost");
  }

  @Test
  void shouldKeepMemoryUntilEngineHasSentWhenAborted() {
    open();
    channel.pendSends(true);
    inTurn(() -> send("one", ONE));

    send("two", ONE);
    transport.abort();
    assertThat(transport.getWriteBufferSize()).isZero();
    loop.runTurn();
    assertThat(recorder.isLost()).isFalse();
    channel.completeSend(1);
    loop.runTurn();
    loop.runTurn();

    assertThat(channel.texts()).containsExactly("one");
    assertThat(recorder.events()).containsExactly("connectionMade", "connectionLost");
  }
}
