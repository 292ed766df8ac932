// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Future;
import java.nio.ByteBuffer;

/**
 * What sends a file where {@code sendfile(2)} does not: reads it in the default executor, a buffer
 * at a time, and hands each over to be sent.
 */
final class SendfileFallback {
  /** Who sends. */
  interface Sink {
    /** Whether nothing is wanted any more. */
    boolean isOver();

    /** Sends {@code piece}, whose memory the next {@link #read} uses again. */
    void send(ByteBuffer piece);

    /** There is no more. */
    void finish();

    /** The file could not be read. */
    void fail(Throwable thrown);
  }

  private static final int READ_BYTES = 64 * 1024;

  private final EngineLoop loop;
  private final FileSource file;
  private final SendfileOptions options;
  private final Sink sink;
  private ByteBuffer buffer;

  SendfileFallback(EngineLoop loop, FileSource file, SendfileOptions options, Sink sink) {
    this.loop = loop;
    this.file = file;
    this.options = options;
    this.sink = sink;
  }

  /** Whether it has taken over. */
  boolean isUsed() {
    return buffer != null;
  }

  /** Reads what follows the {@code sent} bytes that the file's part begins with. */
  void read(long sent) {
    long left = options.left(sent);
    if (left == 0) {
      sink.finish();
      return;
    }
    if (buffer == null) {
      buffer = ByteBuffer.allocateDirect(READ_BYTES);
    }
    buffer.clear().limit((int) Math.min(left, READ_BYTES));
    long from = options.offset() + sent;
    loop.runInExecutor(() -> file.read(buffer, from)).addDoneCallback(this::haveRead);
  }

  private void haveRead(Future<Integer> read) {
    Throwable failure = read.cancelled() ? null : read.exception();
    if (sink.isOver()) {
      return;
    }
    if (failure != null) {
      sink.fail(failure);
    } else if (read.cancelled() || read.result() <= 0) {
      sink.finish();
    } else {
      sink.send(buffer.flip());
    }
  }
}
