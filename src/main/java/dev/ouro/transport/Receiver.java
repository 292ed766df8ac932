// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.loop.EngineLoop;
import dev.ouro.memory.ChunkPool;
import dev.ouro.poll.StreamChannel;
import java.nio.ByteBuffer;

/** The receiving half of a transport: hands bytes to the protocol, unless it is paused. */
final class Receiver implements Delivery.Owner {
  private final EngineLoop loop;
  private final ChannelTransport transport;
  private final StreamChannel channel;
  private final Delivery delivery;
  private boolean paused;
  private long receivedAddress;

  Receiver(ChunkPool chunks, ChannelTransport transport, StreamChannel channel) {
    this.loop = transport.loop();
    this.transport = transport;
    this.channel = channel;
    this.delivery = new Delivery(chunks, this);
  }

  /** Receives, unless the transport is paused or closing. */
  void start() {
    if (isReading()) {
      channel.startReceiving();
    }
  }

  /** {@link ReadTransport#isReading}. */
  @Override
  public boolean isReading() {
    return !paused && !transport.isClosing();
  }

  /** {@link ReadTransport#pauseReading}. */
  void pause() {
    loop.regainControl();
    if (isReading()) {
      paused = true;
      channel.stopReceiving();
    }
  }

  /** {@link ReadTransport#resumeReading}. */
  void resume() {
    loop.regainControl();
    if (transport.isClosing() || !paused) {
      return;
    }
    paused = false;
    if (delivery.holdsBytes()) {
      loop.callSoon(this::receiveHeld, transport.context());
    } else {
      channel.startReceiving();
    }
  }

  private void receiveHeld() {
    delivery.deliverHeld();
    if (!delivery.holdsBytes()) {
      start();
    }
  }

  /** {@link dev.ouro.poll.StreamListener#received}. */
  void received(ByteBuffer view, long address) {
    receivedAddress = address;
    loop.runInContext(transport.context(), Receiver::deliver, this, view);
  }

  private void deliver(ByteBuffer view) {
    delivery.deliver(view, receivedAddress);
  }

  /** Drops what is held. */
  void discard() {
    delivery.discard();
  }

  /** {@link Delivery#addressOf}. */
  long addressOf(ByteBuffer data) {
    return delivery.addressOf(data);
  }

  /** {@link Delivery#callEofReceived}. */
  boolean callEofReceived() {
    return delivery.callEofReceived();
  }

  @Override
  public boolean isClosing() {
    return transport.isClosing();
  }

  @Override
  public BaseProtocol getProtocol() {
    return transport.getProtocol();
  }

  @Override
  public void fatalError(Throwable thrown, String message) {
    transport.fatalError(thrown, message);
  }

  /** {@code polling} or {@code idle}, as asyncio has it. */
  @Override
  public String toString() {
    return isReading() ? "polling" : "idle";
  }
}
