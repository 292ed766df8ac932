// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A transport that sends: asyncio's {@code WriteTransport}.
 *
 * <p>No method waits. What the kernel does not take is buffered without limit; {@link
 * BaseProtocol#pauseWriting} tells the protocol when that gets too much.
 */
public interface WriteTransport extends BaseTransport {
  /**
   * Sends all that remains in {@code data}, which is consumed when this returns: its position is
   * its limit, and its memory is the caller's again.
   *
   * <p>Nothing to send: does nothing. After the connection was lost, {@link #abort} or {@link
   * #close}: the data are dropped, from the fifth or sixth time on with asyncio's warning in the
   * log. Only a socket that is closed while the kernel has no room for what was written before
   * still sends what is written meanwhile, as asyncio's does.
   *
   * @throws IllegalStateException after {@link #writeEof}, or while {@code sendfile} runs; or the
   *     loop runs on another thread: {@code loop.callSoonThreadsafe(() -> transport.write(data))}
   */
  void write(ByteBuffer data);

  /** {@link #write(ByteBuffer)} of all of {@code data}. */
  default void write(byte[] data) {
    write(ByteBuffer.wrap(Objects.requireNonNull(data, "data")));
  }

  /**
   * {@link #write(ByteBuffer)} of {@code length} bytes of {@code data} from {@code offset} on.
   *
   * @throws IndexOutOfBoundsException there are not as many
   */
  default void write(byte[] data, int offset, int length) {
    Objects.requireNonNull(data, "data");
    Objects.checkFromIndexSize(offset, length, data.length);
    write(ByteBuffer.wrap(data, offset, length));
  }

  /** {@link #write(ByteBuffer)} of each, in order, as one send where the kernel takes it. */
  void writelines(Iterable<ByteBuffer> data);

  /**
   * Sends what is buffered, then ends the sending direction with {@code shutdown(2)}; the other one
   * stays open. Does nothing when closing, or called before.
   *
   * @throws UnsupportedOperationException {@link #canWriteEof} is false
   * @throws IllegalStateException while {@code sendfile} runs
   */
  void writeEof();

  /** Whether the transport has two directions that end apart. */
  boolean canWriteEof();

  /**
   * Closes at once: what is buffered is lost, no more data arrive; {@link
   * BaseProtocol#connectionLost} is called with null, soon, not from here.
   */
  void abort();

  /** Sets both limits back to their defaults: 64 KiB, and a quarter of it. */
  default void setWriteBufferLimits() {
    setWriteBufferLimits(null, null);
  }

  /** Sets the high limit, and the low one to a quarter of it. */
  default void setWriteBufferLimits(int highBytes) {
    setWriteBufferLimits(highBytes, null);
  }

  /**
   * Sets from where on {@link BaseProtocol#pauseWriting} and {@link BaseProtocol#resumeWriting} are
   * called: when more than {@code highBytes} are buffered, and when no more than {@code lowBytes}
   * are. Limits that are crossed by this call act at once.
   *
   * @param highBytes null for four times {@code lowBytes}, or 64 KiB when that is null too; 0:
   *     pause whenever anything is buffered
   * @param lowBytes null for a quarter of {@code highBytes}
   * @throws IllegalArgumentException unless 0 ≤ low ≤ high
   */
  void setWriteBufferLimits(Integer highBytes, Integer lowBytes);

  /** The limits that hold now. */
  WriteBufferLimits getWriteBufferLimits();

  /** How many bytes were written and not yet taken by the kernel. */
  long getWriteBufferSize();
}
