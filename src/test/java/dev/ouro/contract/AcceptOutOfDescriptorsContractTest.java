// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.Errno;
import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.ResourceLimit;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.poll.EngineKind;
import dev.ouro.poll.FakeAcceptor;
import dev.ouro.testing.FakeLoop;
import dev.ouro.testing.JavaProgram;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.Recorder;
import dev.ouro.transport.Network;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.TransportSocket;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** asyncio-behaviours §4, line 67: a server that is out of descriptors. */
@OnBothEngines
class AcceptOutOfDescriptorsContractTest {
  private static final long PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

  @RegisterExtension final NetworkFixture net;
  private final List<Recorder> made = new ArrayList<>();

  private final EngineKind kind;

  AcceptOutOfDescriptorsContractTest(EngineKind kind) {
    this.kind = kind;
    net = new NetworkFixture(kind);
  }

  private Recorder make() {
    made.add(new Recorder());
    return made.getLast();
  }

  /** Behaviour 67, in the kernel: nobody's connection is lost, the server goes on. */
  @Test
  void shouldPauseAndGoOnWhenDescriptorsAreFreeAgain() throws Exception {
    loadWhatNeedsDescriptorsToLoad();
    Recorder first = new Recorder();
    List<Socket> fill = new ArrayList<>();
    fill.add(socket());
    ResourceLimit before = ResourceLimit.of(ResourceLimit.RLIMIT_NOFILE);
    // Before anything is accepted: a ring notes the limit when the accept is submitted.
    long limit = fill.getFirst().fd().number() + 64;
    long pauses;
    new ResourceLimit(limit, before.hard()).set(ResourceLimit.RLIMIT_NOFILE);
    try {
      Server server = net.serve(this::make);
      net.connect(server, first);
      net.runUntil(() -> made.size() == 1 && made.getFirst().isMade());
      useEveryDescriptor(fill);
      fill.removeLast().close();
      net.peer(server); // takes the last one
      final long start = net.loop().time();
      net.runTurns(50);
      pauses = (net.loop().time() - start) / PAUSE_NANOS;
      assertThat(made).hasSize(1);
      assertThat(server.isServing()).isTrue();
    } finally {
      before.set(ResourceLimit.RLIMIT_NOFILE);
      fill.forEach(Socket::close);
    }
    List<ExceptionContext> errors = net.takeErrors();
    net.runUntil(() -> made.size() == 2 && made.getLast().isMade());

    assertThat(errors)
        .as("one report for all the turns, or one a second")
        .hasSizeBetween(1, 1 + (int) pauses);
    assertThat(errors.getFirst().message()).isEqualTo("socket.accept() out of system resource");
    assertThat(((LinuxException) errors.getFirst().exception()).errno()).isEqualTo(Errno.EMFILE);
    assertThat(errors.getFirst().socket()).isInstanceOf(TransportSocket.class);
  }

  /** A class that lies in a folder cannot be loaded when no descriptor is free. */
  private void loadWhatNeedsDescriptorsToLoad() throws Exception {
    shouldPauseForOneSecondAndRetryOnce();
    made.clear();
    Class.forName("dev.ouro.loop.CallbackText");
    assertThat(LinuxException.of("accept4", Errno.EMFILE)).hasMessageContaining("EMFILE");
    Server server = net.serve(Recorder::new);
    net.peer(server).close();
    server.close();
  }

