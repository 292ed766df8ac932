// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import java.net.SocketAddress;
import java.nio.ByteBuffer;

/**
 * Hears of a {@link DatagramChannel}'s operations, on the engine's thread, from the ready queue.
 */
public interface DatagramListener {
  /**
   * A datagram arrived: all that remains in {@code view}, which may be nothing. The view and its
   * memory are valid until this returns.
   *
   * @param from who sent it, the same object each time as far as it is remembered; null: nobody
   *     that has a name
   */
  void received(ByteBuffer view, SocketAddress from);

  /**
   * The socket has an error, a positive errno: most often what an earlier send has met underway.
   *
   * @param stopped whether it is the descriptor's own: then nothing is received any more
   */
  void receiveFailed(int errno, boolean stopped);

  /**
   * {@link DatagramChannel#sendAtTurnEnd} ended, with what {@link DatagramChannel#trySend} answers.
   */
  void sent(int result);

  /** There may be room to send, as {@link DatagramChannel#awaitWritable} asked. */
  void writable();

  /** {@link DatagramChannel#cancel} is through. */
  void cancelled();
}
