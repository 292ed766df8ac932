// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

/**
 * Counts what is written to a connection that is lost, as asyncio's {@code _conn_lost} does: the
 * loss itself counts as one, where asyncio counts it, and what makes more than five is logged.
 */
final class LostWrites {
  /** asyncio's {@code LOG_THRESHOLD_FOR_CONNLOST_WRITES}. */
  private static final int LOG_THRESHOLD = 5;

  private LostWrites() {}

  /**
   * The count after one more write.
   *
   * @param message asyncio's, of the kind of transport
   */
  static int add(int count, String message) {
    if (count >= LOG_THRESHOLD) {
      System.getLogger("dev.ouro").log(System.Logger.Level.WARNING, message);
    }
    return count + 1;
  }
}
