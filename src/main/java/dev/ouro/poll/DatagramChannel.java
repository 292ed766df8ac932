// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.MessageArray;

/**
 * A datagram socket's operations: it receives until stopped, and sends what there is room for.
 *
 * <p>Life: open, {@link #cancel}led (nothing new may start), released. Only the engine's thread may
 * call.
 */
public interface DatagramChannel {
  /** Starts to receive, and goes on until stopped, through errors too. Idempotent. */
  void startReceiving();

  /** Stops for good: nothing is handed over any more. Idempotent. */
  void stopReceiving();

  /**
   * Sends at once what the kernel takes without waiting, by {@code sendmmsg(2)}.
   *
   * @param count so many messages from the first on, at least one
   * @return how many of them it took, or −errno of the first; {@code -EAGAIN} when there is no room
   */
  int trySend(MessageArray messages, int count);

  /**
   * {@link #trySend} of the first message alone, at the end of a turn: where the engine submits
   * anyway, with that submission. Nothing else may be sent until it has ended.
   *
   * @return 1, or −errno; or {@link Engine#PENDING}: the message's data belong to the kernel until
   *     {@link DatagramListener#sent}, which may come as late as with the next completion of
   *     anything
   */
  int sendAtTurnEnd(MessageArray messages);

  /**
   * Waits once until there may be room for a datagram; {@link DatagramListener#writable} hears it.
   * For a Unix socket that is not connected this is no answer: the kernel says yes at once, for it
   * does not know which peer is meant.
   */
  void awaitWritable();

  /** The descriptor's number, −1 after {@link #release}. */
  int fd();

  /**
   * Ends every operation. {@link DatagramListener#cancelled} is called once the kernel holds
   * nothing of this channel any more, unless this returns true: then that is so already. No other
   * call to the listener follows. Idempotent (and true) when cancelled before.
   */
  boolean cancel();

  /** Closes the descriptor. Only after {@link #cancel} is through. Idempotent. */
  void release();
}
