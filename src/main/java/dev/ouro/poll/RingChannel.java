// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Epoll;
import dev.ouro.linux.Fd;
import dev.ouro.uring.RingOperations;

/**
 * What the ring's channels have in common: a socket with a receive, a send and a wait for room, at
 * most one of each, which all must have ended before the socket may be released.
 */
abstract class RingChannel {
  final RingEngine engine;
  final Fd fd;
  private final Room room;
  private boolean cancelled;
  // cancel() promised a word to the listener, which comes once.
  private boolean owesCancelled;

  RingChannel(RingEngine engine, Fd fd) {
    this.engine = engine;
    this.fd = fd;
    this.room = new Room();
    Blocking.makeBlocking(fd);
  }

  /** There may be room. */
  abstract void writable();

  /** Asks the kernel to end the receive and the send. */
  abstract void cancelOperations();

  /** Whether the kernel still has the receive or the send. */
  abstract boolean hasOperations();

  /** The kernel has none of the operations any more, after {@link #cancel} answered false. */
  abstract void allEnded();

  /** Closes the socket, and frees what belongs to it. */
  public void release() {
    fd.close();
  }

  /** Its number. */
  public final int fd() {
    return fd.number();
  }

  /** Has {@link #writable} called. */
  public final void awaitWritable() {
    engine
        .ring()
        .preparePollAdd(fd.number(), Epoll.EPOLLOUT, RingOperations.ONCE)
        .userData(room.begin())
        .submit();
  }

  /** Ends everything; false: {@link #allEnded} will be called. */
  public final boolean cancel() {
    if (!cancelled) {
      cancelled = true;
      cancelOperations();
      room.requestCancel();
      owesCancelled = isInFlight();
    }
    return !owesCancelled;
  }

  final boolean isCancelled() {
    return cancelled;
  }

  private boolean isInFlight() {
    return hasOperations() || room.isInFlight();
  }

  /** One of the operations has ended. */
  final void operationEnded() {
    if (owesCancelled && !isInFlight()) {
      owesCancelled = false;
      allEnded();
    }
  }

  private final class Room extends RingOperation {
    Room() {
      super(RingChannel.this.engine);
    }

    @Override
    void complete(int result, int flags) {
      if (cancelled) {
        operationEnded();
      } else {
        writable(); // an error shows in the call that follows
      }
    }

    @Override
    void dispose() {
      release();
    }
  }
}
