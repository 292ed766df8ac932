// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

/**
 * What all protocols have in common: asyncio's {@code BaseProtocol}.
 *
 * <p>The loop calls a protocol's methods in this order, each on the loop's thread and in the
 * context that was current when the server or connection was asked for:
 *
 * <pre>
 * start    = connectionMade [ pauses ] ... connectionLost
 * pauses   = { pauseWriting resumeWriting }
 * </pre>
 *
 * and what stands for the dots is what {@link Protocol} and {@link BufferedProtocol} add. {@code
 * connectionMade} and {@code connectionLost} are called exactly once each; nothing follows {@code
 * connectionLost}; {@code resumeWriting} is never called but after {@code pauseWriting}.
 */
public interface BaseProtocol {
  /**
   * The connection stands. A protocol that wants to write keeps {@code transport}. What this throws
   * goes to the loop's exception handler, and the connection stays open.
   */
  default void connectionMade(BaseTransport transport) {}

  /**
   * The connection is gone. The transport's descriptor is closed after this returns, whatever it
   * throws.
   *
   * @param exceptionOrNull why; null after {@code close}, {@code abort} or the peer's regular end
   */
  default void connectionLost(Throwable exceptionOrNull) {}

  /**
   * More bytes are buffered than the high limit allows: write no more until {@link #resumeWriting}.
   * Called from inside the {@code write} that did it. What this throws goes to the loop's exception
   * handler, and the connection stays open.
   */
  default void pauseWriting() {}

  /** The buffer has drained down to the low limit: write on. Otherwise as {@link #pauseWriting}. */
  default void resumeWriting() {}
}
