// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.LoopFixture;
import dev.ouro.testing.ManualClock;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.Recorder;
import dev.ouro.transport.Connection;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.Network;
import dev.ouro.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * asyncio-behaviours 147 and 148: attempts that overlap, in the kernel, in time that is moved by
 * hand. The host null has two addresses, ::1 and 127.0.0.1; a listener whose queue is full answers
 * no SYN, so that a connect to it goes on.
 */
@OnBothEngines
class HappyEyeballsContractTest {
  private static final Duration DELAY = Duration.ofMillis(250);

  @RegisterExtension final LoopFixture loops;
  private final ManualClock clock = new ManualClock();
  private final Deque<AutoCloseable> toClose = new ArrayDeque<>();
  private EngineLoop loop;
  private Network network;
  private int port;

  HappyEyeballsContractTest(EngineKind kind) {
    loops = new LoopFixture(kind);
  }

  @BeforeEach
  void open() {
    loop = loops.open(clock);
    network = new Network(loop);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable resource : toClose) {
      resource.close();
    }
    LoopFixture.awaitNoOperations(loop);
    loop.close();
    network.close();
  }

  /** A listener on the port of the first, which nobody accepts from. */
  private ServerSocket listen(String host) throws IOException {
    ServerSocket listener = new ServerSocket();
    toClose.push(listener);
    try {
      listener.bind(new InetSocketAddress(InetAddress.getByName(host), port), 1);
    } catch (IOException e) {
      Assumptions.abort(host + " is missing here, or its port: " + e.getMessage());
    }
    port = listener.getLocalPort();
    return listener;
  }

  private void listenWithFullQueue(String host) throws IOException {
    ServerSocket listener = listen(host);
    for (int i = 0; i < 6; i++) {
      SocketChannel waiting = SocketChannel.open();
      toClose.push(waiting);
      waiting.configureBlocking(false);
      waiting.connect(listener.getLocalSocketAddress());
    }
  }

  private Future<Connection<Transport, Recorder>> connect() {
    return network.createConnection(
        Recorder::new, ConnectionOptions.of(null, port).withHappyEyeballsDelay(DELAY));
  }

  private void runTurns(int count) {
    for (int i = 0; i < count; i++) {
      loop.stop();
      loop.runForever();
    }
  }

  private void abort(Connection<Transport, Recorder> connection) {
    connection.transport().abort();
    while (!connection.protocol().isLost()) {
      runTurns(1);
    }
  }

  private static String peer(Connection<Transport, Recorder> connection) {
    InetSocketAddress peer = (InetSocketAddress) connection.transport().getExtraInfo("peername");
    return peer.getAddress().getHostAddress();
  }

  /** Behaviour 147. */
  @Test
  void shouldTrySecondAddressWhenDelayHasPassed() throws IOException {
    listenWithFullQueue("::1");
    listen("127.0.0.1");
    Future<Connection<Transport, Recorder>> connecting = connect();

    runTurns(20);
    assertThat(loop.pollEngine().operations()).isEqualTo(1);
    clock.advance(DELAY);
    Connection<Transport, Recorder> connection = loop.runUntilComplete(connecting);

    assertThat(peer(connection)).isEqualTo("127.0.0.1");
    abort(connection);
    LoopFixture.awaitNoOperations(loop);
  }

  /** Behaviour 147. */
  @Test
  void shouldTrySecondAddressAtOnceWhenFirstFails() throws IOException {
    listen("127.0.0.1");

    Connection<Transport, Recorder> connection = loop.runUntilComplete(connect());

    assertThat(peer(connection)).isEqualTo("127.0.0.1");
    assertThat(clock.now()).isZero();
    abort(connection);
  }

  /** Behaviour 148: cancelled in every turn of a race in which both attempts go on. */
  @Test
  void shouldCloseEverySocketWhenCancelledDuringTheRace() throws IOException {
    listenWithFullQueue("::1");
    listenWithFullQueue("127.0.0.1");
    for (int turns = 0; turns < 8; turns++) {
      Future<Connection<Transport, Recorder>> connecting = connect();
      runTurns(turns);
      if (turns >= 4) {
        clock.advance(DELAY);
        runTurns(turns - 3);
        assertThat(loop.pollEngine().operations()).isEqualTo(2);
      }

      connecting.cancel();
      runTurns(2);
      LoopFixture.awaitNoOperations(loop);

      assertThat(connecting.cancelled()).isTrue();
    }
  }
}
