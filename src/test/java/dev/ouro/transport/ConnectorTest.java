// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.AddressInfo;
import dev.ouro.linux.ConnectionRefusedException;
import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.SocketConstants;
import dev.ouro.linux.UnixAddress;
import dev.ouro.loop.ExceptionGroup;
import dev.ouro.loop.Future;
import dev.ouro.memory.ChunkPool;
import dev.ouro.testing.FakeLoop;
import dev.ouro.testing.LeakCheck;
import dev.ouro.testing.Recorder;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * asyncio-behaviours 86, 88 and 143 to 148, where the test says what each address answers and moves
 * the time.
 */
@ExtendWith(LeakCheck.class)
class ConnectorTest {
  private static final ConnectionOptions IN_TURN = ConnectionOptions.of("not asked", 0);
  private static final Duration DELAY = Duration.ofMillis(250);
  private static final ConnectionOptions HAPPY = IN_TURN.withHappyEyeballsDelay(DELAY);

  private final FakeLoop loop = FakeLoop.create();
  private final ChunkPool chunks = new ChunkPool();
  private final OpenSockets sockets = new OpenSockets(loop);
  private final Connector<Recorder> connector =
      new Connector<>(loop, chunks, sockets, Recorder::new);

  @AfterEach
  void close() {
    loop.close();
    sockets.closeAll();
    chunks.close(false);
  }

  private void connect(ConnectionOptions options, AddressInfo... addresses) {
    connector.connect(known(addresses), null, options);
    loop.runTurn();
  }

  private void connect(int... ports) {
    connect(
        IN_TURN, Arrays.stream(ports).mapToObj(ConnectorTest::four).toArray(AddressInfo[]::new));
  }

  private Future<List<AddressInfo>> known(AddressInfo... addresses) {
    Future<List<AddressInfo>> known = loop.createFuture();
    known.setResult(List.of(addresses));
    return known;
  }

  private static AddressInfo four(int port) {
    return address(SocketConstants.AF_INET, new InetSocketAddress("127.0.0.1", port));
  }

  private static AddressInfo six(int port) {
    return address(SocketConstants.AF_INET6, new InetSocketAddress("::1", port));
  }

  private static AddressInfo address(int family, InetSocketAddress address) {
    return new AddressInfo(
        family, SocketConstants.SOCK_STREAM, SocketConstants.IPPROTO_TCP, "", address);
  }

  private void answer(int errno) {
    answer(0, errno);
  }

  /** Completes the attempt at {@code index} of those that run. */
  private void answer(int index, int errno) {
    loop.engine().running().get(index).complete(-errno);
    loop.runTurn();
  }

  private void assertRunning(String... attempts) {
    assertThat(loop.engine().running()).extracting(Object::toString).containsExactly(attempts);
  }

  @Test
  void shouldTryAddressesInOrder() {
    connect(1, 2, 3);

    assertRunning("connect /127.0.0.1:1");
    answer(Errno.ECONNREFUSED);
    assertRunning("connect /127.0.0.1:2");
    answer(Errno.EHOSTUNREACH);
    assertRunning("connect /127.0.0.1:3");
    loop.clock().advance(Duration.ofDays(1));
    loop.runTurn();
    assertRunning("connect /127.0.0.1:3");
  }

  @Test
  void shouldAnswerOneErrorAsItIs() {
    connect(1);
    answer(Errno.ECONNREFUSED);

    assertThat(connector.result().exception())
        .isInstanceOf(ConnectionRefusedException.class)
        .hasMessageStartingWith("connect (/127.0.0.1:1): ECONNREFUSED");
  }

  @Test
  void shouldAnswerFirstErrorWhenAllSayTheSame() {
    connect(1, 1);
    answer(Errno.ECONNREFUSED);
    answer(Errno.ECONNREFUSED);

    assertThat(connector.result().exception())
        .hasMessageStartingWith("connect (/127.0.0.1:1): ECONNREFUSED")
        .hasNoSuppressedExceptions();
  }

