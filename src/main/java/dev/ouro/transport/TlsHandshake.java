// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.loop.EngineLoop;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * Does what an engine wants for a handshake: the first one, and those that a peer of TLS 1.2 asks
 * for later.
 */
final class TlsHandshake {
  private final TlsProtocol protocol;
  private final SSLEngine engine;
  private final TlsCodec codec;
  private final TlsTasks tasks;

  TlsHandshake(TlsProtocol protocol, EngineLoop loop, SSLEngine engine, TlsCodec codec) {
    this.protocol = protocol;
    this.engine = engine;
    this.codec = codec;
    this.tasks = new TlsTasks(loop, engine);
  }

  /** Begins the first one. */
  void begin() throws SSLException {
    engine.beginHandshake();
    advance();
  }

  /** Whether another thread has the engine. */
  boolean isElsewhere() {
    return tasks.areRunning();
  }

  /** Goes on from where the engine is. */
  void advance() throws SSLException {
    advance(engine.getHandshakeStatus());
  }

  /** Does what the engine wants, until it wants something of the peer. */
  void advance(HandshakeStatus first) throws SSLException {
    HandshakeStatus status = first;
    while (true) {
      switch (status) {
        case NEED_TASK -> {
          if (!runTasks()) {
            return;
          }
        }
        case NEED_WRAP -> {
          codec.produce(protocol.lower());
          if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            return; // it has nothing to say any more
          }
        }
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
          return;
        }
        case NOT_HANDSHAKING -> {
          protocol.handshakeOver();
          return;
        }
        case FINISHED -> {}
      }
      status = engine.getHandshakeStatus();
    }
  }

  /** Runs what the engine delegates; false when that goes on elsewhere. */
  private boolean runTasks() {
    if (!protocol.isEstablished()
        && tasks.runOffLoop(protocol.lower().context(), protocol::handshakeTasksDone)) {
      return false;
    }
    tasks.run();
    return true;
  }
}
