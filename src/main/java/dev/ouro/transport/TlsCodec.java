// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/** Moves bytes through an {@link SSLEngine}; knows buffers, and nothing of what they mean. */
final class TlsCodec {
  /** What an engine may have room for, if it is to write a record. */
  private static final int LARGEST_FACTOR = 2;

  private static final int STAGED_BYTES = 8 * 1024;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final SSLEngine engine;
  private final TlsBuffers buffers;

  /** What is decrypted and not yet handed over, in writing mode; or null. */
  private ByteBuffer plain;

  TlsCodec(SSLEngine engine, TlsBuffers buffers) {
    this.engine = engine;
    this.buffers = buffers;
  }

  /**
   * Encrypts what remains in each of {@code data}, in order and in records that are as full as can
   * be, and writes it to {@code lower}, as far as the engine takes it now; it takes all unless a
   * handshake runs.
   *
   * @throws SSLException the connection cannot go on
   */
  void encrypt(ByteBuffer[] data, WriteTransport lower) throws SSLException {
    ByteBuffer out = buffers.takeWide();
    try {
      int first = 0;
      while (true) {
        while (first < data.length && !data[first].hasRemaining()) {
          first++;
        }
        if (first == data.length) {
          break;
        }
        SSLEngineResult result = engine.wrap(data, first, data.length - first, out);
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
          out = makeRoom(out, lower);
        } else if (result.bytesConsumed() == 0 && result.bytesProduced() == 0) {
          break;
        }
      }
      send(out, lower);
    } finally {
      buffers.giveWide(out);
    }
  }

  /**
   * Writes what the engine has to say by itself, as long as it has.
   *
   * @throws SSLException the connection cannot go on
   */
  void produce(WriteTransport lower) throws SSLException {
    ByteBuffer out = buffers.takeWide();
    try {
      while (engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP) {
        SSLEngineResult result = engine.wrap(NOTHING, out);
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
          out = makeRoom(out, lower);
        } else if (result.bytesProduced() == 0) {
          break;
        }
      }
    } finally {
      send(out, lower);
      buffers.giveWide(out);
    }
  }

  private ByteBuffer makeRoom(ByteBuffer out, WriteTransport lower) {
    if (out.position() > 0) {
      send(out, lower);
      return out;
    }
    return ByteBuffer.allocate(LARGEST_FACTOR * engine.getSession().getPacketBufferSize());
  }

  private void send(ByteBuffer out, WriteTransport lower) {
    out.flip();
    if (out.hasRemaining()) {
      lower.write(isStaged(out, lower) ? buffers.stage(out) : out);
    }
    out.clear();
  }

  /** A socket that has room takes much at once, in one call, if it does not lie on the heap. */
  private static boolean isStaged(ByteBuffer out, WriteTransport lower) {
    return lower instanceof StreamTransport
        && out.remaining() >= STAGED_BYTES
        && lower.getWriteBufferSize() == 0;
  }

  /**
   * Decrypts {@code record} behind what is in {@link #plain}.
   *
   * @throws SSLException the connection cannot go on
   */
  SSLEngineResult decrypt(ByteBuffer record) throws SSLException {
    if (plain == null) {
      plain = buffers.takeWide();
    }
    return engine.unwrap(record, plain);
  }

  /** Whether something is decrypted. */
  boolean hasPlain() {
    return plain != null && plain.position() > 0;
  }

  /** What is decrypted, to be read; {@link #releasePlain} must follow. */
  ByteBuffer plain() {
    return plain.flip();
  }

  /** Forgets what is decrypted. */
  void releasePlain() {
    if (plain != null) {
      buffers.giveWide(plain);
      plain = null;
    }
  }

  /** Has {@link #decrypt} write into an empty buffer that is large enough for any record. */
  void growPlain() {
    releasePlain();
    plain = ByteBuffer.allocate(LARGEST_FACTOR * engine.getSession().getApplicationBufferSize());
  }
}
