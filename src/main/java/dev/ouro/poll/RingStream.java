// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Fd;
import dev.ouro.linux.Sendfile;
import dev.ouro.linux.SocketCalls;
import dev.ouro.linux.SocketConstants;

/** A stream on the ring: a multishot receive, a send, a wait for room; at most one of each. */
final class RingStream extends RingChannel implements StreamChannel {
  private final StreamListener listener;
  private final RingReceive receive;
  private final RingSend send;
  private boolean nonBlocking;

  RingStream(RingEngine engine, Fd fd, StreamListener listener) {
    super(engine, fd);
    this.listener = listener;
    this.receive = new RingReceive(this, engine, listener);
    this.send = new RingSend(this, engine, listener);
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

  /** Undoes what {@link #sendfile} needed: on the ring a non-blocking socket fails with EAGAIN. */
  void forTheRing() {
    if (nonBlocking) {
      nonBlocking = false;
      Blocking.makeBlocking(fd);
    }
  }

  @Override
  void writable() {
    listener.writable();
  }

  @Override
  void cancelOperations() {
    receive.abandon();
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
}
