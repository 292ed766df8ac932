// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Errno;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Flushable;
import dev.ouro.memory.ByteQueue;
import dev.ouro.memory.ChunkPool;
import dev.ouro.poll.Engine;
import dev.ouro.poll.StreamChannel;
import java.nio.ByteBuffer;

/**
 * The sending half of a transport: what {@link #write} is given goes to the kernel at once, at the
 * end of the turn, or when the kernel has room, always in order.
 *
 * <p>States: idle (nothing queued) → queued (a flush is registered for the end of the turn) → in
 * the kernel (the bytes at the queue's head belong to it) → idle. One send at a time.
 */
final class Sender implements Flushable {
  /** Whose sending half it is. */
  interface Owner {
    /** The sender has nothing queued any more. */
    void drained();

    /** Whether {@link #drained} makes something go on. */
    boolean awaitsDrain();

    /** Sending failed with this errno, a positive number. */
    void sendFailed(int errno);
  }

  /** From here on a copy costs more than the system call that avoids it. */
  private static final int DIRECT_BYTES = 8 * 1024;

  /** What gathers within a turn before it is sent without waiting for the turn's end. */
  private static final int FLUSH_BYTES = 16 * 1024;

  private final EngineLoop loop;
  private final Owner transport;
  private final ByteQueue queue;
  private final FlowControl flow;
  private final boolean batches;
  private final StreamChannel channel;
  private final BufferAddress addresses = new BufferAddress();
  private boolean inKernel;
  private boolean awaitsWritable;
  private boolean flushRegistered;
  private boolean discarded;
  // Only then can nobody begin to wait for the send before the engine polls.
  private boolean atTurnEnd;
  private long sentInTurn;

  /**
   * Makes the sending half of {@code transport}.
   *
   * @param batches whether sends are better collected until the end of the turn
   */
  Sender(
      EngineLoop loop,
      ChunkPool chunks,
      Owner transport,
      StreamChannel channel,
      FlowControl flow,
      boolean batches) {
    this.loop = loop;
    this.transport = transport;
    this.channel = channel;
    this.queue = new ByteQueue(chunks);
    this.flow = flow;
    this.batches = batches;
  }

  /** How many bytes the kernel has not taken. */
  long sizeBytes() {
    return discarded ? 0 : queue.sizeBytes();
  }

  /** Whether everything was taken by the kernel. */
  boolean isIdle() {
    return queue.isEmpty();
  }

  /** Whether the channel is free for another operation. */
  boolean isFree() {
    return queue.isEmpty() && !awaitsWritable;
  }

  /**
   * Sends all that remains in {@code data}.
   *
   * @param address where the first remaining byte is; 0 when that is not known
   */
  void write(ByteBuffer data, long address) {
    loop.requireThread();
    boolean atOnce = isFree() && (data.remaining() >= DIRECT_BYTES || mustNotWait());
    // A small copy costs less than to ask a buffer for its address.
    boolean tried =
        atOnce && (address != 0 || (data.isDirect() && data.remaining() >= DIRECT_BYTES));
    if (atOnce) {
      sentInTurn = loop.turn();
      if (tried && !sendDirectly(data, address)) {
        return;
      }
    }
    queue.append(data);
    settle(atOnce, tried);
  }

  /** {@link #write} of each, as one. */
  void writeAll(Iterable<ByteBuffer> list) {
    loop.requireThread();
    boolean atOnce = isFree() && mustNotWait();
    for (ByteBuffer data : list) {
      queue.append(data);
    }
    if (atOnce) {
      sentInTurn = loop.turn();
    }
    settle(atOnce, false);
  }

  /**
   * On an engine that makes a call for each send, the first write of a turn need not wait for the
   * turn's end; and outside of a run there is none: the caller may wait for the answer first.
   */
  private boolean mustNotWait() {
    return (!batches && sentInTurn != loop.turn()) || !loop.isRunning();
  }

  /** Sends from the caller's own memory; whether something is left over. */
  private boolean sendDirectly(ByteBuffer data, long address) {
    long from = address != 0 ? address : addresses.of(data);
    int result = channel.trySend(from, data.remaining());
    if (result >= 0) {
      data.position(data.position() + result);
    } else if (result != -Errno.EAGAIN) {
      data.position(data.limit());
      transport.sendFailed(-result);
      return false;
    }
    return data.hasRemaining();
  }

