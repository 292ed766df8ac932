// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.memory.ByteQueue;
import dev.ouro.memory.ChunkPool;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * What is written to a TLS connection: encrypted at once, or kept in order while a renegotiation of
 * TLS 1.2 runs. The engine would mix it with the messages of the handshake, which OpenSSL takes for
 * an attack.
 */
final class TlsOutput {
  private final SSLEngine engine;
  private final TlsCodec codec;
  private final ByteQueue backlog;
  private boolean held;

  TlsOutput(SSLEngine engine, TlsCodec codec, ChunkPool chunks) {
    this.engine = engine;
    this.codec = codec;
    this.backlog = new ByteQueue(chunks);
  }

  /** How many bytes wait to be encrypted. */
  long sizeBytes() {
    return backlog.sizeBytes();
  }

  /** From now on nothing is encrypted, until {@link #flush}. */
  void hold() {
    held = true;
  }

  /**
   * Sends what remains in each of {@code data}, in order, in records that are as full as can be.
   *
   * @throws SSLException the connection cannot go on
   */
  void write(ByteBuffer[] data, WriteTransport lower) throws SSLException {
    if (!held && backlog.isEmpty()) {
      codec.encrypt(data, lower);
    }
    for (ByteBuffer left : data) {
      // After the end of a TLS 1.2 connection the engine takes nothing any more: RFC 5246, 7.2.1.
      if (left.hasRemaining() && !engine.isOutboundDone()) {
        backlog.append(left);
      }
    }
  }

  /**
   * Sends what waits, as far as the engine takes it.
   *
   * @throws SSLException the connection cannot go on
   */
  void flush(WriteTransport lower) throws SSLException {
    held = false;
    while (!backlog.isEmpty()) {
      ByteBuffer head = backlog.headView();
      int before = head.remaining();
      codec.encrypt(new ByteBuffer[] {head}, lower);
      int length = before - head.remaining();
      if (length == 0) {
        return;
      }
      backlog.consume(length);
    }
  }

  /** Forgets what waits. */
  void discard() {
    backlog.clear();
  }
}
