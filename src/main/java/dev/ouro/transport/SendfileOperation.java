// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.ConnectionException;
import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.NativeMemory;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Future;
import dev.ouro.memory.Chunk;
import dev.ouro.memory.ChunkPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * One {@code loop.sendfile}: waits until the transport has sent what it had, then gives the kernel
 * the file whenever the socket has room; or, where {@code sendfile(2)} does not work, reads off the
 * loop and writes, a buffer at a time.
 *
 * <p>Meanwhile the transport does not read, and nobody else writes.
 */
final class SendfileOperation implements SendfileFallback.Sink {
  /** How much one turn sends, so that a fast peer does not starve the others. */
  private static final long BYTES_PER_TURN = 4 * 1024 * 1024;

  private final EngineLoop loop;
  private final LoopTransport transport;

  /** The transport whose socket the kernel can send to; null: it must read and write. */
  private final StreamTransport socket;

  private final FileSource file;
  private final SendfileOptions options;
  private final ChunkPool chunks;
  private final Future<Long> result;
  private final boolean resumesReading;
  private final SendfileFallback fallback;
  private Chunk offset;
  private boolean reads;
  private boolean waits;
  private boolean over;
  private long sent;

  private SendfileOperation(
      LoopTransport transport, FileSource file, SendfileOptions options, ChunkPool chunks) {
    this.loop = transport.loop();
    this.transport = transport;
    this.socket = transport instanceof StreamTransport stream ? stream : null;
    this.file = file;
    this.options = options;
    this.chunks = chunks;
    this.result = loop.createFuture();
    this.resumesReading = transport.isReading();
    this.fallback = new SendfileFallback(loop, file, options, this);
  }

  /**
   * Starts.
   *
   * @throws SendfileNotAvailableException the file needs the fallback, which is forbidden
   * @throws IllegalStateException the transport is closing, is not one of {@code loop}'s, cannot
   *     send without the fallback, has sent its end of stream, or sends a file
   */
  static Future<Long> start(
      EngineLoop loop,
      WriteTransport transport,
      FileSource file,
      SendfileOptions options,
      ChunkPool chunks) {
    LoopTransport stream = check(loop, transport, options);
    if (file.fd() < 0 && !options.fallback()) {
      throw new SendfileNotAvailableException("not a regular file: " + file);
    }
    SendfileOperation operation = new SendfileOperation(stream, file, options, chunks);
    stream.beginSendfile(operation);
    stream.pauseReading();
    operation.begin();
    return operation.result;
  }

  private static LoopTransport check(
      EngineLoop loop, WriteTransport transport, SendfileOptions options) {
    Objects.requireNonNull(transport, "transport");
    Objects.requireNonNull(options, "options");
    if (transport.isClosing()) {
      throw new IllegalStateException("Transport is closing");
    }
    if (!(transport instanceof LoopTransport stream) || !stream.loop().equals(loop)) {
      throw new IllegalStateException("sendfile is not supported for transport " + transport);
    }
    if (!options.fallback() && !(stream instanceof StreamTransport)) {
      throw new IllegalStateException(
          "fallback is disabled and native sendfile is not supported for transport " + transport);
    }
    return stream;
  }

  private void begin() {
    reads = socket == null || file.fd() < 0;
    result.addDoneCallback(done -> {
      if (done.cancelled()) {
        end();
      }
    });
    await();
  }

  /** Goes on in {@link #drained}, at once if the channel is free. */
  private void await() {
    waits = true;
    if (transport.takesFile()) {
      drained();
    }
  }

  /** The transport has sent what it was given, and the socket may have room. */
  void drained() {
    if (over || !waits) {
      return;
    }
    waits = false;
    if (reads) {
      fallback.read(sent);
    } else {
      if (offset == null) {
        offset = chunks.take(Long.BYTES);
        NativeMemory.putLong(offset.address(), options.offset());
      }
      sendMore();
    }
  }

  private void sendMore() {
    for (long budget = BYTES_PER_TURN; budget > 0 && options.left(sent) > 0; ) {
      long wanted = Math.min(options.left(sent), budget);
      long count = socket.channel().sendfile(file.fd(), offset.address(), wanted);
      if (count > 0) {
        sent += count;
        budget -= count;
      } else if (count == 0) {
        finish();
        return;
      } else if (count == -Errno.EAGAIN) {
        break;
      } else {
        failed(LinuxException.of("sendfile", count));
        return;
      }
    }
    if (options.left(sent) == 0) {
      finish();
    } else {
      waits = true;
      socket.sender().awaitWritable();
    }
  }

  private void failed(LinuxException failure) {
    if (sent == 0 && !(failure instanceof ConnectionException)) {
      if (options.fallback()) {
        reads = true;
        fallback.read(sent);
      } else {
        fail(new SendfileNotAvailableException("sendfile call failed", failure));
      }
    } else if (failure instanceof ConnectionException) {
      transport.fatalError(failure, "Fatal write error on socket transport");
    } else {
      fail(failure);
    }
  }

  @Override
  public boolean isOver() {
    return over;
  }

  @Override
  public void send(ByteBuffer piece) {
    sent += piece.remaining();
    transport.writeFile(piece);
    await();
  }

  /** The transport closes: with {@code reasonOrNull}, or because somebody closed it. */
  void transportClosing(Throwable reasonOrNull) {
    fail(
        reasonOrNull != null
            ? reasonOrNull
            : LinuxException.of("sendfile", Errno.ECONNABORTED, "the transport was closed"));
  }

  @Override
  public void finish() {
    IOException failure = end();
    if (!result.done()) {
      if (failure == null) {
        result.setResult(sent);
      } else {
        result.setException(failure);
      }
    }
  }

  @Override
  public void fail(Throwable thrown) {
    end();
    if (!result.done()) {
      result.setException(thrown);
    }
  }

  /** Gives the transport back, and moves the file's position: whatever the outcome. */
  private IOException end() {
    if (over) {
      return null;
    }
    over = true;
    if (offset != null) {
      chunks.give(offset);
    }
    IOException failure = null;
    if (sent > 0) {
      try {
        file.position(options.offset() + sent);
      } catch (IOException e) {
        failure = e;
      }
    }
    transport.endSendfile();
    if (resumesReading) {
      transport.resumeReading();
    }
    return failure;
  }
}