  @Test
  void shouldAnswerAllErrorsInOneWhenTheyDiffer() {
    connect(1, 2);
    answer(Errno.ECONNREFUSED);
    answer(Errno.ETIMEDOUT);

    Throwable failure = connector.result().exception();
    assertThat(failure)
        .isExactlyInstanceOf(LinuxException.class)
        .hasMessageStartingWith("Multiple exceptions: connect (/127.0.0.1:1): ECONNREFUSED, ")
        .hasMessageContaining(", connect (/127.0.0.1:2): ETIMEDOUT, ");
    assertThat(failure.getSuppressed()).hasSize(2);
  }

  @Test
  void shouldKeepSubclassWhenAllHaveOneErrno() {
    connect(1, 2);
    answer(Errno.ECONNREFUSED);
    answer(Errno.ECONNREFUSED);

    assertThat(connector.result().exception())
        .isInstanceOf(ConnectionRefusedException.class)
        .hasMessageStartingWith("Multiple exceptions: ");
  }

  @Test
  void shouldAnswerGroupOfAllErrorsWhenAsked() {
    connect(IN_TURN.withAllErrors(true), four(1), four(1));
    answer(Errno.ECONNREFUSED);
    answer(Errno.ECONNREFUSED);

    assertThat(connector.result().exception())
        .isInstanceOfSatisfying(
            ExceptionGroup.class,
            group ->
                assertThat(group.exceptions())
                    .hasSize(2)
                    .allMatch(ConnectionRefusedException.class::isInstance))
        .hasMessage("createConnection failed (2 sub-exceptions)");
  }

  @Test
  void shouldAnswerGroupOfOneErrorWhenAsked() {
    connect(IN_TURN.withAllErrors(true), four(1));
    answer(Errno.ETIMEDOUT);

    assertThat(connector.result().exception())
        .isInstanceOf(ExceptionGroup.class)
        .hasMessage("createConnection failed (1 sub-exception)");
  }

  @Test
  void shouldAnswerErrorWhenThereIsNoAddress() {
    connect();

    assertThatThrownBy(() -> connector.result().result())
        .isInstanceOf(LinuxException.class)
        .hasMessageContaining("getaddrinfo() returned empty list");
  }

  @Test
  void shouldKeepScopeOfAddress() throws UnknownHostException {
    byte[] linkLocal = InetAddress.getByName("fe80::1").getAddress();
    InetSocketAddress scoped =
        new InetSocketAddress(Inet6Address.getByAddress(null, linkLocal, 7), 80);
    connect(IN_TURN, address(SocketConstants.AF_INET6, scoped));

    assertThat(loop.engine().running().getFirst().toString()).contains("%7");
  }

  // Unix sockets

  @Test
  void shouldTryAgainWhenQueueOfUnixListenerIsFull() {
    connector.connect(UnixAddress.of("/full"));
    for (int millis : new int[] {1, 2, 4, 8, 16, 32, 64, 64}) {
      answer(Errno.EAGAIN);
      assertThat(loop.engine().running()).isEmpty();
      loop.clock().advance(Duration.ofMillis(millis).minusNanos(1));
      loop.runTurn();
      assertThat(loop.engine().running()).isEmpty();
      loop.clock().advanceNanos(1);
      loop.runTurn();
      assertThat(loop.engine().running()).hasSize(1);
    }
    answer(Errno.ECONNREFUSED);

    assertThat(connector.result().exception()).isInstanceOf(ConnectionRefusedException.class);
    assertThat(sockets.size()).isZero();
  }

  @Test
  void shouldCloseSocketWhenCancelledWhileItWaitsForRoom() {
    connector.connect(UnixAddress.of("/full"));
    answer(Errno.EAGAIN);

    connector.result().cancel();
    loop.runTurn();
    assertThat(sockets.size()).isZero();
    loop.clock().advance(Duration.ofSeconds(1));
    loop.runTurn();

    assertThat(loop.engine().running()).isEmpty();
  }

  // Happy eyeballs

