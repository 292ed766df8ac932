// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.loop.LoopExit;
import dev.ouro.memory.ByteQueue;
import dev.ouro.memory.ChunkPool;
import java.nio.ByteBuffer;

/**
 * The receiving half of a {@link StreamTransport}: hands bytes to the protocol, of either kind.
 *
 * <p>A {@link BufferedProtocol} may take them piece by piece and pause in between: the rest is held
 * until it resumes.
 */
final class Receiver {
  private final StreamTransport transport;
  private final ByteQueue held;
  private ByteBuffer delivered;
  private long deliveredBase;

  Receiver(ChunkPool chunks, StreamTransport transport) {
    this.transport = transport;
    this.held = new ByteQueue(chunks);
  }

  /** Whether bytes wait for the protocol to resume reading. */
  boolean holdsBytes() {
    return !held.isEmpty();
  }

  /** Hands {@code view} over, whose memory is at {@code address}. */
  void deliver(ByteBuffer view, long address) {
    delivered = view;
    deliveredBase = address - view.position();
    feed(view);
    delivered = null;
    if (view.hasRemaining() && !transport.isClosing()) {
      held.append(view);
    }
  }

  /** Hands over what is held, as far as the protocol takes it. */
  void deliverHeld() {
    while (!held.isEmpty() && transport.isReading()) {
      ByteBuffer view = held.headView();
      int length = view.remaining();
      feed(view);
      if (held.isEmpty()) {
        return; // closed meanwhile
      }
      held.consume(length - view.remaining());
    }
  }

  /** Drops what is held. */
  void discard() {
    held.clear();
  }

  /** Where the first remaining byte of {@code data} is, if that is the view being delivered. */
  @SuppressWarnings("ReferenceEquality") // another buffer with the same bytes is elsewhere
  long addressOf(ByteBuffer data) {
    return data == delivered ? deliveredBase + data.position() : 0;
  }

  private void feed(ByteBuffer view) {
    while (view.hasRemaining() && transport.isReading()) {
      if (transport.getProtocol() instanceof BufferedProtocol protocol) {
        feedBuffer(protocol, view);
      } else {
        int limit = view.limit();
        try {
          ((Protocol) transport.getProtocol()).dataReceived(view);
        } catch (Throwable thrown) {
          fail("dataReceived", thrown);
        }
        view.limit(limit).position(limit);
      }
    }
  }

  private void feedBuffer(BufferedProtocol protocol, ByteBuffer view) {
    int length;
    try {
      ByteBuffer into = protocol.getBuffer(-1);
      length = Math.min(into.remaining(), view.remaining());
      if (length == 0) {
        throw new IllegalStateException("getBuffer() returned an empty buffer");
      }
      into.put(into.position(), view, view.position(), length);
      into.position(into.position() + length);
      view.position(view.position() + length);
    } catch (Throwable thrown) {
      fail("getBuffer", thrown);
      return;
    }
    try {
      protocol.bufferUpdated(length);
    } catch (Throwable thrown) {
      fail("bufferUpdated", thrown);
    }
  }

  private void fail(String method, Throwable thrown) {
    LoopExit.rethrowIfFatal(thrown);
    transport.fatalError(thrown, "Fatal error: protocol." + method + "() call failed.");
  }
}
