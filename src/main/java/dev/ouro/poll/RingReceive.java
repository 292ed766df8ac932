// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Errno;
import dev.ouro.uring.BufferRing;
import dev.ouro.uring.CqeFlag;

/**
 * A stream's multishot receive.
 *
 * <p>It starts with small buffers, which many streams share at little cost. A stream that fills
 * them gets large ones, one completion instead of sixteen; one that leaves those nearly empty goes
 * back. To change the group the running receive is cancelled and the next one submitted when it has
 * ended: so the bytes stay in order.
 *
 * <p>Stopping cancels it too. What arrives until that has happened, or had arrived before, is
 * copied aside and comes first when the stream is started again.
 */
final class RingReceive extends RingOperation {
  // Two full buffers in a row are a large message, one may be chance.
  private static final int FULL_TO_GROW = 2;
  // Going back costs a cancel: only when small ones have become the rule.
  private static final int SMALL_TO_SHRINK = 64;
  private static final int SMALL_BYTES = 2 * 1024;

  private final RingStream stream;
  private final StreamListener listener;
  private final Held held;
  private ReceiveBuffers wanted;
  private ReceiveBuffers current;
  private int streak;
  private boolean receiving;
  private boolean ended;
  private boolean cancelling;

  RingReceive(RingStream stream, RingEngine engine, StreamListener listener) {
    super(engine);
    this.stream = stream;
    this.listener = listener;
    this.held = new Held(this, engine, listener);
    this.wanted = engine.smallBuffers();
    this.current = wanted;
  }

  void start() {
    if (!receiving) {
      receiving = true;
      if (!held.replay()) {
        arm();
      }
    }
  }

  void stop() {
    receiving = false;
    interrupt();
  }

  /** The stream is cancelled: nothing is handed over any more. */
  void abandon() {
    receiving = false;
    held.clear();
    interrupt();
  }

  boolean isReceiving() {
    return receiving;
  }

  private void interrupt() {
    if (isInFlight() && !cancelling) {
      cancelling = true;
      requestCancel();
    }
  }

  /** Submits the receive, unless it runs, is not wanted, or has seen the end. */
  void arm() {
    if (receiving && !ended && !isInFlight()) {
      current = wanted;
      cancelling = false;
      stream.forTheRing();
      engine.ring().prepareRecvMultishot(stream.fd(), current.group()).userData(begin()).submit();
    }
  }

  @Override
  void complete(int result, int flags) {
    try {
      if ((flags & CqeFlag.IORING_CQE_F_BUFFER) != 0) {
        take(flags, result);
      }
      if (result <= 0 && isTheEnd(result)) {
        end(result);
      }
    } finally {
      if (!isInFlight()) {
        settle();
      }
    }
  }

  private void take(int flags, int result) {
    int length = Math.max(result, 0);
    int id = BufferRing.bufferId(flags);
    long address = current.take(flags, length);
    try {
      if (length > 0) {
        received(id, address, length);
      }
    } finally {
      current.release(id);
    }
  }

  /** The receive that ran has ended: the next one, or the end of it all. */
  private void settle() {
    if (stream.isCancelled()) {
      stream.operationEnded();
    } else if (held.isEmpty()) {
      arm();
    }
  }

  private void received(int id, long address, int length) {
    if (stream.isCancelled()) {
      return;
    }
    if (receiving && held.isEmpty()) {
      adapt(length);
      listener.received(current.view(id, length), address);
    } else {
      held.add(address, length);
    }
  }

  private void adapt(int length) {
    boolean small = wanted == engine.smallBuffers();
    boolean counts = small ? length == wanted.sizeBytes() : length < SMALL_BYTES;
    streak = counts ? streak + 1 : 0;
    if (streak >= (small ? FULL_TO_GROW : SMALL_TO_SHRINK)) {
      streak = 0;
      wanted = small ? engine.largeBuffers() : engine.smallBuffers();
      interrupt();
    }
  }

  private static boolean isTheEnd(int result) {
    // ENOBUFS: every buffer was out; they are back before this completion's turn, so it goes on.
    return result != -Errno.ECANCELED && result != -Errno.ENOBUFS && result != -Errno.EAGAIN;
  }

  private void end(int result) {
    ended = true;
    if (stream.isCancelled()) {
      return;
    }
    if (receiving && held.isEmpty()) {
      deliverEnd(result);
    } else {
      held.end(result);
    }
  }

  void deliverEnd(int result) {
    receiving = false;
    if (result == 0) {
      listener.endOfStream();
    } else {
      listener.receiveFailed(-result);
    }
  }

  @Override
  void dispose() {
    stream.release();
  }
}