  @Test
  void shouldStartNextAttemptWhenDelayHasPassed() {
    connect(HAPPY, four(1), four(2), four(3));
    assertRunning("connect /127.0.0.1:1");

    loop.clock().advance(DELAY.minusNanos(1));
    loop.runTurn();
    assertRunning("connect /127.0.0.1:1");
    loop.clock().advanceNanos(1);
    loop.runTurn();
    assertRunning("connect /127.0.0.1:1", "connect /127.0.0.1:2");
    loop.clock().advance(DELAY);
    loop.runTurn();
    assertRunning("connect /127.0.0.1:1", "connect /127.0.0.1:2", "connect /127.0.0.1:3");
    loop.clock().advance(DELAY);
    loop.runTurn();
    assertThat(loop.engine().running()).hasSize(3);
  }

  @Test
  void shouldStartNextAttemptAtOnceWhenNewestHasFailed() {
    connect(HAPPY, four(1), four(2), four(3));

    answer(Errno.ECONNREFUSED);
    assertRunning("connect /127.0.0.1:2");
    // The delay counts from the start of the newest.
    loop.clock().advance(DELAY);
    loop.runTurn();
    assertRunning("connect /127.0.0.1:2", "connect /127.0.0.1:3");
  }

  @Test
  void shouldWaitForNewestWhenAnOlderOneFails() {
    connect(HAPPY, four(1), four(2), four(3));
    loop.clock().advance(DELAY);
    loop.runTurn();

    answer(0, Errno.ECONNREFUSED);
    assertRunning("connect /127.0.0.1:2");
    loop.clock().advance(DELAY);
    loop.runTurn();
    assertRunning("connect /127.0.0.1:2", "connect /127.0.0.1:3");
  }

  @Test
  void shouldAnswerErrorsInOrderOfAddressesWhenAllFail() {
    connect(HAPPY.withAllErrors(true), four(1), four(2), four(3));
    loop.clock().advance(DELAY);
    loop.runTurn();
    loop.clock().advance(DELAY);
    loop.runTurn();

    answer(2, Errno.ETIMEDOUT);
    answer(0, Errno.ECONNREFUSED);
    assertThat(connector.result().done()).isFalse();
    answer(0, Errno.ENETUNREACH);

    ExceptionGroup group = (ExceptionGroup) connector.result().exception();
    assertThat(group.exceptions())
        .extracting(failure -> ((LinuxException) failure).errno())
        .containsExactly(Errno.ECONNREFUSED, Errno.ENETUNREACH, Errno.ETIMEDOUT);
  }

  @Test
  void shouldCloseTheOtherWhenTwoSucceedInOneTurn() {
    connect(HAPPY, four(1), four(2));
    loop.clock().advance(DELAY);
    loop.runTurn();

    loop.engine()
        .onPoll(() -> List.copyOf(loop.engine().running()).forEach(one -> one.complete(0)));
    runTurns();

    Connection<Transport, Recorder> made = connector.result().result();
    assertThat(made.protocol().events()).containsExactly("connectionMade");
    assertThat(sockets.size()).isEqualTo(1);
    made.transport().abort();
    runTurns();
    assertThat(sockets.size()).isZero();
  }

  @Test
  void shouldCancelOthersAndTheTimerWhenOneSucceeds() {
    connect(HAPPY, four(1), four(2), four(3));
    loop.clock().advance(DELAY);
    loop.runTurn();

    answer(1, 0);
    runTurns();
    assertThat(connector.result().done()).isTrue();
    assertThat(loop.engine().running()).isEmpty();
    loop.clock().advance(DELAY);
    runTurns();

    assertThat(loop.engine().running()).isEmpty();
    assertThat(sockets.size()).isEqualTo(1);
    connector.result().result().transport().abort();
    runTurns();
  }

  @Test
  void shouldCloseSocketWhenCancelledInTheTurnInWhichItConnects() {
    connect(1);
    loop.callSoon(() -> connector.result().cancel());

    answer(0);
    runTurns();

    assertThat(connector.result().cancelled()).isTrue();
    assertThat(sockets.size()).isZero();
  }

