// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.Errno;
import dev.ouro.loop.ContextVar;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.FakeLoop;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.Recorder;
import dev.ouro.transport.Network;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.Transport;
import dev.ouro.transport.TransportSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * asyncio-behaviours 57, 62 to 68, 70 and 75: what the exception handler is told, key by key. Where
 * the key {@code task} comes from, tasks are tested.
 */
@OnBothEngines
class ExceptionContextContractTest {
  private static final ContextVar<String> USER = new ContextVar<>("user", "nobody");

  @RegisterExtension final NetworkFixture net;
  private final IllegalStateException failure = new IllegalStateException("failed");

  ExceptionContextContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
  }

  private ExceptionContext theError() {
    List<ExceptionContext> errors = net.takeErrors();
    assertThat(errors).hasSize(1);
    return errors.getFirst();
  }

  /** Behaviour 57. */
  @Test
  void shouldNameHandleOfCallback() {
    Object handle =
        net.loop()
            .callSoon(() -> {
              throw failure;
            });

    net.runTurns(1);

    ExceptionContext error = theError();
    assertThat(error.asMap()).containsOnlyKeys("message", "exception", "handle");
    assertThat(error.handle()).isSameAs(handle);
    assertThat(error.exception()).isSameAs(failure);
  }

  /** Behaviour 75. */
  @Test
  void shouldTellWhereHandleWasCreatedInDebugMode() {
    net.loop().setDebug(true);
    net.loop()
        .callSoon(() -> {
          throw failure;
        });

    net.runTurns(1);

    ExceptionContext error = theError();
    assertThat(error.asMap())
        .containsOnlyKeys("message", "exception", "handle", "source_traceback");
    assertThat(error.sourceTraceback().getFirst().getMethodName())
        .isEqualTo("shouldTellWhereHandleWasCreatedInDebugMode");
    net.loop().setDebug(false);
  }

  /** Behaviour 49. */
  @Test
  void shouldNameFutureWhoseExceptionNobodyRetrieved() {
    abandonFuture();
    List<ExceptionContext> errors = new ArrayList<>();
    net.runUntil(() -> {
      System.gc();
      errors.addAll(net.takeErrors());
      return !errors.isEmpty();
    });

    ExceptionContext error = errors.getFirst();
    assertThat(error.asMap()).containsOnlyKeys("message", "exception", "future");
    assertThat(error.message()).isEqualTo("Future exception was never retrieved");
    assertThat(error.future().exception()).isSameAs(failure);
  }

  private void abandonFuture() {
    Future<String> future = net.loop().createFuture();
    future.setException(failure);
  }

  /** Behaviours 62, 63 and 66: in the connection's context. */
  @Test
  void shouldNameTransportAndProtocolThatFailed() throws IOException {
    List<String> users = new ArrayList<>();
    List<ExceptionContext> errors = new ArrayList<>();
    net.loop()
        .setExceptionHandler((loop, context) -> {
          users.add(USER.get());
          errors.add(context);
        });
    Recorder failing =
        new Recorder() {
          @Override
          public void connectionMade(Transport made) {
            super.connectionMade(made);
            USER.set("of the connection");
          }

          @Override
          public void dataReceived(ByteBuffer data) {
            throw failure;
          }
        };
    Server server = net.serve(() -> failing);
    net.peer(server).getOutputStream().write(1);
    net.runUntil(failing::isLost);

    ExceptionContext error = errors.getFirst();
    assertThat(error.asMap()).containsOnlyKeys("message", "exception", "transport", "protocol");
    assertThat(error.message()).isEqualTo("Fatal error: protocol.dataReceived() call failed.");
    assertThat(error.transport()).isSameAs(failing.transport());
    assertThat(error.protocol()).isSameAs(failing);
    assertThat(users).containsExactly("of the connection");
    assertThat(failing.lostWith()).isSameAs(failure);
  }

  /** Behaviour 64. */
  @Test
  void shouldNameTransportAndProtocolWhoseFlowControlFailed() throws IOException {
    Recorder failing =
        new Recorder() {
          @Override
          public void pauseWriting() {
            throw failure;
          }
        };
    Server server = net.serve(() -> failing);
    net.peer(server);
    net.runUntil(failing::isMade);

    failing.transport().write(new byte[20_000_000]);

    ExceptionContext error = theError();
    assertThat(error.asMap()).containsOnlyKeys("message", "exception", "transport", "protocol");
    assertThat(error.message()).isEqualTo("protocol.pauseWriting() failed");
    assertThat(error.transport()).isSameAs(failing.transport());
    assertThat(error.protocol()).isSameAs(failing);
    failing.transport().abort();
    net.runUntil(failing::isLost);
  }

  /** Behaviours 67 and 68. */
  @Test
  void shouldNameSocketThatDoesNotAccept() {
    FakeLoop loop = FakeLoop.create();
    List<ExceptionContext> errors = new ArrayList<>();
    loop.setExceptionHandler((on, context) -> errors.add(context));
    Network network = new Network(loop);
    Server server =
        loop.runUntilComplete(
            network.createServer(Recorder::new, ServerOptions.of("127.0.0.1", 0)));
    int fd = server.sockets().getFirst().fileno();

    loop.engine().acceptors().getFirst().fail(Errno.EPERM, false);
    loop.runTurn();

    assertThat(errors).hasSize(1);
    assertThat(errors.getFirst().asMap()).containsOnlyKeys("message", "exception", "socket");
    assertThat(((TransportSocket) errors.getFirst().socket()).fileno()).isEqualTo(fd);
    assertThat(server.isServing()).isTrue();
    server.close();
    loop.close();
    network.close();
  }

  /** Behaviour 70. */
  @Test
  void shouldNameAsyncgenThatDoesNotClose() {
    AutoCloseable asyncgen =
        () -> {
          throw failure;
        };
    net.loop().addAsyncgen(asyncgen);

    net.run(net.loop().shutdownAsyncgens());

    ExceptionContext error = theError();
    assertThat(error.asMap()).containsOnlyKeys("message", "exception", "asyncgen");
    assertThat(error.asyncgen()).isSameAs(asyncgen);
  }
}
