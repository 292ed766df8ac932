// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import java.nio.ByteBuffer;

/** Hears of a {@link StreamChannel}'s operations, on the engine's thread, from the ready queue. */
public interface StreamListener {
  /**
   * Bytes arrived: all that remain in {@code view}, at least one. The view and its memory are valid
   * until this returns.
   *
   * @param address where the view's first byte is
   */
  void received(ByteBuffer view, long address);

  /** The peer sends no more. Called once; nothing is received after it. */
  void endOfStream();

  /** Receiving failed for good, with this errno (positive). Nothing is received after it. */
  void receiveFailed(int errno);

  /** A pending send ended: how many bytes the kernel took (at least one), or −errno. */
  void sent(int result);

  /** The descriptor can be written to, as {@link StreamChannel#awaitWritable} asked. */
  void writable();

  /** {@link StreamChannel#cancel} is through. */
  void cancelled();
}
