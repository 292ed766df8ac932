// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.memory.ChunkPool;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/**
 * The receiving half of a {@link TlsProtocol}: has record after record decrypted, and keeps what
 * may not be decrypted yet.
 */
final class TlsInput {
  /** asyncio's: so much may wait above until the lower transport is paused. */
  private static final int HIGH_BYTES = 256 * 1024;

  private static final int LOW_BYTES = HIGH_BYTES / 4;
  private static final int MAX_STALLS = 16;

  private final TlsProtocol protocol;
  private final TlsCodec codec;
  private final TlsRecords records;
  private int stalls;
  private boolean lowerPaused;

  TlsInput(TlsProtocol protocol, TlsCodec codec, TlsBuffers buffers, ChunkPool chunks) {
    this.protocol = protocol;
    this.codec = codec;
    this.records = new TlsRecords(buffers, chunks);
  }

  /**
   * Decrypts what the protocol lets it, first of what is kept, then of {@code arrived}, and hands
   * it over.
   *
   * @throws SSLException the connection cannot go on
   */
  void decrypt(ByteBuffer arrived) throws SSLException {
    try {
      while (protocol.mayDecrypt() && records.next(arrived)) {
        decryptRecord();
      }
      deliver();
    } finally {
      codec.releasePlain();
    }
  }

  private void decryptRecord() throws SSLException {
    ByteBuffer record = records.record();
    SSLEngineResult result = codec.decrypt(record);
    boolean stalled = result.bytesConsumed() == 0;
    switch (result.getStatus()) {
      case OK -> {
        if (!record.hasRemaining()) {
          records.consumed();
        }
      }
      case BUFFER_OVERFLOW -> {
        if (codec.hasPlain()) {
          deliver();
        } else {
          codec.growPlain();
        }
      }
      case BUFFER_UNDERFLOW -> {
        if (protocol.isEstablished() && !records.isPlausible()) {
          throw new SSLException("Unrecognized record: the peer does not speak TLS any more");
        }
        records.wantMore();
        stalled = false;
      }
      case CLOSED -> {
        records.consumed();
        deliver();
        protocol.inputEnded();
        return;
      }
    }
    stalls = stalled ? stalls + 1 : 0;
    if (stalls > MAX_STALLS) {
      throw new SSLException("The TLS engine makes no progress: " + result);
    }
    protocol.decrypted(result.getHandshakeStatus());
  }

  private void deliver() {
    if (codec.hasPlain()) {
      protocol.deliver(codec.plain());
      codec.releasePlain();
    }
  }

  /** Keeps what remains in {@code arrived}, and pauses {@code lower} as long as that is much. */
  void keep(ByteBuffer arrived, LoopTransport lower) {
    records.hold(arrived);
    if (!lowerPaused && records.heldBytes() > HIGH_BYTES) {
      lowerPaused = true;
      lower.pauseReading();
    } else if (lowerPaused && records.heldBytes() <= LOW_BYTES) {
      lowerPaused = false;
      lower.resumeReading();
    }
  }

  /** Forgets what is kept. */
  void discard() {
    records.discard();
  }
}
