// SPDX-License-Identifier: Apache-2.0
package dev.ouro.streams;

import dev.ouro.loop.CallbackLoop;
import dev.ouro.loop.Future;
import dev.ouro.loop.Task;
import dev.ouro.transport.Server;
import dev.ouro.transport.TransportSocket;
import java.util.List;

/**
 * The server of streams, for tasks: {@link #serveForever} does not return before its time when a
 * task calls it. Everything else is the server's below.
 */
final class StreamServer implements Server {
  private final Server server;

  StreamServer(Server server) {
    this.server = server;
  }

  @Override
  public void close() {
    server.close();
  }

  @Override
  public void closeClients() {
    server.closeClients();
  }

  @Override
  public void abortClients() {
    server.abortClients();
  }

  @Override
  public CallbackLoop getLoop() {
    return server.getLoop();
  }

  @Override
  public Future<Void> startServing() {
    Future<Void> started = server.startServing();
    return awaited(started);
  }

  @Override
  public Future<Void> serveForever() {
    return awaited(server.serveForever());
  }

  private static Future<Void> awaited(Future<Void> future) {
    if (Task.current() != null) {
      future.await();
    }
    return future;
  }

  @Override
  public boolean isServing() {
    return server.isServing();
  }

  @Override
  public Future<Void> waitClosed() {
    return server.waitClosed();
  }

  @Override
  public List<TransportSocket> sockets() {
    return server.sockets();
  }

  @Override
  public String toString() {
    return server.toString();
  }
}
