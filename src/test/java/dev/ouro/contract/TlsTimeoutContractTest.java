// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.ConnectionAbortedException;
import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.LoopFixture;
import dev.ouro.testing.ManualClock;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.Recorder;
import dev.ouro.testing.TlsFixture;
import dev.ouro.transport.AcceptedSocketOptions;
import dev.ouro.transport.Connection;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.Network;
import dev.ouro.transport.StartTlsOptions;
import dev.ouro.transport.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** asyncio-behaviours 202, 206 and 208: time-outs, in time that is moved by hand. */
@OnBothEngines
class TlsTimeoutContractTest {
  private static final Duration NEARLY = Duration.ofMillis(10);
  private static final long PATIENCE_NANOS = Duration.ofSeconds(100).toNanos();

  @RegisterExtension final LoopFixture loops;
  private final ManualClock clock = new ManualClock();
  private final Recorder here = new Recorder();
  private final Recorder there = new Recorder();
  private final List<ExceptionContext> errors = new ArrayList<>();
  private EngineLoop loop;
  private Network network;
  private Socket[] pair;
  private Transport lower;

  TlsTimeoutContractTest(EngineKind kind) {
    loops = new LoopFixture(kind);
  }

  @BeforeEach
  void open() throws LinuxException {
    loop = loops.open(clock);
    loop.setExceptionHandler((source, context) -> errors.add(context));
    network = new Network(loop);
    pair = Socket.pair();
  }

  @AfterEach
  void close() {
    if (lower != null) {
      lower.abort();
    }
    runTurns(5);
    LoopFixture.awaitNoOperations(loop);
    loop.close();
    network.close();
    pair[0].close();
    pair[1].close();
  }

  private void runTurns(int count) {
    for (int i = 0; i < count; i++) {
      loop.stop();
      loop.runForever();
    }
  }

  private void runUntil(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > PATIENCE_NANOS) {
        throw new AssertionError("it never came to this");
      }
      runTurns(1);
    }
  }

  private ConnectionOptions here() {
    return ConnectionOptions.of(pair[0]).withSsl(TlsFixture.CLIENT).withServerHostname("localhost");
  }

  /** The other end, without TLS; it reads and says nothing. */
  private void listenSilently() {
    lower =
        loop.runUntilComplete(
                network.connectAcceptedSocket(() -> there, pair[1], AcceptedSocketOptions.DEFAULT))
            .transport();
  }

  /** Both ends, with TLS; {@link #lower} is what is below the other one. */
  private Transport connect(ConnectionOptions options) {
    listenSilently();
    Future<Transport> started =
        network.startTls(lower, there, StartTlsOptions.of(TlsFixture.SERVER).withServerSide(true));
    Transport transport =
        loop.runUntilComplete(network.createConnection(() -> here, options)).transport();
    loop.runUntilComplete(started);
    runTurns(5);
    return transport;
  }

  private void assertTimesOut(
      Future<Connection<Transport, Recorder>> connecting, Duration timeout, String seconds) {
    runUntil(() -> there.received().length > 0);
    clock.advance(timeout.minus(NEARLY));
    runTurns(5);
    assertThat(connecting.done()).isFalse();

    clock.advance(NEARLY);
    runTurns(5);

    assertThat(connecting.done()).isTrue();
    assertThatThrownBy(connecting::result)
        .isInstanceOf(ConnectionAbortedException.class)
        .hasMessageContaining(
            "SSL handshake is taking longer than " + seconds + " seconds: aborting the connection");
    runUntil(there::isLost);
    assertThat(pair[0].fd().isClosed()).isTrue();
    assertThat(here.events()).isEmpty();
  }

  /** Behaviours 202 and 206: 60 s by default. */
  @Test
  void shouldAbortHandshakeThatTakesAMinute() {
    listenSilently();

    assertTimesOut(network.createConnection(() -> here, here()), Duration.ofSeconds(60), "60.0");
  }

  /** Behaviour 206. */
  @Test
  void shouldAbortHandshakeThatTakesTooLong() {
    listenSilently();
    Duration timeout = Duration.ofMillis(2500);

    assertTimesOut(
        network.createConnection(() -> here, here().withSslHandshakeTimeout(timeout)),
        timeout,
        "2.5");
  }

  /** Behaviours 69 and 206: of a server's side, told in debug mode. */
  @Test
  void shouldAbortHandshakeOfPeerThatSaysNothing() throws IOException {
    lower =
        loop.runUntilComplete(
                network.connectAcceptedSocket(() -> there, pair[1], AcceptedSocketOptions.DEFAULT))
            .transport();
    Future<Connection<Transport, Recorder>> serving =
        network.connectAcceptedSocket(
            () -> here, pair[0], AcceptedSocketOptions.DEFAULT.withSsl(TlsFixture.SERVER));
    runTurns(5);

    clock.advance(Duration.ofSeconds(60));
    runUntil(there::isLost);

    assertThatThrownBy(serving::result).isInstanceOf(ConnectionAbortedException.class);
    assertThat(there.received()).isEmpty();
    assertThat(errors).isEmpty();
  }

  /** Behaviour 206: no timer is left of a handshake that succeeded. */
  @Test
  void shouldForgetHandshakesTimerWhenItSucceeded() {
    connect(here());

    clock.advance(Duration.ofDays(1));
    runTurns(5);

    assertThat(here.isLost()).isFalse();
    assertThat(there.isLost()).isFalse();
  }

  /** Behaviours 202 and 208: a peer that does not answer the close_notify; 30 s by default. */
  @Test
  void shouldAbortWhenPeerDoesNotSayGoodbye() {
    Transport transport = connect(here());
    lower.pauseReading();

    transport.close();
    runTurns(5);
    clock.advance(Duration.ofSeconds(30).minus(NEARLY));
    runTurns(5);
    assertThat(here.isLost()).isFalse();
    clock.advance(NEARLY);
    runTurns(5);

    assertThat(here.lostWith())
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ETIMEDOUT))
        .hasMessageContaining("SSL shutdown timed out");
    assertThat(here.events()).containsExactly("connectionMade", "connectionLost");
  }

  /** Behaviour 208: a peer that takes what was written, however slowly, has the time again. */
  @Test
  void shouldNotAbortWhilePeerTakesData() {
    Duration timeout = Duration.ofSeconds(2);
    Transport transport = connect(here().withSslShutdownTimeout(timeout));
    lower.pauseReading();
    byte[] sent = Bytes.pattern(3_000_000);
    transport.write(sent);
    runTurns(5);

    transport.close();
    while (transport.getWriteBufferSize() > 0) {
      long before = transport.getWriteBufferSize();
      lower.resumeReading();
      runUntil(() -> transport.getWriteBufferSize() < before);
      lower.pauseReading();
      clock.advance(timeout);
      runTurns(2);
      assertThat(here.isLost()).isFalse();
    }
    lower.resumeReading();
    runUntil(() -> here.isLost() && there.isLost());

    assertThat(here.lostWith()).isNull();
    assertThat(there.received()).isEqualTo(sent);
  }

  /** Behaviour 208: a peer that takes nothing of what was written. */
  @Test
  void shouldAbortWhenPeerTakesNothing() {
    Transport transport = connect(here());
    lower.pauseReading();
    transport.write(Bytes.pattern(10_000_000));
    runTurns(5);

    transport.close();
    runTurns(5);
    clock.advance(Duration.ofSeconds(30));
    runTurns(5);
    clock.advance(Duration.ofSeconds(30));
    runTurns(5);

    assertThat(here.lostWith()).hasMessageContaining("SSL shutdown timed out");
  }
}
