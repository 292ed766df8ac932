// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.ConnectionException;
import dev.ouro.linux.NativeMemory;
import dev.ouro.linux.Sendfile;
import dev.ouro.linux.Socket;
import dev.ouro.loop.Future;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * {@code sendfile(2)} whenever there is room; or, where that does not work, reads off the loop and
 * sends, a buffer at a time. Whatever the outcome, the file's position ends behind what was sent.
 */
final class SocketSendfile extends SocketOperation<Long> implements SendfileFallback.Sink {
  /** How much one turn sends, so that a fast peer does not starve the others. */
  private static final long BYTES_PER_TURN = 4 * 1024 * 1024;

  private final Socket sock;
  private final Scratch scratch;
  private final FileSource file;
  private final SendfileOptions options;
  private final SocketOperations operations;
  private final SendfileFallback fallback;
  private ByteBuffer piece;
  private Future<Void> sending;
  private long sent;
  private boolean placed;

  SocketSendfile(
      Socket sock,
      Scratch scratch,
      Future<Long> result,
      FileSource file,
      SendfileOptions options,
      SocketOperations operations) {
    super(sock.fd(), "sendfile", result);
    this.sock = sock;
    this.scratch = scratch;
    this.file = file;
    this.options = options;
    this.operations = operations;
    this.fallback = new SendfileFallback(operations.loop(), file, options, this);
    result.addDoneCallback(done -> {
      if (done.cancelled()) {
        cancelled();
      }
    });
  }

  // By sendfile(2)

  @Override
  int call(int number) {
    long offset = scratch.data(Long.BYTES);
    NativeMemory.putLong(offset, options.offset() + sent);
    long wanted = Math.min(options.left(sent), BYTES_PER_TURN);
    return (int) Sendfile.sendfile(number, file.fd(), offset, wanted);
  }

  @Override
  void succeeded(int count) {
    sent += count;
    if (count == 0 || options.left(sent) == 0) {
      finish();
    }
  }

  /** If the fallback takes over, this leaves the queue, in which the fallback's own sends wait. */
  @Override
  void failed(Throwable thrown) {
    boolean notAvailable =
        sent == 0
            && !fallback.isUsed()
            && thrown instanceof IOException
            && !(thrown instanceof ConnectionException)
            && !fd().isClosed();
    if (!notAvailable) {
      place();
      super.failed(thrown);
    } else if (options.fallback()) {
      readAndSend();
    } else {
      super.failed(new SendfileNotAvailableException("sendfile call failed", thrown));
    }
  }

  @Override
  boolean leaves() {
    return fallback.isUsed() || super.leaves();
  }

  // By reading and sending

  /** Reads the next piece, and sends it. */
  void readAndSend() {
    fallback.read(sent);
  }

  @Override
  public boolean isOver() {
    return isDone();
  }

  @Override
  public void send(ByteBuffer next) {
    piece = next;
    sending = operations.sockSendall(sock, piece);
    sending.addDoneCallback(this::haveSent);
  }

  private void haveSent(Future<Void> all) {
    Throwable failure = all.cancelled() ? null : all.exception();
    if (isDone()) {
      return; // cancelled() counts what was sent
    }
    sending = null;
    sent += piece.position();
    if (failure != null) {
      fail(failure);
    } else if (!all.cancelled()) {
      readAndSend();
    }
  }

  // The end

  @Override
  public void fail(Throwable thrown) {
    place();
    super.failed(thrown);
  }

  @Override
  public void finish() {
    IOException failure = place();
    if (failure != null) {
      super.failed(failure);
    } else if (!isDone()) {
      result().setResult(sent);
    }
  }

  private void cancelled() {
    if (sending != null) {
      sending.cancel();
      sent += piece.position();
    }
    place();
  }

  /** Moves the file's position, once, if anything was sent. */
  private IOException place() {
    if (placed || sent == 0) {
      return null;
    }
    placed = true;
    try {
      file.position(options.offset() + sent);
      return null;
    } catch (IOException e) {
      return e;
    }
  }
}
