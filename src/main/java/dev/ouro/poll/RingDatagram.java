// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Epoll;
import dev.ouro.linux.Fd;
import dev.ouro.linux.MessageArray;
import dev.ouro.linux.SocketCalls;
import dev.ouro.uring.RingOperations;

/**
 * A datagram socket on the ring: a receive that goes on, and a wait for room.
 *
 * <p>Sends are not the ring's: {@code sendmmsg(2)} takes a whole turn's datagrams in one call,
 * keeps their order when there is no room for one of them, and says which one failed.
 */
final class RingDatagram implements DatagramChannel {
  private final RingEngine engine;
  private final Fd fd;
  private final DatagramListener listener;
  private final RingDatagramReceive receive;
  private final RingDatagramSend send;
  private final Room room;
  private boolean cancelled;
  // cancel() promised a word to the listener, which comes once.
  private boolean owesCancelled;

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
    this.engine = engine;
    this.fd = fd;
    this.listener = listener;
    this.receive = new RingDatagramReceive(this, engine, listener, buffers, batch);
    this.send = new RingDatagramSend(this, engine, listener);
    this.room = new Room();
    Blocking.makeBlocking(fd);
  }

  @Override
  public void startReceiving() {
    if (!cancelled) {
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
  public void awaitWritable() {
    engine
        .ring()
        .preparePollAdd(fd.number(), Epoll.EPOLLOUT, RingOperations.ONCE)
        .userData(room.begin())
        .submit();
  }

  @Override
  public int fd() {
    return fd.number();
  }

  @Override
  public boolean cancel() {
    if (!cancelled) {
      cancelled = true;
      receive.stop();
      send.requestCancel();
      room.requestCancel();
      owesCancelled = isInFlight();
    }
    return !owesCancelled;
  }

  private boolean isInFlight() {
    return receive.isInFlight() || send.isInFlight() || room.isInFlight();
  }

  boolean isCancelled() {
    return cancelled;
  }

  /** One of the operations has ended. */
  void operationEnded() {
    if (owesCancelled && !isInFlight()) {
      owesCancelled = false;
      listener.cancelled();
    }
  }

  @Override
  public void release() {
    fd.close();
    send.release();
  }

  private final class Room extends RingOperation {
    Room() {
      super(RingDatagram.this.engine);
    }

    @Override
    void complete(int result, int flags) {
      if (cancelled) {
        operationEnded();
      } else {
        listener.writable(); // an error shows in the call that follows
      }
    }

    @Override
    void dispose() {
      release();
    }
  }
}
