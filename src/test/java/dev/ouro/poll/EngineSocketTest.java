// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.Epoll;
import dev.ouro.linux.Errno;
import dev.ouro.linux.EventFd;
import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Mapping;
import dev.ouro.linux.OpenFile;
import dev.ouro.linux.ResourceLimit;
import dev.ouro.linux.SockAddr;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketCalls;
import dev.ouro.linux.SocketConstants;
import dev.ouro.linux.UnixAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Accepting, connecting, watching and waking, on both engines. */
@ParameterizedClass
@EnumSource(EngineKind.class)
class EngineSocketTest {
  private static final InetSocketAddress ANY_PORT = new InetSocketAddress("127.0.0.1", 0);

  @Parameter EngineKind kind;
  private final Turns turns = new Turns();
  private final Accepted accepted = new Accepted();
  private Engine engine;

  @BeforeEach
  void open() throws Exception {
    engine = turns.open(kind);
  }

  @AfterEach
  void close() {
    accepted.connections.forEach(Fd::close);
    turns.close();
  }

  private static Socket listening(SocketAddress address) throws LinuxException {
    Socket socket = Socket.open(SockAddr.family(address), SocketConstants.SOCK_STREAM, 0);
    socket.bind(address);
    socket.listen(100);
    return socket;
  }

  /** Keeps what was accepted. */
  private static final class Accepted implements AcceptListener {
    final List<Fd> connections = new ArrayList<>();
    final List<SocketAddress> peers = new ArrayList<>();
    final List<String> failures = new ArrayList<>();

    @Override
    public void accepted(Fd fd, SocketAddress peer) {
      connections.add(fd);
      peers.add(peer);
    }

    @Override
    public void acceptFailed(int errno, boolean stopped) {
      failures.add(errno + (stopped ? " stopped" : ""));
    }
  }

  @Test
  void shouldAcceptEveryConnectionWithItsPeersAddress() throws Exception {
    Socket server = listening(ANY_PORT);
    SocketAddress address = server.getsockname();
    Acceptor acceptor = engine.acceptor(server.fd(), accepted);
    List<Socket> clients = new ArrayList<>();
    List<SocketAddress> names = new ArrayList<>();

    acceptor.start();
    for (int i = 0; i < 50; i++) {
      Socket client = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0);
      client.connect(address);
      clients.add(client);
      names.add(client.getsockname());
    }
    turns.until(() -> accepted.connections.size() == 50);

