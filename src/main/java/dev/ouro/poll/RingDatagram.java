// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Fd;
import dev.ouro.linux.MessageArray;
import dev.ouro.linux.SocketCalls;

/**
 * A datagram socket on the ring: a receive that goes on, and a wait for room.
 *
 * <p>Sends are not the ring's: {@code sendmmsg(2)} takes a whole turn's datagrams in one call,
 * keeps their order when there is no room for one of them, and says which one failed.
 */
final class RingDatagram extends RingChannel implements DatagramChannel {
  private final DatagramListener listener;
  private final RingDatagramReceive receive;
  private final RingDatagramSend send;

  /**
   * On {@code fd}.
   *
   * @param buffers where datagrams are received to; null: by {@code batch}, when there are some
   */
  RingDatagram(
      RingEngine engine,
      Fd fd,
      DatagramListener listener,
      DatagramBuffers buffers,
      DatagramBatch batch) {
    super(engine, fd);
    this.listener = listener;
    this.receive = new RingDatagramReceive(this, engine, listener, buffers, batch);
    this.send = new RingDatagramSend(this, engine, listener);
  }

  @Override
  public void startReceiving() {
    if (!isCancelled()) {
      receive.start();
    }
  }

  @Override
  public void stopReceiving() {
    receive.stop();
  }

  @Override
  public int trySend(MessageArray messages, int count) {
    return SocketCalls.sendmmsg(fd.number(), messages.address(0), count);
  }

  @Override
  public int sendAtTurnEnd(MessageArray messages) {
    if (!engine.allowsQuickSends() || messages.pieces(0) > 1) {
      return trySend(messages, 1);
    }
    send.start(messages);
    return Engine.PENDING;
  }

  @Override
  void writable() {
    listener.writable();
  }

  @Override
  void cancelOperations() {
    receive.stop();
    send.requestCancel();
  }

  @Override
  boolean hasOperations() {
    return receive.isInFlight() || send.isInFlight();
  }

  @Override
  void allEnded() {
    listener.cancelled();
  }

  @Override
  public void release() {
    super.release();
    send.release();
  }
}
