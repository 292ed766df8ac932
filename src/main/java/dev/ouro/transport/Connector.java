// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.AddressInfo;
import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import dev.ouro.linux.UnixAddress;
import dev.ouro.loop.Context;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.ExceptionGroup;
import dev.ouro.loop.Future;
import dev.ouro.loop.LoopExit;
import dev.ouro.memory.ChunkPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Makes one connection: finds the addresses, has a {@link ConnectionRace} for them, then makes
 * protocol and transport.
 *
 * <p>A socket is the race's until one has won, then this one's for a moment, then the transport's.
 */
final class Connector<P extends BaseProtocol> implements ConnectionRace.Listener {
  private final EngineLoop loop;
  private final ChunkPool chunks;
  private final OpenSockets sockets;
  private final Supplier<P> protocolFactory;
  private final Context context = Context.copyContext();
  private final Created<Connection<Transport, P>> result;
  private boolean allErrors;
  private Future<List<AddressInfo>> resolving;
  private ConnectionRace race;
  private StreamTransport transport;
  private TlsLayers layers;

  Connector(EngineLoop loop, ChunkPool chunks, OpenSockets sockets, Supplier<P> protocolFactory) {
    this.loop = loop;
    this.chunks = chunks;
    this.sockets = sockets;
    this.protocolFactory = protocolFactory;
    this.result = new Created<>(loop);
    result.whenCancelled(this::cancelled);
  }

  /** Puts a layer of TLS on the connection, unless {@code layersOrNull} is null. */
  void encrypt(TlsLayers layersOrNull) {
    layers = layersOrNull;
  }

  Future<Connection<Transport, P>> result() {
    return result;
  }

  /**
   * Connects as {@code options} say, once the addresses are known.
   *
   * @param hosts the addresses to connect to
   * @param locals asks for the addresses to bind to; null: to none
   */
  void connect(
      Future<List<AddressInfo>> hosts,
      Supplier<Future<List<AddressInfo>>> locals,
      ConnectionOptions options) {
    allErrors = options.allErrors();
    await(
        hosts,
        found -> {
          List<AddressInfo> ordered = AddressOrder.interleave(found, options.interleave());
          if (locals == null) {
            race(ordered, null, options.happyEyeballsDelay());
          } else {
            await(locals.get(), bound -> race(ordered, bound, options.happyEyeballsDelay()));
          }
        });
  }

  /** Connects to a Unix socket. */
  void connect(UnixAddress path) {
    AddressInfo only =
        new AddressInfo(SocketConstants.AF_UNIX, SocketConstants.SOCK_STREAM, 0, "", path);
    race(List.of(only), null, null);
  }

  private void await(Future<List<AddressInfo>> asked, Consumer<List<AddressInfo>> then) {
    resolving = asked;
    asked.addDoneCallback(answer -> {
      resolving = null;
      Throwable failure = answer.cancelled() ? null : answer.exception();
      if (result.done()) {
        return; // cancelled meanwhile
      }
      if (failure != null) {
        result.setException(failure);
        return;
      }
      try {
        then.accept(answer.result());
      } catch (RuntimeException thrown) {
        result.setException(thrown); // the executor takes no more questions
      }
    });
  }

  private void race(List<AddressInfo> addresses, List<AddressInfo> locals, Duration delay) {
    race = new ConnectionRace(loop, sockets, addresses, locals, delay, this);
    race.startNext();
  }

  @Override
  public void won(Socket socket) {
    race = null;
    if (result.done()) {
      // cancelled in this very turn, before the race heard of it
      socket.close();
      sockets.remove(socket);
    } else {
      attach(socket);
    }
  }

  @Override
  public void lost(List<LinuxException> failures) {
    race = null;
    if (result.done()) {
      return;
    }
    List<LinuxException> all = failures.isEmpty() ? List.of(noAddress()) : failures;
    result.setException(
        allErrors ? new ExceptionGroup("createConnection failed", all) : LinuxException.ofAll(all));
  }

  private static LinuxException noAddress() {
    return LinuxException.of(
        "getaddrinfo", Errno.EADDRNOTAVAIL, "getaddrinfo() returned empty list");
  }

  /** Makes protocol and transport of a connected socket, which is the transport's from now on. */
  void attach(Socket connected) {
    try {
      StreamEnds ends = StreamEnds.of(connected);
      List<P> made = new ArrayList<>(1);
      loop.runInContext(context, () -> made.add(protocolOf(protocolFactory)));
      P protocol = made.getFirst();
      BaseProtocol lowest = layers == null ? protocol : layers.under(protocol, encrypted(protocol));
      transport = new StreamTransport(loop, chunks, sockets, ends, lowest, context, null);
      transport.start();
      if (layers == null) {
        loop.callSoon(() -> succeed(transport, protocol));
      }
    } catch (Throwable thrown) {
      connected.close();
      sockets.remove(connected);
      LoopExit.rethrowIfFatal(thrown);
      result.setException(thrown);
    }
  }

  private void succeed(Transport made, P protocol) {
    if (!result.done()) {
      result.setResult(new Connection<>(made, protocol));
    }
  }

  private TlsProtocol.Listener encrypted(P protocol) {
    return new TlsProtocol.Listener() {
      @Override
      public void established(TlsTransport made) {
        succeed(made, protocol);
      }

      @Override
      public void failed(Throwable reason) {
        if (!result.done()) {
          result.setException(reason);
        }
      }
    };
  }

  private void cancelled() {
    if (resolving != null) {
      resolving.cancel();
    } else if (race != null) {
      race.cancel();
    } else if (transport != null) {
      transport.close();
    }
  }

  static <P extends BaseProtocol> P protocolOf(Supplier<P> protocolFactory) {
    P protocol = protocolFactory.get();
    if (protocol == null) {
      throw new NullPointerException("protocolFactory: it returned null");
    }
    return protocol;
  }
}
