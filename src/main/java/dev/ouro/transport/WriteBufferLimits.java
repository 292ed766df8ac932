// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

/**
 * The limits of a write buffer, asyncio's {@code (low, high)}.
 *
 * @param lowBytes at most so many are buffered when {@link BaseProtocol#resumeWriting} is called
 * @param highBytes more than so many are buffered when {@link BaseProtocol#pauseWriting} is called
 */
public record WriteBufferLimits(int lowBytes, int highBytes) {
  private static final int DEFAULT_HIGH_BYTES = 64 * 1024;
  private static final int HIGH_TO_LOW = 4;

  /** The limits of a new transport: 64 KiB, and a quarter of it. */
  public static final WriteBufferLimits DEFAULT = of(null, null);

  /**
   * Checks the limits.
   *
   * @throws IllegalArgumentException unless 0 ≤ low ≤ high
   */
  public WriteBufferLimits {
    if (lowBytes < 0 || highBytes < lowBytes) {
      throw new IllegalArgumentException(
          "high (" + highBytes + ") must be >= low (" + lowBytes + ") must be >= 0");
    }
  }

  /**
   * Fills in what was not given: the low limit is a quarter of the high one, the high one four
   * times the low one, or 64 KiB.
   *
   * @throws IllegalArgumentException unless 0 ≤ low ≤ high
   */
  public static WriteBufferLimits of(Integer highBytes, Integer lowBytes) {
    return of(highBytes, lowBytes, DEFAULT_HIGH_BYTES);
  }

  /** {@link #of(Integer, Integer)} with another limit for when neither is given. */
  static WriteBufferLimits of(Integer highBytes, Integer lowBytes, int defaultHighBytes) {
    int high = defaultHighBytes;
    if (highBytes != null) {
      high = highBytes;
    } else if (lowBytes != null) {
      high = (int) Math.min((long) lowBytes * HIGH_TO_LOW, Integer.MAX_VALUE);
    }
    return new WriteBufferLimits(lowBytes != null ? lowBytes : high / HIGH_TO_LOW, high);
  }
}
