// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.loop.Context;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.LoopExit;
import dev.ouro.memory.ByteQueue;
import dev.ouro.memory.ChunkPool;
import dev.ouro.poll.StreamChannel;
import java.nio.ByteBuffer;

/**
 * The receiving half of a transport: hands bytes to the protocol, of either kind, unless it is
 * paused.
 *
 * <p>A {@link BufferedProtocol} may take them piece by piece and pause in between: the rest is held
 * until it resumes.
 */
final class Receiver {
  private final EngineLoop loop;
  private final Context context;
  private final ChannelTransport transport;
  private final StreamChannel channel;
  private final ByteQueue held;
  private boolean paused;
  private long receivedAddress;
  private ByteBuffer delivered;
  private long deliveredBase;

  Receiver(ChunkPool chunks, ChannelTransport transport, StreamChannel channel) {
    this.loop = transport.loop();
    this.context = transport.context();
    this.transport = transport;
    this.channel = channel;
    this.held = new ByteQueue(chunks);
  }

  /** Receives, unless the transport is paused or closing. */
  void start() {
    if (isReading()) {
      channel.startReceiving();
    }
  }

  /** {@link ReadTransport#isReading}. */
  boolean isReading() {
    return !paused && !transport.isClosing();
  }

  /** {@link ReadTransport#pauseReading}. */
  void pause() {
    if (isReading()) {
      paused = true;
      channel.stopReceiving();
    }
  }

  /** {@link ReadTransport#resumeReading}. */
  void resume() {
    if (transport.isClosing() || !paused) {
      return;
    }
    paused = false;
    if (held.isEmpty()) {
      channel.startReceiving();
    } else {
      loop.callSoon(this::receiveHeld, context);
    }
  }

  private void receiveHeld() {
    deliverHeld();
    if (held.isEmpty()) {
      start();
    }
  }

  /** {@link dev.ouro.poll.StreamListener#received}. */
  void received(ByteBuffer view, long address) {
    receivedAddress = address;
    loop.runInContext(context, Receiver::deliver, this, view);
  }

  private void deliver(ByteBuffer view) {
    delivered = view;
    deliveredBase = receivedAddress - view.position();
    feed(view);
    delivered = null;
    if (view.hasRemaining() && !transport.isClosing()) {
      held.append(view);
    }
  }

  /** Hands over what is held, as far as the protocol takes it. */
  private void deliverHeld() {
    while (!held.isEmpty() && isReading()) {
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
    while (view.hasRemaining() && isReading()) {
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

  /** Tells the protocol that nothing more comes: whether it wants the transport to stay open. */
  boolean callEofReceived() {
    return transport.getProtocol() instanceof BufferedProtocol buffered
        ? buffered.eofReceived()
        : ((Protocol) transport.getProtocol()).eofReceived();
  }

  /** {@code polling} or {@code idle}, as asyncio has it. */
  @Override
  public String toString() {
    return isReading() ? "polling" : "idle";
  }
}
