// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

/**
 * A stream descriptor's operations: one receive and one send at a time.
 *
 * <p>Life: open, {@link #cancel}led (nothing new may start), released. Only the engine's thread may
 * call.
 */
public interface StreamChannel {
  /** Starts to receive, and goes on until stopped, the stream's end or an error. Idempotent. */
  void startReceiving();

  /**
   * Stops receiving. When this returns, no more bytes are handed over until {@link
   * #startReceiving}; what the kernel had delivered by then is kept, and comes first after it.
   * Idempotent.
   */
  void stopReceiving();

  /**
   * Sends {@code length} bytes at {@code address}. No send may be pending.
   *
   * @param awaited whether somebody waits for the end of it: more to send, a paused writer, a
   *     close. Otherwise the engine may report the end as late as with the next completion of
   *     anything, and a loop that has nothing else to do sleeps over it
   * @return how many bytes the kernel took at once, which ends the operation; −errno, which ends it
   *     too; or {@link Engine#PENDING}: the memory belongs to the kernel until {@link
   *     StreamListener#sent}
   */
  int send(long address, int length, boolean awaited);

  /**
   * Sends at once what the kernel takes without waiting, by {@code send(2)}. No send may be
   * pending.
   *
   * @return how many bytes it took, or −errno; {@code -EAGAIN} when it took none. Nothing goes on
   */
  int trySend(long address, int length);

  /**
   * Sends at once what the kernel takes of a file without waiting, by {@code sendfile(2)}. No send
   * may be pending. After {@code -EAGAIN}, {@link #awaitWritable} tells when to go on.
   *
   * @param file the file's descriptor; its position does not move
   * @param offset where eight bytes hold the file offset, which the kernel moves by what it sent
   * @return how many bytes it took, 0 at the file's end, or −errno. Nothing goes on
   */
  long sendfile(int file, long offset, long countBytes);

  /**
   * Waits once until the descriptor can be written to; {@link StreamListener#writable} hears it. No
   * send may be pending.
   */
  void awaitWritable();

  /** The descriptor's number, −1 after {@link #release}. */
  int fd();

  /**
   * Ends every operation. {@link StreamListener#cancelled} is called once the kernel holds nothing
   * of this channel any more, unless this returns true: then that is so already. No other call to
   * the listener follows. Idempotent (and true) when cancelled before.
   */
  boolean cancel();

  /** Closes the descriptor. Only after {@link #cancel} is through. Idempotent. */
  void release();
}
