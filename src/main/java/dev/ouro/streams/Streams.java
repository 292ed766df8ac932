// SPDX-License-Identifier: Apache-2.0
package dev.ouro.streams;

import dev.ouro.loop.CallbackLoop;
import dev.ouro.loop.Future;
import dev.ouro.transport.BaseProtocol;
import dev.ouro.transport.Connection;
import dev.ouro.transport.Server;
import dev.ouro.transport.SubprocessProtocol;
import dev.ouro.transport.SubprocessTransport;
import dev.ouro.transport.Transport;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.function.Supplier;

/** Makes streams of what a loop connects and accepts. All of these suspend the calling task. */
public final class Streams {
  private Streams() {}

  /**
   * Connects by {@code connect}, which is given the protocol factory.
   *
   * @param startTls the loop's
   * @param limitBytes of the reader's buffer
   * @throws IOException the connection cannot be made
   * @throws IllegalArgumentException the limit is not positive
   */
  public static StreamConnection connect(
      CallbackLoop loop,
      StartTls startTls,
      int limitBytes,
      Function<Supplier<BaseProtocol>, Future<Connection<Transport, BaseProtocol>>> connect)
      throws IOException {
    StreamReader reader = new StreamReader(loop, limitBytes);
    StreamReaderProtocol protocol = new StreamReaderProtocol(reader, null, startTls);
    connect.apply(() -> protocol).await();
    return new StreamConnection(reader, protocol.writer());
  }

  /**
   * Serves by {@code serve}, which is given the protocol factory.
   *
   * @param startTls the loop's
   * @param limitBytes of each reader's buffer
   * @throws IOException the server cannot be made
   * @throws IllegalArgumentException the limit is not positive
   */
  public static Server serve(
      CallbackLoop loop,
      StartTls startTls,
      ClientConnected clientConnected,
      int limitBytes,
      Function<Supplier<BaseProtocol>, Future<Server>> serve)
      throws IOException {
    Objects.requireNonNull(clientConnected, "clientConnected");
    if (limitBytes <= 0) {
      throw new IllegalArgumentException("Limit cannot be <= 0");
    }
    Server server =
        serve
            .apply(() ->
                new StreamReaderProtocol(
                    new StreamReader(loop, limitBytes), clientConnected, startTls))
            .await();
    return new StreamServer(server);
  }

  /**
   * Starts a child process by {@code spawn}, which is given the protocol factory. When the calling
   * task is cancelled meanwhile, the child is killed, and that is waited for.
   *
   * @param limitBytes of each reader's buffer
   * @throws IOException the program cannot be run
   * @throws IllegalArgumentException the limit is not positive
   */
  public static Process process(
      CallbackLoop loop,
      int limitBytes,
      Function<
              Supplier<SubprocessProtocol>,
              Future<Connection<SubprocessTransport, SubprocessProtocol>>>
          spawn)
      throws IOException {
    if (limitBytes <= 0) {
      throw new IllegalArgumentException("Limit cannot be <= 0");
    }
    ProcessProtocol protocol = new ProcessProtocol(loop, limitBytes);
    Future<Connection<SubprocessTransport, SubprocessProtocol>> spawning =
        spawn.apply(() -> protocol);
    try {
      return new Process(loop, spawning.await().transport(), protocol);
    } catch (CancellationException cancelled) {
      protocol.waitForExit();
      throw cancelled;
    }
  }
}
