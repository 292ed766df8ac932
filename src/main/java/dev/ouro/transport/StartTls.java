// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.loop.Context;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Future;
import dev.ouro.loop.Handle;
import java.nio.ByteBuffer;

/** One {@code loop.startTls}: puts a layer between a transport and its protocol. */
final class StartTls implements TlsProtocol.Listener {
  private final LoopTransport lower;
  private final ByteBuffer received;
  private final Created<Transport> result;
  private TlsProtocol layer;

  private StartTls(EngineLoop loop, LoopTransport lower, ByteBuffer received) {
    this.lower = lower;
    this.received = received;
    this.result = new Created<>(loop);
  }

  /** Starts; the arguments have been checked. */
  static Future<Transport> start(
      LoopTransport lower, BaseProtocol protocol, TlsLayers layers, byte[] received) {
    EngineLoop loop = lower.loop();
    StartTls starting = new StartTls(loop, lower, ByteBuffer.wrap(received));
    starting.layer = layers.between(lower, protocol, starting);
    // Nothing may reach the layer before it has its transport.
    lower.pauseReading();
    lower.setProtocol(starting.layer);
    lower.setContext(Context.copyContext());
    Handle begin = loop.callSoon(starting::begin, lower.context());
    starting.result.whenCancelled(() -> {
      begin.cancel();
      lower.close();
    });
    return starting.result;
  }

  private void begin() {
    layer.connectionMade(lower);
    if (received.hasRemaining()) {
      layer.dataReceived(received);
    }
    lower.resumeReading();
  }

  @Override
  public void established(TlsTransport transport) {
    if (!result.done()) {
      result.setResult(transport);
    }
  }

  @Override
  public void failed(Throwable reason) {
    if (!result.done()) {
      result.setException(reason);
    }
  }
}
