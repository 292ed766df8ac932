// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.AddressInfo;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import dev.ouro.linux.UnixAddress;
import dev.ouro.loop.Context;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Future;
import dev.ouro.memory.ChunkPool;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A server that is being made: looks the hosts up, opens all of the sockets or none, and serves.
 */
final class ServerStart {
  private final EngineLoop loop;
  private final ChunkPool chunks;
  private final OpenSockets open;
  private final Supplier<? extends BaseProtocol> protocolFactory;
  private final TlsLayers layers;
  private final Context context = Context.copyContext();
  private final Future<Server> result;

  /** Makes connections with a protocol each, and a layer of TLS unless {@code layers} is null. */
  ServerStart(
      EngineLoop loop,
      ChunkPool chunks,
      OpenSockets open,
      Supplier<? extends BaseProtocol> protocolFactory,
      TlsLayers layers) {
    this.loop = loop;
    this.chunks = chunks;
    this.open = open;
    this.protocolFactory = protocolFactory;
    this.layers = layers;
    this.result = new Created<>(loop);
  }

  /** By TCP, as checked {@code options} say: the server, in a later turn. */
  Future<Server> listen(ServerOptions options) {
    if (options.sock() != null) {
      serve(List.of(options.sock()), true, false, options.backlog(), options.startServing());
    } else {
      resolveAll(options);
    }
    return result;
  }

  private void resolveAll(ServerOptions options) {
    Resolver resolver = new Resolver(loop, options.family(), 0, options.flags());
    List<String> hosts = options.hosts() == null ? List.of("") : options.hosts();
    List<Future<List<AddressInfo>>> pending = new ArrayList<>();
    for (String host : hosts) {
      pending.add(resolver.resolve(host.isEmpty() ? null : host, options.port()));
    }
    Answers answers = new Answers(pending, options);
    for (Future<List<AddressInfo>> answer : pending) {
      answer.addDoneCallback(answers);
    }
  }

  // Classes and not lambdas, of which each takes a millisecond or two when a program starts.

  /** Binds once all hosts are looked up. */
  private final class Answers implements Consumer<Future<List<AddressInfo>>> {
    private final List<Future<List<AddressInfo>>> pending;
    private final ServerOptions options;
    private int left;

    Answers(List<Future<List<AddressInfo>>> pending, ServerOptions options) {
      this.pending = pending;
      this.options = options;
      this.left = pending.size();
    }

    @Override
    public void accept(Future<List<AddressInfo>> answer) {
      Throwable failure = answer.exception();
      if (failure != null) {
        fail(failure);
      } else if (--left == 0 && !result.done()) {
        bind(distinct(pending), options);
      }
    }
  }

  /** Hands the server over. */
  private final class Success implements Runnable {
    private final SocketServer server;

    Success(SocketServer server) {
      this.server = server;
    }

    @Override
    public void run() {
      if (result.done()) {
        server.close();
      } else {
        result.setResult(server);
      }
    }
  }

  /** In the order of {@code answers}. Few: a set would have to link the record's hashCode first. */
  private static List<AddressInfo> distinct(List<Future<List<AddressInfo>>> answers) {
    List<AddressInfo> addresses = new ArrayList<>();
    for (Future<List<AddressInfo>> answer : answers) {
      for (AddressInfo address : answer.result()) {
        if (!addresses.contains(address)) {
          addresses.add(address);
        }
      }
    }
    return addresses;
  }

  private void bind(List<AddressInfo> addresses, ServerOptions options) {
    List<Socket> sockets;
    try {
      sockets = ServerSockets.bind(addresses, options);
    } catch (LinuxException | RuntimeException e) {
      fail(e);
      return;
    }
    serve(sockets, false, false, options.backlog(), options.startServing());
  }

  /** By a Unix socket, as checked {@code options} say: the server, in a later turn. */
  Future<Server> listen(UnixServerOptions options) {
    boolean given = options.sock() != null;
    Socket socket;
    try {
      socket = given ? options.sock() : ServerSockets.bindUnix(options.path());
    } catch (LinuxException | RuntimeException e) {
      fail(e);
      return result;
    }
    serve(
        List.of(socket), given, options.cleanupSocket(), options.backlog(), options.startServing());
    return result;
  }

  private void serve(
      List<Socket> sockets, boolean given, boolean cleansUp, int backlog, boolean starts) {
    SocketServer server =
        new SocketServer(loop, chunks, open, sockets, given, protocolFactory, context, backlog);
    try {
      server.encrypt(layers);
      if (cleansUp) {
        server.cleanUp(0, UnixFile.of((UnixAddress) sockets.getFirst().getsockname()));
      }
      for (Socket socket : sockets) {
        if (StreamEnds.isInternet(socket)) {
          // The connections inherit it from the listener, which saves a call for each.
          socket.setsockopt(SocketConstants.IPPROTO_TCP, SocketConstants.TCP_NODELAY, 1);
        }
      }
      if (starts) {
        server.serve();
      }
      loop.callSoon(new Success(server));
    } catch (LinuxException | RuntimeException e) {
      server.close();
      fail(e);
    }
  }

  private void fail(Throwable failure) {
    if (!result.done()) {
      result.setException(failure);
    }
  }
}