  private void runTurns() {
    loop.runTurn();
    loop.runTurn();
    loop.runTurn();
  }

  @Test
  void shouldCloseEverySocketWhenCancelledDuringTheRace() {
    connect(HAPPY, four(1), four(2), four(3));
    loop.clock().advance(DELAY);
    loop.runTurn();
    assertThat(sockets.size()).isEqualTo(2);

    connector.result().cancel();
    loop.runTurn();
    loop.runTurn();
    loop.clock().advance(DELAY);
    loop.runTurn();

    assertThat(loop.engine().running()).isEmpty();
    assertThat(sockets.size()).isZero();
  }

  @Test
  void shouldCloseSocketOnlyWhenCancelledConnectHasEnded() {
    connect(1, 2);

    connector.result().cancel();
    loop.runTurn();
    loop.runTurn();

    assertThat(loop.engine().running()).isEmpty();
    assertThat(connector.result().cancelled()).isTrue();
    assertThat(sockets.size()).isZero();
  }

  @Test
  void shouldCancelTheQuestionWhenCancelledBeforeItIsAnswered() {
    Future<List<AddressInfo>> hosts = loop.createFuture();
    connector.connect(hosts, null, IN_TURN);

    connector.result().cancel();
    loop.runTurn();

    assertThat(hosts.cancelled()).isTrue();
  }

  // Interleaving

  @Test
  void shouldAlternateFamiliesWithHappyEyeballs() {
    connect(HAPPY, six(1), six(2), four(3), four(4));

    assertOrder(
        "connect /[0:0:0:0:0:0:0:1]:1",
        "connect /127.0.0.1:3",
        "connect /[0:0:0:0:0:0:0:1]:2",
        "connect /127.0.0.1:4");
  }

  @Test
  void shouldKeepOrderWithoutHappyEyeballs() {
    connect(IN_TURN, six(1), six(2), four(3));

    assertOrder(
        "connect /[0:0:0:0:0:0:0:1]:1", "connect /[0:0:0:0:0:0:0:1]:2", "connect /127.0.0.1:3");
  }

  private void assertOrder(String... attempts) {
    for (String attempt : attempts) {
      assertRunning(attempt);
      answer(Errno.ECONNREFUSED);
    }
    assertThat(connector.result().exception()).isNotNull();
  }

  // Local addresses

  @Test
  void shouldAskForLocalAddressesAfterTheHosts() {
    Future<List<AddressInfo>> locals = loop.createFuture();
    connector.connect(known(four(1)), () -> locals, IN_TURN);
    loop.runTurn();
    assertThat(loop.engine().running()).isEmpty();

    locals.setException(new ResolverException());
    loop.runTurn();

    assertThat(connector.result().exception()).isInstanceOf(ResolverException.class);
  }

  private static final class ResolverException extends LinuxException {
    private static final long serialVersionUID = 1L;

    ResolverException() {
      super("getaddrinfo", Errno.EIO, null);
    }
  }

  @Test
  void shouldFailWhenLocalAddressesCannotBeAskedFor() {
    IllegalStateException shutDown = new IllegalStateException("Executor shutdown has been called");
    connector.connect(
        known(four(1)),
        () -> {
          throw shutDown;
        },
        IN_TURN);

    loop.runTurn();

    assertThat(connector.result().exception()).isSameAs(shutDown);
  }

  @Test
  void shouldSkipAddressesWithoutLocalAddressOfTheirFamily() {
    connector.connect(known(six(1), four(2)), () -> known(four(0)), IN_TURN);
    loop.runTurn();
    loop.runTurn();

    assertRunning("connect /127.0.0.1:2");
    answer(Errno.ECONNREFUSED);
    assertThat(connector.result().exception())
        .hasMessageContaining("no matching local address with family=AF_INET6 found")
        .hasMessageContaining("ECONNREFUSED");
  }
}
