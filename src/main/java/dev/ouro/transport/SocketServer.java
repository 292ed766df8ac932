// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import dev.ouro.loop.CallbackLoop;
import dev.ouro.loop.Context;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Future;
import dev.ouro.memory.ChunkPool;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** The server of TCP and Unix sockets: its {@link Listener}s and its connections. */
final class SocketServer implements Server {
  private final EngineLoop loop;
  private final ChunkPool chunks;
  private final OpenSockets open;
  private final Supplier<? extends BaseProtocol> protocolFactory;
  private final Context context;
  private final int backlog;
  private final List<Listener> listeners = new ArrayList<>();
  private final Set<StreamTransport> clients = new LinkedHashSet<>();
  private final List<Future<Void>> waiters = new ArrayList<>();
  private TlsLayers layers;
  private ServeForever serving;
  private int making;
  private boolean accepting;
  private boolean closed;
  private boolean allGone;

  /**
   * Makes the server of bound sockets, which it owns from now on.
   *
   * @param given whether the caller made the sockets
   * @param context where {@code protocolFactory} runs; each connection has a copy
   */
  SocketServer(
      EngineLoop loop,
      ChunkPool chunks,
      OpenSockets open,
      List<Socket> sockets,
      boolean given,
      Supplier<? extends BaseProtocol> protocolFactory,
      Context context,
      int backlog) {
    this.loop = loop;
    this.chunks = chunks;
    this.open = open;
    this.protocolFactory = protocolFactory;
    this.context = context;
    this.backlog = backlog;
    for (Socket socket : sockets) {
      listeners.add(new Listener(this, socket, given));
      open.add(socket, this);
    }
  }

  /** Has {@code file} removed when the listener at {@code index} closes. */
  void cleanUp(int index, UnixFile file) {
    listeners.get(index).cleanUp(file);
  }

  /** Puts a layer of TLS on every connection, unless {@code layersOrNull} is null. */
  void encrypt(TlsLayers layersOrNull) {
    layers = layersOrNull;
  }

  EngineLoop loop() {
    return loop;
  }

  int backlog() {
    return backlog;
  }

  /** Serves, without waiting for a turn. */
  void serve() throws LinuxException {
    loop.requireOpen();
    if (closed) {
      throw new IllegalStateException("server " + this + " is closed");
    }
    if (!accepting) {
      for (Listener listener : listeners) {
        listener.start();
      }
      accepting = true;
      loop.keepSpares();
    }
  }

  /** Pauses all servers of the loop: no descriptor is free. */
  void pauseAll() {
    for (Object owner : open.owners()) {
      if (owner instanceof SocketServer server) {
        server.listeners.forEach(Listener::pause);
      }
    }
  }

  /** Makes a transport of an accepted connection. */
  void accepted(StreamEnds ends) {
    Context own = context.copy();
    BaseProtocol[] made = new BaseProtocol[1];
    making++; // a factory that closes this server does not end the wait for its own connection
    try {
      loop.runInContext(own, () -> made[0] = Connector.protocolOf(protocolFactory));
      BaseProtocol lowest = made[0];
      if (layers != null) {
        lowest = layers.accepting(lowest, ends);
      }
      StreamTransport transport = new StreamTransport(loop, chunks, open, ends, lowest, own, this);
      clients.add(transport);
      transport.start();
    } finally {
      making--;
      wakeIfAllGone();
    }
  }

  /** A connection is lost. */
  void detach(StreamTransport transport) {
    clients.remove(transport);
    wakeIfAllGone();
  }

  private void wakeIfAllGone() {
    if (closed && making == 0 && clients.isEmpty() && !allGone) {
      allGone = true;
      for (Future<Void> waiter : waiters) {
        if (!waiter.done()) {
          waiter.setResult(null);
        }
      }
      waiters.clear();
    }
  }

  @Override
  public void close() {
    loop.regainControl();
    if (closed) {
      return;
    }
    closed = true;
    accepting = false;
    for (Listener listener : listeners) {
      listener.close();
      open.remove(listener.socket());
    }
    if (loop.isClosed()) {
      return; // nobody waits any more
    }
    if (serving != null) {
      serving.endWithClients(null);
    }
    wakeIfAllGone();
  }

  @Override
  public void closeClients() {
    loop.regainControl();
    List.copyOf(clients).forEach(StreamTransport::closeTop);
  }

  @Override
  public void abortClients() {
    loop.regainControl();
    List.copyOf(clients).forEach(StreamTransport::abort);
  }

  @Override
  public CallbackLoop getLoop() {
    return loop;
  }

  @Override
  public Future<Void> startServing() {
    loop.regainControl();
    Future<Void> nextTurn = loop.createFuture();
    try {
      serve();
    } catch (LinuxException e) {
      nextTurn.setException(e);
      return nextTurn;
    }
    loop.callSoon(() -> {
      if (!nextTurn.done()) {
        nextTurn.setResult(null);
      }
    });
    return nextTurn;
  }

  @Override
  public Future<Void> serveForever() {
    loop.regainControl();
    if (serving != null && !serving.done()) {
      throw new IllegalStateException(
          "server " + this + " is already being awaited on serveForever()");
    }
    try {
      serve();
    } catch (LinuxException e) {
      Future<Void> failed = loop.createFuture();
      failed.setException(e);
      return failed;
    }
    serving = new ServeForever();
    return serving;
  }

  @Override
  public boolean isServing() {
    return accepting;
  }

  @Override
  public Future<Void> waitClosed() {
    loop.regainControl();
    Future<Void> waiter = loop.createFuture();
    if (allGone) {
      waiter.setResult(null);
    } else {
      waiters.add(waiter);
    }
    return waiter;
  }

  @Override
  public List<TransportSocket> sockets() {
    List<TransportSocket> sockets = new ArrayList<>();
    if (!closed) {
      for (Listener listener : listeners) {
        sockets.add(new TransportSocket(listener.socket()));
      }
    }
    return List.copyOf(sockets);
  }

  @Override
  public String toString() {
    return "<Server sockets=" + sockets() + ">";
  }

  /**
   * The answer of {@link #serveForever}: cancelling it closes the server, and then it waits for the
   * connections; cancelling it once more ends the wait.
   */
  private final class ServeForever extends Future<Void> {
    private boolean ending;

    ServeForever() {
      super(loop);
    }

    @Override
    public boolean cancel(String message) {
      loop.regainControl();
      if (done() || ending) {
        return super.cancel(message);
      }
      endWithClients(message);
      SocketServer.this.close();
      return true;
    }

    /** The server is closed, or is now: cancels this once the last connection is lost. */
    void endWithClients(String message) {
      if (!ending) {
        ending = true;
        waitClosed().addDoneCallback(gone -> super.cancel(message));
      }
    }
  }
}
