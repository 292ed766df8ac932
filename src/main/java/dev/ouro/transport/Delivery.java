// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.loop.LoopExit;
import dev.ouro.memory.ByteQueue;
import dev.ouro.memory.ChunkPool;
import java.nio.ByteBuffer;

/**
 * Hands received bytes to a protocol of either kind.
 *
 * <p>A {@link BufferedProtocol} may take them piece by piece and pause in between: the rest is held
 * until it resumes.
 */
final class Delivery {
  /** Whose protocol it is. */
  interface Owner {
    /** Whether the protocol may get bytes now. */
    boolean isReading();

    /** Whether the protocol will never get bytes again. */
    boolean isClosing();

    /** Who gets the bytes. */
    BaseProtocol getProtocol();

    /** The protocol threw. */
    void fatalError(Throwable thrown, String message);
  }

  private final Owner owner;
  private final ByteQueue held;
  private ByteBuffer delivered;
  private long deliveredBase;

  Delivery(ChunkPool chunks, Owner owner) {
    this.owner = owner;
    this.held = new ByteQueue(chunks);
  }

  /** Whether bytes wait for the protocol to take them. */
  boolean holdsBytes() {
    return !held.isEmpty();
  }

  /** Hands {@code view} over, whose memory is at {@code address}; 0: on the heap. */
  void deliver(ByteBuffer view, long address) {
    delivered = address == 0 ? null : view;
    deliveredBase = address - view.position();
    feed(view);
    delivered = null;
    if (view.hasRemaining() && !owner.isClosing()) {
      held.append(view);
    }
  }

  /** Hands over what is held, as far as the protocol takes it. */
  void deliverHeld() {
    while (!held.isEmpty() && owner.isReading()) {
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
    while (view.hasRemaining() && owner.isReading()) {
      if (owner.getProtocol() instanceof BufferedProtocol protocol) {
        feedBuffer(protocol, view);
      } else {
        int limit = view.limit();
        try {
          ((Protocol) owner.getProtocol()).dataReceived(view);
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
    owner.fatalError(thrown, "Fatal error: protocol." + method + "() call failed.");
  }

  /** Tells the protocol that nothing more comes: whether it wants the transport to stay open. */
  boolean callEofReceived() {
    return owner.getProtocol() instanceof BufferedProtocol buffered
        ? buffered.eofReceived()
        : ((Protocol) owner.getProtocol()).eofReceived();
  }
}