    assertThat(accepted.peers).containsExactlyInAnyOrderElementsOf(names);
    clients.forEach(Socket::close);
    closes(acceptor);
  }

  @Test
  void shouldCloseWhatWasAcceptedAndNotHandedOverWhenItCloses() throws Exception {
    Socket server = listening(ANY_PORT);
    Acceptor acceptor = engine.acceptor(server.fd(), accepted);
    acceptor.start();
    try (Socket served = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0);
        Socket first = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0);
        Socket second = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0)) {
      served.connect(server.getsockname()); // by now every accept waits, whatever kernel this is
      turns.until(() -> accepted.connections.size() == 1);
      first.connect(server.getsockname());
      engine.poll(-1); // it waits in the ready queue, which is dropped
      second.connect(server.getsockname());
      if (engine instanceof RingEngine ringEngine) {
        ringEngine.ring().submitAndWait(1); // it is in the completion queue, which nobody reads
      }

      turns.drop();
      engine.close();
      server.close();

      assertThat(accepted.connections).hasSize(1);
      for (Socket client : List.of(first, second)) {
        // A peer that is open would not have ended anything.
        assertThat(awaitEnd(client)).isLessThanOrEqualTo(0);
      }
    }
  }

  /** What a receive answers, once the other end is closed. */
  private static int awaitEnd(Socket client) throws LinuxException {
    client.setBlocking(true);
    try (Mapping memory = Mapping.anonymous(64)) {
      return SocketCalls.recv(client.fd().number(), memory.address(), 64, 0);
    }
  }

  @Test
  void shouldKnowThePeerWhenItIsGoneBeforeItIsAccepted() throws Exception {
    Socket server = listening(ANY_PORT);
    Acceptor acceptor = engine.acceptor(server.fd(), accepted);
    Socket client = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0);
    client.connect(server.getsockname());
    SocketAddress name = client.getsockname();
    client.close();

    acceptor.start();
    turns.until(() -> accepted.connections.size() == 1);

    assertThat(accepted.peers).containsExactly(name);
    closes(acceptor);
  }

  @Test
  void shouldLeaveConnectionsInTheQueueWhenStopped() throws Exception {
    Socket server = listening(UnixAddress.of("\0ouro-test-" + System.nanoTime()));
    SocketAddress address = server.getsockname();
    Acceptor acceptor = engine.acceptor(server.fd(), accepted);
    acceptor.start();
    acceptor.stop();
    for (int i = 0; i < 5; i++) {
      turns.turnWithoutWaiting();
    }

    Socket client = Socket.open(SocketConstants.AF_UNIX, SocketConstants.SOCK_STREAM, 0);
    client.connect(address);
    for (int i = 0; i < 5; i++) {
      turns.turnWithoutWaiting();
    }
    assertThat(accepted.connections).isEmpty();

    acceptor.start();
    turns.until(() -> accepted.connections.size() == 1);
    client.close();
    closes(acceptor);
  }

  @Test
  void shouldAcceptOneByOneWhenAskedAfterAcceptingAhead() throws Exception {
    Socket server = listening(ANY_PORT);
    SocketAddress address = server.getsockname();
    Acceptor acceptor = engine.acceptor(server.fd(), accepted);
    acceptor.start();
    turns.turnWithoutWaiting();
    List<Socket> clients = new ArrayList<>();
    clients.add(connected(address));
    turns.until(() -> accepted.connections.size() == 1);

    boolean wasAhead = acceptor.oneByOne();
    for (int i = 0; i < 20; i++) {
      clients.add(connected(address));
    }
    turns.until(() -> accepted.connections.size() == clients.size());
    acceptor.stop();
    clients.add(connected(address));
    for (int i = 0; i < 5; i++) {
      turns.turnWithoutWaiting();
    }
    assertThat(accepted.connections).hasSize(clients.size() - 1);
    acceptor.start();
    turns.until(() -> accepted.connections.size() == clients.size());

    assertThat(acceptor.oneByOne()).isFalse();
    assertThat(wasAhead).isEqualTo(engine.kind() == EngineKind.IO_URING);
    assertThat(accepted.failures).isEmpty();
    List<SocketAddress> names = new ArrayList<>();
    for (Socket client : clients) {
      names.add(client.getsockname());
      client.close();
    }
    assertThat(accepted.peers).containsExactlyInAnyOrderElementsOf(names);
    closes(acceptor);
  }

  private static Socket connected(SocketAddress address) throws Exception {
    Socket client = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0);
    client.setBlocking(true);
    client.connect(address);
    return client;
  }

  @Test
  void shouldStopAndLoseNothingWhenDescriptorsRunOut() throws Exception {
    Socket server = listening(ANY_PORT);
    SocketAddress address = server.getsockname();
    Acceptor acceptor = engine.acceptor(server.fd(), accepted);
    Socket client = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0);
    ResourceLimit before = ResourceLimit.of(ResourceLimit.RLIMIT_NOFILE);
    // The lowest free number is the limit: whoever wants a descriptor finds none.
    Socket probe = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0);
    int lowestFree = probe.fd().number();
    probe.close();

    // Before it starts: the ring's accept looks at the limit when it is submitted.
    new ResourceLimit(lowestFree, before.hard()).set(ResourceLimit.RLIMIT_NOFILE);
    try {
      acceptor.start();
      for (int i = 0; i < 5; i++) {
        turns.turnWithoutWaiting();
      }
      assertThat(accepted.failures).isEmpty();
      client.connect(address);
      turns.until(() -> !accepted.failures.isEmpty());
      for (int i = 0; i < 20; i++) {
        turns.turnWithoutWaiting();
      }
    } finally {
      before.set(ResourceLimit.RLIMIT_NOFILE);
    }

    assertThat(accepted.failures).containsExactly(Errno.EMFILE + " stopped");
    assertThat(accepted.connections).isEmpty();

    acceptor.start();
    turns.until(() -> accepted.connections.size() == 1);
    client.close();
    closes(acceptor);
  }

  private void closes(Acceptor acceptor) {
    acceptor.close();
    turns.until(() -> engine.operations() == 0);
    turns.turnWithoutWaiting();
    assertThat(acceptor.fd()).isEqualTo(-1);
  }

  private int connects(Socket socket, SocketAddress address) {
    AtomicInteger result = new AtomicInteger(1);
    Operation unused = engine.connect(socket.fd(), address, result::set);
    assertThat(result.get()).isEqualTo(1);
    turns.until(() -> result.get() != 1);
    return result.get();
  }

  @Test
  void shouldConnectWhenSomebodyListens() throws Exception {
    try (Socket server = listening(ANY_PORT);
        Socket client = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0)) {

      int result = connects(client, server.getsockname());

      assertThat(result).isZero();
      assertThat(client.getpeername()).isEqualTo(server.getsockname());
    }
  }

  @Test
  void shouldReportRefusalWhenNobodyListens() throws Exception {
    try (Socket bound = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0);
        Socket client = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0)) {
      bound.bind(ANY_PORT);

      int result = connects(client, bound.getsockname());

      assertThat(result).isEqualTo(-Errno.ECONNREFUSED);
    }
  }

  @Test
  void shouldReportInEveryTurnWhileAWatchedDescriptorIsReady() throws Exception {
    try (EventFd watched = EventFd.create()) {
      List<Integer> events = new ArrayList<>();
      Watch watch = engine.watch(watched.fd().number(), events::add);
      watch.interest(Epoll.EPOLLIN);
      watched.signal();

      turns.until(() -> events.size() >= 3);
      watched.reset();
      turns.turnWithoutWaiting();
      turns.turnWithoutWaiting();
      int seen = events.size();
      turns.turnWithoutWaiting();
      turns.turnWithoutWaiting();

      assertThat(events).hasSize(seen).containsOnly(Epoll.EPOLLIN);
      watch.close();
      turns.until(() -> engine.operations() == 0);
    }
  }

  @Test
  void shouldChangeAndEndTheInterestWhenAsked() throws Exception {
    Socket[] pair = Socket.pair();
    List<Integer> events = new ArrayList<>();
    Watch watch = engine.watch(pair[0].fd().number(), events::add);

    watch.interest(Epoll.EPOLLIN);
    turns.turnWithoutWaiting();
    watch.interest(Epoll.EPOLLIN | Epoll.EPOLLOUT);
    turns.until(() -> !events.isEmpty());
    assertThat(events).containsOnly(Epoll.EPOLLOUT);

    watch.interest(0);
    events.clear();
    for (int i = 0; i < 5; i++) {
      turns.turnWithoutWaiting();
    }
    assertThat(events).isEmpty();

    watch.interest(Epoll.EPOLLIN);
    pair[1].close();
    turns.until(() -> !events.isEmpty());
    assertThat(events.getFirst() & Epoll.EPOLLHUP).isNotZero();
    watch.close();
    pair[0].close();
    turns.until(() -> engine.operations() == 0);
  }

  @Test
  void shouldTakeAnyNumberOfOperationsBeforeTheFirstRun() throws Exception {
    try (EventFd watched = EventFd.create();
        Turns others = new Turns()) {
      Engine fresh = others.openUnattached(kind);
      AtomicInteger events = new AtomicInteger();
      List<Watch> watches = new ArrayList<>();
      for (int i = 0; i < (kind == EngineKind.EPOLL ? 1 : 2_000); i++) {
        Watch watch = fresh.watch(watched.fd().number(), ready -> events.incrementAndGet());
        watch.interest(Epoll.EPOLLIN);
        watches.add(watch);
      }
      watched.signal();

      fresh.attach();
      others.until(() -> events.get() >= watches.size());

      watches.forEach(Watch::close);
      others.until(() -> fresh.operations() == 0);
    }
  }

  @Test
  void shouldCloseOnAnotherThreadWhenItsOwnHasEnded() throws Exception {
    try (EventFd watched = EventFd.create();
        Turns others = new Turns()) {
      Engine foreign = others.openUnattached(kind);
      Thread owner =
          new Thread(() -> {
            foreign.attach();
            try {
              foreign.watch(watched.fd().number(), ready -> {}).interest(Epoll.EPOLLIN);
            } catch (LinuxException e) {
              throw new AssertionError(e);
            }
            others.turnWithoutWaiting();
          });
      owner.start();
      owner.join();

      foreign.checkMayClose();
      foreign.close();

      assertThat(watched.signal()).isZero();
    }
  }

  @Test
  void shouldRefuseToWatchARegularFile() throws Exception {
    try (OpenFile file = OpenFile.open(Path.of("pom.xml"))) {
      Watch watch = engine.watch(file.fd().number(), events -> {});

      assertThatThrownBy(() -> watch.interest(Epoll.EPOLLIN))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EPERM));
      watch.close();
    }
  }

  @Test
  void shouldNeverLoseAWakeUpWhenAnotherThreadCallsAtAnyMoment() throws Exception {
    // kernel.md 11. The other thread waits for its last wake-up to arrive before the next one, so
    // a lost one would hang the two of them for good.
    int rounds = 20_000;
    AtomicInteger asked = new AtomicInteger();
    AtomicInteger seen = new AtomicInteger();
    Thread other =
        new Thread(() -> {
          for (int i = 1; i <= rounds; i++) {
            asked.set(i);
            engine.wakeup();
            while (seen.get() < i) {
              Thread.onSpinWait();
            }
          }
        });
    other.start();

    while (seen.get() < rounds) {
      engine.poll(-1);
      seen.set(asked.get());
    }

    other.join();
    assertThat(seen).hasValue(rounds);
  }
}
