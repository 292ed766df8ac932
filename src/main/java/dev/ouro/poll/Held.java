// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.NativeMemory;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * What a stopped stream had received: copied, so that the kernel gets its buffers back, and handed
 * over piece by piece, one a turn, when the stream is started again.
 */
final class Held implements Ready {
  private final RingReceive receive;
  private final RingEngine engine;
  private final StreamListener listener;
  private final ArrayDeque<byte[]> pieces = new ArrayDeque<>();
  private boolean hasEnd;
  private int end;
  private boolean queued;

  Held(RingReceive receive, RingEngine engine, StreamListener listener) {
    this.receive = receive;
    this.engine = engine;
    this.listener = listener;
  }

  boolean isEmpty() {
    return pieces.isEmpty() && !hasEnd;
  }

  void add(long address, int length) {
    byte[] piece = new byte[length];
    NativeMemory.copyTo(address, piece, 0, length);
    pieces.add(piece);
  }

  /** Behind the bytes comes the end: 0, or −errno. */
  void end(int result) {
    hasEnd = true;
    end = result;
  }

  void clear() {
    pieces.clear();
    hasEnd = false;
  }

  /** Hands everything over in the turns that come; false when there is nothing. */
  boolean replay() {
    if (isEmpty()) {
      return false;
    }
    if (!queued) {
      queued = true;
      engine.enqueue(this);
    }
    return true;
  }

  @Override
  public void run(long completion, long data) {
    queued = false;
    if (!receive.isReceiving()) {
      return;
    }
    byte[] piece = pieces.poll();
    if (piece != null) {
      try {
        hand(piece);
      } finally {
        goOn();
      }
    } else if (hasEnd) {
      hasEnd = false;
      receive.deliverEnd(end);
    }
  }

  private void goOn() {
    if (receive.isReceiving() && !replay()) {
      receive.arm();
    }
  }

  private void hand(byte[] piece) {
    long address = engine.replayAddress();
    NativeMemory.copyFrom(piece, 0, address, piece.length);
    ByteBuffer view = NativeMemory.buffer(address, piece.length);
    listener.received(view, address);
  }
}