  /** After bytes were queued: sends them now or registers the flush, and tells the protocol. */
  private void settle(boolean atOnce, boolean tried) {
    if (inKernel || awaitsWritable) {
      pauseIfTooMuch();
      return;
    }
    boolean tooMuch = flow.isTooMuch(queue.sizeBytes());
    if (atOnce || tooMuch || queue.sizeBytes() >= FLUSH_BYTES) {
      // What finds room at once must not count against the limit, whichever the engine.
      send(batches && !tried && (atOnce || tooMuch));
    }
    pauseIfTooMuch();
    if (!inKernel && (!queue.isEmpty() || flow.isPaused())) {
      registerFlush();
    }
  }

  private void pauseIfTooMuch() {
    if (flow.isTooMuch(sizeBytes())) {
      flow.pause();
    }
  }

  private void registerFlush() {
    if (!flushRegistered) {
      flushRegistered = true;
      loop.beforePoll(this);
    }
  }

  /** The end of the turn. */
  @Override
  public void flush() {
    flushRegistered = false;
    atTurnEnd = true;
    sendQueued();
  }

  private void sendQueued() {
    boolean free = !inKernel && !awaitsWritable && !discarded;
    if (free) {
      send(false);
    }
    atTurnEnd = false;
    if (free) {
      settleSent();
    }
  }

  /** Waits for room in the socket, on behalf of a file that is sent; the transport hears of it. */
  void awaitWritable() {
    awaitsWritable = true;
    channel.awaitWritable();
  }

  /** There is room. */
  void writable() {
    awaitsWritable = false;
    sendQueued();
  }

  /** A pending send ended. */
  void sent(int result) {
    inKernel = false;
    if (discarded) {
      return;
    }
    if (result < 0) {
      transport.sendFailed(-result);
      return;
    }
    queue.consume(result);
    if (!batches) {
      send(false);
    }
    settleSent();
    if (batches && !queue.isEmpty() && !inKernel) {
      registerFlush(); // leaves no later than at once, and with what is still written this turn
    }
  }

  private void settleSent() {
    if (discarded) {
      return;
    }
    flow.resumeAt(sizeBytes());
    if (queue.isEmpty()) {
      transport.drained();
    }
  }

  /**
   * Gives the kernel what is queued, until all is gone or a send stays pending.
   *
   * @param directly whether to try what the kernel takes without waiting, first
   */
  private void send(boolean directly) {
    boolean direct = directly;
    while (!queue.isEmpty()) {
      long address = queue.headAddress();
      int length = queue.headLength();
      int result =
          direct
              ? channel.trySend(address, length)
              : channel.send(address, length, !atTurnEnd || isAwaited(length));
      if (result >= 0) {
        queue.consume(result);
      } else if (result == Engine.PENDING) {
        inKernel = true;
        return;
      } else if (direct && result == -Errno.EAGAIN) {
        direct = false;
      } else {
        transport.sendFailed(-result);
        return;
      }
    }
  }

  /** Whether the end of sending the queue's first {@code length} bytes makes something go on. */
  private boolean isAwaited(int length) {
    return length < queue.sizeBytes() || flow.isPaused() || transport.awaitsDrain();
  }

  /** Gives the kernel what it takes at once, before the rest is discarded. */
  void sendWhatFits() {
    if (inKernel || awaitsWritable || discarded) {
      return; // there was no room before
    }
    while (!queue.isEmpty()) {
      int result = channel.trySend(queue.headAddress(), queue.headLength());
      if (result <= 0) {
        return;
      }
      queue.consume(result);
    }
  }

  /** Acts on limits that were changed. */
  void limitsChanged() {
    pauseIfTooMuch();
  }

  /**
   * Forgets what is queued; the memory stays until {@link #release}, for the kernel may read it.
   */
  void discard() {
    discarded = true;
    if (!inKernel) {
      queue.clear();
    }
  }

  /** Gives the memory back: no send is pending any more. */
  void release() {
    queue.clear();
    addresses.forget();
  }

  @Override
  public String toString() {
    return "<" + (queue.isEmpty() ? "idle" : "polling") + ", bufsize=" + sizeBytes() + ">";
  }
}
