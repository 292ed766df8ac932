// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.memory.ChunkPool;
import javax.net.ssl.SSLEngine;

/**
 * Makes the TLS layers of one server's connections, or of one connection. The first engine is made
 * at once, so that arguments that the JDK refuses are refused before anything is touched.
 */
final class TlsLayers {
  private final EngineLoop loop;
  private final ChunkPool chunks;
  private final TlsBuffers buffers;
  private final TlsArguments arguments;
  private final boolean serverSide;
  private final int port;
  private SSLEngine first;

  /**
   * Checks that the JDK can do what {@code arguments} say.
   *
   * @param port a client's: which one it connects to; −1: not known
   * @throws IllegalArgumentException it cannot
   */
  TlsLayers(
      EngineLoop loop,
      ChunkPool chunks,
      TlsBuffers buffers,
      TlsArguments arguments,
      boolean serverSide,
      int port) {
    this.loop = loop;
    this.chunks = chunks;
    this.buffers = buffers;
    this.arguments = arguments;
    this.serverSide = serverSide;
    this.port = port;
    this.first = engine();
  }

  private SSLEngine engine() {
    return serverSide
        ? TlsEngines.server(arguments.ssl())
        : TlsEngines.client(arguments.ssl(), arguments.serverHostname(), port);
  }

  /** {@link #under} of a server's connection, whose failure is told in debug mode. */
  BaseProtocol accepting(BaseProtocol app, StreamEnds ends) {
    return under(app, new Accepting(app, ends));
  }

  /** A layer below {@code app}: the protocol of a transport whose connection was just made. */
  TlsProtocol under(BaseProtocol app, TlsProtocol.Listener listener) {
    return layer(app, false, listener);
  }

  /** A layer between {@code lower} and {@code app}, which has been its protocol for a while. */
  TlsProtocol between(LoopTransport lower, BaseProtocol app, TlsProtocol.Listener listener) {
    TlsProtocol layer = layer(app, true, listener);
    if (lower.isWritingPaused() && lower.getProtocol().equals(app)) {
      layer.transport().inheritPause();
    }
    return layer;
  }

  private TlsProtocol layer(BaseProtocol app, boolean made, TlsProtocol.Listener listener) {
    SSLEngine engine = first != null ? first : engine();
    first = null;
    return new TlsProtocol(loop, chunks, buffers, arguments, engine, app, made, listener);
  }

  /** Tells of connections whose handshake failed, in debug mode: the peer may be anybody. */
  private final class Accepting implements TlsProtocol.Listener {
    private final BaseProtocol app;
    private final StreamEnds ends;

    Accepting(BaseProtocol app, StreamEnds ends) {
      this.app = app;
      this.ends = ends;
    }

    @Override
    public void established(TlsTransport transport) {}

    @Override
    public void failed(Throwable reason) {
      if (loop.getDebug()) {
        loop.callExceptionHandler(
            ExceptionContext.of("Error on transport creation for incoming connection", reason)
                .with("protocol", app)
                .with("peername", ends.peername()));
      }
    }
  }
}
