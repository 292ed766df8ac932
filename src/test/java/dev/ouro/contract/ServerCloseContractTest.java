// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.Recorder;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.UnixServerOptions;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** asyncio-behaviours 160 and 162: a server that closes while something happens. */
@OnBothEngines
class ServerCloseContractTest {
  @RegisterExtension final NetworkFixture net;
  private final List<Recorder> made = new ArrayList<>();

  ServerCloseContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
  }

  private Recorder make() {
    made.add(new Recorder());
    return made.getLast();
  }

  /** Behaviour 160: closed in every turn from before the accept to after the attach. */
  @Test
  void shouldLeakNothingWhenClosedBetweenAcceptAndAttach() throws IOException {
    for (int turns = 0; turns < 6; turns++) {
      made.clear();
      Server server = net.serve(this::make);
      java.net.Socket peer = net.peer(server);
      Reader reader = net.closing(Reader.of(peer));
      net.runTurns(turns);

      server.close();
      net.runTurns(3);
      server.abortClients();
      net.run(server.waitClosed());

      // Taken or refused, but not left hanging; and whoever was made was lost.
      net.runUntil(reader::atEnd);
      assertThat(made)
          .allSatisfy(recorder ->
              assertThat(recorder.events()).containsExactly("connectionMade", "connectionLost"));
    }
  }

  /** Behaviour 160: a protocol factory that closes its server. */
  @Test
  void shouldServeTheConnectionWhenItsFactoryClosesTheServer() throws IOException {
    Server[] server = new Server[1];
    server[0] =
        net.serve(() -> {
          server[0].close();
          return make();
        });
    java.net.Socket peer = net.peer(server[0]);
    net.runUntil(() -> made.size() == 1 && made.getFirst().isMade());

    peer.close();
    net.run(server[0].waitClosed());

    assertThat(made.getFirst().isLost()).isTrue();
  }

  /** Cancelled in every turn that there is: LeakCheck sees that no socket is left. */
  @Test
  void shouldOpenNothingWhenCreatingIsCancelled(@TempDir Path folder) {
    Path path = folder.resolve("socket");
    List<Supplier<Future<Server>>> creations =
        List.of(
            () -> net.loop().createServer(this::make, ServerOptions.of("127.0.0.1", 0)),
            () -> net.loop().createServer(this::make, ServerOptions.of("localhost", 0)),
            () -> net.loop().createUnixServer(this::make, UnixServerOptions.of(path)));
    for (Supplier<Future<Server>> creation : creations) {
      for (int turns = 0; turns < 4; turns++) {
        Future<Server> server = creation.get();
        net.runTurns(turns);
        if (!server.cancel()) {
          server.result().close();
        }
        net.runTurns(3);

        assertThat(path).doesNotExist();
      }
    }
    net.run(net.loop().shutdownDefaultExecutor());
    net.runTurns(3);
  }

  /** Behaviour 162. */
  @Test
  void shouldBeClosedAtTheEndOfATryBlock() throws IOException {
    int port;
    Server left;
    try (Server server =
        net.run(net.loop().createServer(this::make, ServerOptions.of("127.0.0.1", 0)))) {
      port = NetworkFixture.port(server);
      left = server;
      assertThat(server.isServing()).isTrue();
    }
    net.runTurns(3);

    assertThat(left.isServing()).isFalse();
    assertThat(left.sockets()).isEmpty();
    assertThatThrownBy(() -> new java.net.Socket("127.0.0.1", port))
        .isInstanceOf(ConnectException.class);
    net.run(left.waitClosed());
  }
}
