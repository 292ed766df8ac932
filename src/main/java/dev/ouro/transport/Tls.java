// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Future;
import dev.ouro.memory.ChunkPool;
import java.util.Objects;

/** The TLS of a loop; made when something first asks for TLS. */
final class Tls {
  private final EngineLoop loop;
  private final ChunkPool chunks;
  private final TlsBuffers buffers = new TlsBuffers();

  Tls(EngineLoop loop, ChunkPool chunks) {
    this.loop = loop;
    this.chunks = chunks;
  }

  /**
   * The layers of a server's connections; null for a server without TLS.
   *
   * @throws IllegalArgumentException the arguments contradict each other, or the JDK's context
   */
  TlsLayers ofServer(TlsArguments arguments) {
    return arguments.isWanted() ? new TlsLayers(loop, chunks, buffers, arguments, true, -1) : null;
  }

  /**
   * The layer of a connection to {@code host}, which is the server's name unless the arguments have
   * one; null for a connection without TLS.
   *
   * @param message what is wrong when neither is there
   * @throws IllegalArgumentException as {@link #ofServer}
   */
  TlsLayers ofClient(TlsArguments arguments, String host, int port, String message) {
    if (!arguments.isWanted()) {
      return null;
    }
    TlsArguments named = arguments.withDefaultServerHostname(host, message);
    return new TlsLayers(loop, chunks, buffers, named, false, port);
  }

  /** As {@code EventLoop.startTls}. */
  Future<Transport> start(Transport transport, BaseProtocol protocol, StartTlsOptions options) {
    Objects.requireNonNull(transport, "transport");
    Arguments.streamProtocol(protocol);
    if (!(transport instanceof LoopTransport lower) || !lower.loop().equals(loop)) {
      throw new IllegalArgumentException(
          "transport " + transport + " is not supported by startTls()");
    }
    TlsLayers layers =
        options.serverSide()
            ? ofServer(options.tls())
            : ofClient(
                options.tls(), null, -1, "serverHostname: a client must have one (empty: any)");
    if (transport.isClosing()) {
      Future<Transport> none = loop.createFuture();
      none.setResult(null);
      return none;
    }
    return StartTls.start(lower, protocol, layers, options.received());
  }
}
