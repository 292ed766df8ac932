// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Errno;
import dev.ouro.loop.Context;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Flushable;
import dev.ouro.memory.ChunkPool;
import dev.ouro.poll.DatagramChannel;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * The sending half of a {@link DatagramEndpoint}: a turn's datagrams leave together at its end, or
 * as soon as they fill a call; when there is no room, once there is.
 */
final class DatagramSender implements Flushable {
  /**
   * How soon to try again where the kernel cannot tell when there is room: to one peer of a Unix
   * socket that is not connected.
   */
  private static final Duration RETRY_DELAY = Duration.ofMillis(1);

  private final EngineLoop loop;
  private final DatagramEndpoint endpoint;
  private final DatagramChannel channel;
  private final DatagramMemory memory;
  private final FlowControl flow;
  private final DatagramQueue queue;
  private final Context context;
  private final Runnable sendAndResume = this::sendAndResume;
  private final boolean tellsRoom;
  private boolean gso;
  // For the next call only.
  private boolean gsoRefused;
  private boolean flushRegistered;
  private boolean waitsForRoom;
  private boolean sending;
  private boolean discarded;

  /**
   * For {@code endpoint}.
   *
   * @param tellsRoom whether the kernel can tell when there is room again
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
    return queue.sizeBytes();
  }

  /** Sends {@code data} to {@code addressOrNull}, or to the connected peer. */
  void sendto(ByteBuffer data, SocketAddress addressOrNull) {
    queue.append(data, addressOrNull);
    if (queue.count() >= DatagramMemory.MESSAGES || flow.isTooMuch(queue.sizeBytes())) {
      send();
    }
    pauseIfTooMuch();
    registerFlush();
  }

  private void pauseIfTooMuch() {
    if (flow.isTooMuch(queue.sizeBytes())) {
      flow.pause();
    }
  }

  private void registerFlush() {
    if (!queue.isEmpty() && !waitsForRoom && !flushRegistered) {
      flushRegistered = true;
      loop.beforePoll(this);
    }
  }

  /** Acts on limits that were changed. */
  void limitsChanged() {
    if (flow.isTooMuch(queue.sizeBytes())) {
      send(); // what finds room at once does not count
      pauseIfTooMuch();
    }
  }

  /** The end of the turn. */
  @Override
  public void flush() {
    flushRegistered = false;
    loop.runInContext(context, sendAndResume);
  }

  /** There may be room again. */
  void writable() {
    waitsForRoom = false;
    loop.runInContext(context, sendAndResume);
  }

  private void sendAndResume() {
    send();
    flow.resumeAt(queue.sizeBytes());
  }

  /**
   * Gives the kernel what it takes. An error is that of one datagram: the others go on. Tells the
   * endpoint when nothing is left. What the protocol hears, it hears in the context of the caller.
   */
  void send() {
    if (sending || waitsForRoom) {
      return; // called from errorReceived: the loop below goes on
    }
    sending = true;
    try {
      while (!queue.isEmpty() && !waitsForRoom) {
        sendSome();
      }
    } finally {
      sending = false;
      registerFlush(); // when errorReceived left the loop
    }
    if (queue.isEmpty()) {
      endpoint.drained();
    }
  }

  private void sendSome() {
    boolean joins = gso && !gsoRefused;
    int messages = queue.fill(memory, joins);
    int result = messages == 0 ? -Errno.EMSGSIZE : channel.trySend(memory.messages(), messages);
    if (result > 0) {
      gsoRefused = false;
      int datagrams = 0;
      for (int i = 0; i < result; i++) {
        datagrams += memory.datagrams(i);
      }
      queue.remove(datagrams);
    } else if (result == -Errno.EAGAIN) {
      awaitRoom();
    } else if (joins && memory.datagrams(0) > 1 && isOfSegments(-result)) {
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
      loop.callLater(RETRY_DELAY, this::retry);
    }
  }

  private void retry() {
    if (!discarded) {
      writable();
    }
  }

  /** Forgets what is queued. */
  void discard() {
    discarded = true;
    queue.clear();
  }

  @Override
  public String toString() {
    return "<" + (waitsForRoom ? "polling" : "idle") + ", bufsize=" + sizeBytes() + ">";
  }
}
