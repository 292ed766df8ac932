// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import dev.ouro.BaseEventLoop;
import dev.ouro.EventLoop;
import dev.ouro.ProactorEventLoop;
import dev.ouro.SelectorEventLoop;
import dev.ouro.linux.LinuxException;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.Future;
import dev.ouro.loop.WaitStrategy;
import dev.ouro.poll.EngineKind;
import dev.ouro.transport.BaseProtocol;
import dev.ouro.transport.Connection;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The event loop of one contract test, on the engine that it is about, and the sockets at its other
 * end. The test runs the loop; between two runs its peers' bytes wait in the kernel, so that no
 * second thread is needed. Errors that reach the exception handler fail the test, unless it takes
 * them.
 */
public final class NetworkFixture implements AfterEachCallback {
  private static final long PATIENCE_NANOS = Duration.ofSeconds(100).toNanos();

  private final EngineKind kind;
  private final List<AutoCloseable> toClose = new ArrayList<>();
  private final List<ExceptionContext> errors = new ArrayList<>();
  private BaseEventLoop loop;

  public NetworkFixture(EngineKind kind) {
    this.kind = kind;
  }

  /** The loop; aborts the test when the machine lacks the engine; in CI, fails. */
  public EventLoop loop() {
    if (loop == null) {
      loop = open();
      loop.setExceptionHandler((source, context) -> errors.add(context));
    }
    return loop;
  }

  private BaseEventLoop open() {
    try {
      return kind == EngineKind.EPOLL
          ? new SelectorEventLoop(WaitStrategy.blocking())
          : new ProactorEventLoop(WaitStrategy.blocking());
    } catch (LinuxException unavailable) {
      String reason = kind.label() + " is missing here: " + unavailable.getMessage();
      if ("true".equals(System.getenv("CI"))) {
        return Assertions.fail(reason, unavailable);
      }
      System.out.println(reason);
      return Assumptions.abort(reason);
    }
  }

  /** What reached the exception handler; the caller has seen to it. */
  public List<ExceptionContext> takeErrors() {
    List<ExceptionContext> taken = List.copyOf(errors);
    errors.clear();
    return taken;
  }

  public <T> T run(Future<T> future) {
    return loop().runUntilComplete(future);
  }

  /** Runs turns until {@code condition} holds. */
  public void runUntil(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > PATIENCE_NANOS) {
        throw new AssertionError("it never came to this");
      }
      runTurns(1);
    }
  }

  /** Runs so many turns, none of which waits. */
  public void runTurns(int count) {
    for (int i = 0; i < count; i++) {
      loop().stop();
      loop().runForever();
    }
  }

  /** A server on a free port of 127.0.0.1, closed after the test. */
  public Server serve(Supplier<? extends BaseProtocol> protocols) {
    Server server = run(loop().createServer(protocols, ServerOptions.of("127.0.0.1", 0)));
    toClose.add(server);
    return server;
  }

  /** A connection from {@code protocol} to {@code server}. */
  public Transport connect(Server server, BaseProtocol protocol) {
    Connection<Transport, BaseProtocol> connection =
        run(
            loop()
                .createConnection(() -> protocol, ConnectionOptions.of("127.0.0.1", port(server))));
    return connection.transport();
  }

  /** A connection of the JDK's to {@code server}, which has it in its queue. */
  public Socket peer(Server server) throws IOException {
    return closing(new Socket("127.0.0.1", port(server)));
  }

  /** {@code resource}, closed after the test. */
  public <T extends AutoCloseable> T closing(T resource) {
    toClose.add(resource);
    return resource;
  }

  public static int port(Server server) {
    try {
      return ((InetSocketAddress) server.sockets().getFirst().getsockname()).getPort();
    } catch (LinuxException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    for (AutoCloseable resource : toClose.reversed()) {
      resource.close();
    }
    if (loop != null && !loop.isClosed()) {
      runTurns(2);
      loop.close();
    }
    if (!errors.isEmpty()) {
      throw new AssertionError("reached the exception handler: " + errors);
    }
  }
}
