// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

/** A transport that receives: asyncio's {@code ReadTransport}. */
public interface ReadTransport extends BaseTransport {
  /** Whether the transport hands data to its protocol: neither paused nor closing. */
  boolean isReading();

  /**
   * Receives no more until {@link #resumeReading}: once this returns, the protocol gets no data.
   * Does nothing when paused already, or closing.
   */
  void pauseReading();

  /** Receives again after {@link #pauseReading}. Does nothing when not paused, or closing. */
  void resumeReading();
}
