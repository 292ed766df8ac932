// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Errno;
import dev.ouro.loop.Context;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Flushable;
import dev.ouro.memory.ChunkPool;
import dev.ouro.poll.DatagramChannel;
import dev.ouro.poll.Engine;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/**
 * The sending half of a {@link DatagramEndpoint}: a turn's datagrams leave together at its end, or
 * as soon as they fill a call; when there is no room, once there is.
 */
final class DatagramSender implements Flushable {
  /** What gathers within a turn before it is sent without waiting for the turn's end. */
  private static final int FLUSH_BYTES = 48 * 1024;

  private final EngineLoop loop;
  private final DatagramEndpoint endpoint;
  private final DatagramChannel channel;
  private final DatagramMemory memory;
  private final FlowControl flow;
  private final DatagramQueue queue;
  private final Context context;
  private final Runnable sendAtTurnEnd = this::sendAtTurnEnd;
  private final Runnable sendAndResume = this::sendAndResume;
  private final Runnable settleSent = this::settleSent;
  private final boolean tellsRoom;
  private final RetryDelay retryDelay = new RetryDelay();
  private boolean gso;
  // For the next call only.
  private boolean gsoRefused;
  private boolean flushRegistered;
  private boolean waitsForRoom;
  // sendOne() has not ended; it does before the next turn's callbacks are over.
  private boolean inKernel;
  private int sentResult;
  private boolean sending;
  private boolean discarded;

  /**
   * For {@code endpoint}.
   *
   * @param tellsRoom whether the kernel can tell when there is room again; else {@link RetryDelay}
   * @param gso whether to send by {@code UDP_SEGMENT}
   */
  DatagramSender(
      EngineLoop loop,
      DatagramEndpoint endpoint,
      DatagramChannel channel,
      ChunkPool chunks,
      DatagramMemory memory,
      FlowControl flow,
      Context context,
      boolean tellsRoom,
      boolean gso) {
    this.loop = loop;
    this.endpoint = endpoint;
    this.channel = channel;
    this.memory = memory;
    this.flow = flow;
    this.context = context;
    this.queue = new DatagramQueue(chunks);
    this.tellsRoom = tellsRoom;
    this.gso = gso;
  }

  /** What waits, as it counts against the limits. */
  long sizeBytes() {
    return discarded ? 0 : queue.sizeBytes();
  }

  /** Whether the kernel had no room, and has not told of any since. */
  boolean waitsForRoom() {
    return waitsForRoom;
  }

  /** Sends {@code data} to {@code addressOrNull}, or to the connected peer. */
  void sendto(ByteBuffer data, SocketAddress addressOrNull) {
    loop.requireThread();
    queue.append(data, addressOrNull);
    if (!inKernel) { // else sent() looks, in this very turn
      sendOrPause();
    }
    registerFlush();
  }

  /** What finds room at once must not count against the limit. */
  private void sendOrPause() {
    boolean much = queue.count() >= DatagramMemory.MESSAGES || queue.sizeBytes() >= FLUSH_BYTES;
    // Outside of a run, as asyncio: nobody knows when the next turn is.
    if (much || flow.isTooMuch(queue.sizeBytes()) || !loop.isRunning()) {
      send();
    }
    pauseOrResume();
  }

  /** Looks at what is left, once nothing more is tried. */
  private void pauseOrResume() {
    if (sending || inKernel || discarded) {
      return;
    }
    if (flow.isTooMuch(queue.sizeBytes())) {
      flow.pause();
    } else {
      flow.resumeAt(queue.sizeBytes());
    }
  }

  private void registerFlush() {
    if (!queue.isEmpty() && !waitsForRoom && !inKernel && !flushRegistered) {
      flushRegistered = true;
      loop.beforePoll(this);
    }
  }

  /** Acts on limits that were changed. */
  void limitsChanged() {
    if (!inKernel) {
      sendOrPause();
    }
  }

  /** The end of the turn. */
  @Override
  public void flush() {
    flushRegistered = false;
    loop.runInContext(context, sendAtTurnEnd);
  }

  private void sendAtTurnEnd() {
    boolean free = !waitsForRoom && !inKernel;
    if (free && queue.count() == 1 && !flow.isPaused() && !endpoint.isClosing()) {
      sendOne();
    } else {
      sendAndResume();
    }
  }

  /** The only one of its turn, for whose end nobody waits. */
  private void sendOne() {
    if (queue.fill(memory, false) == 1) {
      int result = channel.sendAtTurnEnd(memory.messages());
      inKernel = result == Engine.PENDING;
      if (!inKernel) {
        settle(result);
      }
    }
    sendAndResume();
  }

  /** What {@link #sendOne} left to the kernel has ended. */
  void sent(int result) {
    inKernel = false;
    if (!discarded) {
      memory.datagrams(0, 1);
      sentResult = result;
      loop.runInContext(context, settleSent);
    }
  }

  private void settleSent() {
    settle(sentResult);
    if (endpoint.isClosing()) {
      send();
    } else {
      sendOrPause();
      registerFlush();
    }
  }

  /** There may be room again. */
  void writable() {
    waitsForRoom = false;
    loop.runInContext(context, sendAndResume);
  }

  private void sendAndResume() {
    send();
    pauseOrResume();
  }

  /**
   * Gives the kernel what it takes. An error is that of one datagram: the others go on. Tells the
   * endpoint when nothing is left. What the protocol hears, it hears in the context of the caller.
   */
  void send() {
    if (sending || waitsForRoom || inKernel) {
      return; // called from errorReceived: the loop below goes on
    }
    sending = true;
    try {
      while (!queue.isEmpty() && !waitsForRoom) {
        boolean joins = gso && !gsoRefused;
        int messages = queue.fill(memory, joins);
        settle(messages == 0 ? -Errno.EMSGSIZE : channel.trySend(memory.messages(), messages));
      }
    } finally {
      sending = false;
      registerFlush(); // when errorReceived left the loop
    }
    if (queue.isEmpty()) {
      endpoint.drained();
    }
  }

  /** Acts on what a send of the queue's first datagrams answered. */
  private void settle(int result) {
    if (result > 0) {
      gsoRefused = false;
      retryDelay.reset();
      int datagrams = 0;
      for (int i = 0; i < result; i++) {
        datagrams += memory.datagrams(i);
      }
      queue.remove(datagrams);
    } else if (result == -Errno.EAGAIN) {
      awaitRoom();
    } else if (memory.datagrams(0) > 1 && isOfSegments(-result)) {
      gsoRefused = true;
      gso &= result == -Errno.EINVAL || result == -Errno.EMSGSIZE;
    } else {
      queue.remove(1);
      endpoint.sendFailed(-result);
    }
  }

  /** A segment that is longer than a packet; or, with the others, a device that cannot. */
  private static boolean isOfSegments(int errno) {
    return errno == Errno.EINVAL
        || errno == Errno.EMSGSIZE
        || errno == Errno.EIO
        || errno == Errno.EOPNOTSUPP
        || errno == Errno.ENOPROTOOPT;
  }

  private void awaitRoom() {
    waitsForRoom = true;
    if (tellsRoom) {
      channel.awaitWritable();
    } else {
      loop.callLater(retryDelay.next(), this::retry);
    }
  }

  private void retry() {
    if (!discarded) {
      writable();
    }
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
  }

  @Override
  public String toString() {
    return "<" + (waitsForRoom ? "polling" : "idle") + ", bufsize=" + sizeBytes() + ">";
  }
}
