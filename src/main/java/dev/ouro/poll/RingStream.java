// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Epoll;
import dev.ouro.linux.Fd;
import dev.ouro.linux.Sendfile;
import dev.ouro.linux.SocketCalls;
import dev.ouro.linux.SocketConstants;
import dev.ouro.uring.RingOperations;

/** A stream on the ring: a multishot receive, a send, a wait for room; at most one of each. */
final class RingStream implements StreamChannel {
  private final RingEngine engine;
  private final Fd fd;
  private final StreamListener listener;
  private final RingReceive receive;
  private final RingSend send;
  private final Room room;
  private boolean nonBlocking;
  private boolean cancelled;
  // cancel() promised a word to the listener, which comes once.
  private boolean owesCancelled;

  RingStream(RingEngine engine, Fd fd, StreamListener listener) {
    this.engine = engine;
    this.fd = fd;
    this.listener = listener;
    this.receive = new RingReceive(this, engine, listener);
    this.send = new RingSend(this, engine, listener);
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
  public int send(long address, int length, boolean awaited) {
    forTheRing();
    send.start(address, length, awaited);
    return Engine.PENDING;
  }

  @Override
  public int trySend(long address, int length) {
    return SocketCalls.send(fd.number(), address, length, SocketConstants.MSG_DONTWAIT);
  }

  @Override
  public long sendfile(int file, long offset, long countBytes) {
    if (!nonBlocking) {
      nonBlocking = true; // sendfile(2) has no flag of its own for it
      Blocking.makeNonBlocking(fd);
    }
    return Sendfile.sendfile(fd.number(), file, offset, countBytes);
  }

  @Override
  public void awaitWritable() {
    engine
        .ring()
        .preparePollAdd(fd.number(), Epoll.EPOLLOUT, RingOperations.ONCE)
        .userData(room.begin())
        .submit();
  }

  /** Undoes what {@link #sendfile} needed: on the ring a non-blocking socket fails with EAGAIN. */
  void forTheRing() {
    if (nonBlocking) {
      nonBlocking = false;
      Blocking.makeBlocking(fd);
    }
  }

  @Override
  public int fd() {
    return fd.number();
  }

  @Override
  public boolean cancel() {
    if (!cancelled) {
      cancelled = true;
      receive.abandon();
      send.requestCancel();
      room.requestCancel();
      owesCancelled = isInFlight();
    }
    return !owesCancelled;
  }

  boolean isCancelled() {
    return cancelled;
  }

  private boolean isInFlight() {
    return receive.isInFlight() || send.isInFlight() || room.isInFlight();
  }

  /** One of the operations has ended after {@link #cancel}. */
  void operationEnded() {
    if (owesCancelled && !isInFlight()) {
      owesCancelled = false;
      listener.cancelled();
    }
  }

  @Override
  public void release() {
    fd.close();
  }

  private final class Room extends RingOperation {
    Room() {
      super(RingStream.this.engine);
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