  private static Socket socket() throws LinuxException {
    return Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0);
  }

  private static void useEveryDescriptor(List<Socket> fill) throws LinuxException {
    try {
      while (true) {
        fill.add(socket());
      }
    } catch (LinuxException full) {
      if (full.errno() != Errno.EMFILE) {
        throw full;
      }
    }
  }

  /**
   * Behaviour 67: with classes in folders and a logger that was never used, both of which need a
   * descriptor; a logger that finds none stays silent for good.
   */
  @Test
  void shouldReportByTheDefaultHandlerWhenNoDescriptorIsFree() throws Exception {
    List<String> options = List.of("-Ddev.ouro.engine=" + kind.label());
    try (JavaProgram program =
        JavaProgram.start(List.of(), options, OutOfDescriptorsProgram.class)) {
      assertThat(program.readLine()).isEqualTo("socket.accept() out of system resource");
      assertThat(program.readLine()).isEqualTo("a later error");
      assertThat(program.readLine()).isEqualTo("connected");
      assertThat(program.waitFor()).isZero();
    }
  }

  /**
   * Behaviour 67: connections that come before any was served take every descriptor that they can
   * get. What serves them lies in folders, and must still be found.
   */
  @Test
  void shouldServeWithClassesThatWereNeverLoadedWhenDescriptorsRunOut() throws Exception {
    flood();
  }

  /** Behaviour 67: the same when they are accepted after the first, and before it is served. */
  @Test
  void shouldServeFirstConnectionWhenOthersTakeTheLastDescriptors() throws Exception {
    flood("the first is alone");
  }

  private void flood(String... args) throws Exception {
    List<String> options = List.of("-Ddev.ouro.engine=" + kind.label());
    List<java.net.Socket> clients = new ArrayList<>();
    try (JavaProgram program =
        JavaProgram.start(List.of(), options, FloodedServerProgram.class, args)) {
      int port = Integer.parseInt(program.readLine());
      while (clients.size() < FloodedServerProgram.CONNECTIONS) {
        clients.add(new java.net.Socket("127.0.0.1", port));
        clients.getLast().getOutputStream().write(clients.size());
        if (clients.size() == 1 && args.length > 0) {
          assertThat(program.readLine()).isEqualTo("the first has come");
        }
      }
      program.writeLine("all have connected");

      assertThat(clients.getFirst().getInputStream().read()).isEqualTo(1);
      assertThat(program.readLine()).isEqualTo("echoed out of system resource");
      for (int i = 1; i < clients.size(); i++) {
        assertThat(clients.get(i).getInputStream().read()).isEqualTo(i + 1);
      }
      assertThat(program.readLine()).isEqualTo("echoed all");
      assertThat(program.waitFor()).isZero();
    } finally {
      for (java.net.Socket client : clients) {
        client.close();
      }
    }
  }

  /** Behaviours 67 and 68, by a clock that is moved by hand. */
  @Test
  void shouldPauseForOneSecondAndRetryOnce() throws IOException {
    FakeLoop loop = FakeLoop.create();
    List<ExceptionContext> errors = new ArrayList<>();
    loop.setExceptionHandler((source, context) -> errors.add(context));
    Network network = new Network(loop);
    Server server =
        loop.runUntilComplete(network.createServer(this::make, ServerOptions.of("127.0.0.1", 0)));
    FakeAcceptor acceptor = loop.engine().acceptors().getFirst();

    acceptor.fail(Errno.EMFILE, true);
    loop.runTurn();
    assertThat(errors).hasSize(1);
    assertThat(acceptor.isStarted()).isFalse();

    loop.clock().advance(Duration.ofMillis(999));
    loop.runTurn();
    assertThat(acceptor.isStarted()).isFalse();
    loop.clock().advance(Duration.ofMillis(1));
    loop.runTurn();
    assertThat(acceptor.isStarted()).isTrue();

    acceptor.fail(Errno.EPERM, false);
    loop.runTurn();
    assertThat(errors.getLast().message()).isEqualTo("socket.accept() failed");
    assertThat(acceptor.isStarted()).isTrue();

    acceptor.fail(Errno.ENFILE, true);
    loop.runTurn();
    server.close();
    loop.clock().advance(Duration.ofSeconds(2));
    loop.runTurn();
    assertThat(acceptor.isStarted()).isFalse();
    loop.close();
    network.close();
  }

  /** Descriptors are the process's: another server would take those that the pause has freed. */
  @Test
  void shouldPauseAllServersOfLoopAndReportOnce() throws IOException {
    FakeLoop loop = FakeLoop.create();
    List<ExceptionContext> errors = new ArrayList<>();
    loop.setExceptionHandler((source, context) -> errors.add(context));
    Network network = new Network(loop);
    ServerOptions options = ServerOptions.of("127.0.0.1", 0);
    loop.runUntilComplete(network.createServer(this::make, options));
    Server closing = loop.runUntilComplete(network.createServer(this::make, options));
    List<FakeAcceptor> acceptors = loop.engine().acceptors();

    acceptors.getFirst().fail(Errno.EMFILE, true);
    loop.runTurn();
    assertThat(errors).hasSize(1);
    assertThat(acceptors).noneMatch(FakeAcceptor::isStarted);

    loop.clock().advance(Duration.ofSeconds(1));
    loop.runTurn();
    assertThat(acceptors).hasSize(2).allMatch(FakeAcceptor::isStarted);

    acceptors.getLast().fail(Errno.EMFILE, true);
    loop.runTurn();
    closing.close();
    loop.clock().advance(Duration.ofSeconds(1));
    loop.runTurn();
    assertThat(errors).hasSize(2);
    assertThat(acceptors.getFirst().isStarted()).isTrue();
    assertThat(acceptors.getLast().isStarted()).isFalse();
    loop.close();
    network.close();
  }

  /** A connection that is handed over between close and attach has somebody to close it. */
  @Test
  void shouldServeConnectionThatFakeEngineHandsOver() throws IOException {
    FakeLoop loop = FakeLoop.create();
    Network network = new Network(loop);
    Server server =
        loop.runUntilComplete(network.createServer(this::make, ServerOptions.of("127.0.0.1", 0)));
    Socket[] pair = Socket.pair();
    Fd fd = pair[0].fd();

    loop.engine().acceptors().getFirst().connection(fd, null);
    loop.runTurn();
    loop.runTurn();
    assertThat(made).hasSize(1);
    assertThat(made.getFirst().isMade()).isTrue();
    server.close();
    loop.close();
    network.close();

    assertThat(fd.isClosed()).isTrue();
    pair[1].close();
  }
}
