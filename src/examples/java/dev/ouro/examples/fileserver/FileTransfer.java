// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import dev.ouro.EventLoop;
import dev.ouro.loop.Future;
import dev.ouro.transport.SendfileOptions;
import dev.ouro.transport.Transport;
import java.util.function.Consumer;

/**
 * Sends a part of a file by {@code sendfile}, in slices: between two of them the connection can see
 * that the client still takes something.
 */
final class FileTransfer {
  /** How much a client must take within the send timeout. */
  static final long SLICE_BYTES = 1024 * 1024;

  private final EventLoop loop;
  private final Transport transport;
  private final Body.FilePart body;
  private final Runnable progress;
  private final Consumer<Boolean> done;
  private long offset;
  private long leftBytes;

  /**
   * Prepares to send {@code body}, and to close its file at the end.
   *
   * @param progress runs before each slice
   * @param done hears at the end whether all was sent
   */
  FileTransfer(
      EventLoop loop,
      Transport transport,
      Body.FilePart body,
      Runnable progress,
      Consumer<Boolean> done) {
    this.loop = loop;
    this.transport = transport;
    this.body = body;
    this.progress = progress;
    this.done = done;
    this.offset = body.part().offset();
    this.leftBytes = body.part().countBytes();
  }

  /** Sends the next slice. */
  void start() {
    if (transport.isClosing()) {
      end(false);
      return;
    }
    progress.run();
    long count = Math.min(leftBytes, SLICE_BYTES);
    SendfileOptions slice = SendfileOptions.DEFAULT.withOffset(offset).withCount(count);
    loop.sendfile(transport, body.file(), slice).addDoneCallback(this::sent);
  }

  private void sent(Future<Long> slice) {
    // Nothing was sent: the file is shorter now than it was.
    if (slice.cancelled() || slice.exception() != null || slice.result() == 0) {
      end(false);
      return;
    }
    offset += slice.result();
    leftBytes -= slice.result();
    if (leftBytes > 0) {
      start();
    } else {
      end(true);
    }
  }

  private void end(boolean complete) {
    body.close();
    done.accept(complete);
  }
}
