// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

/**
 * Which part of a file to send, and how: the keyword arguments of asyncio's {@code loop.sendfile}.
 *
 * @param offset the first byte, counted from 0
 * @param count how many bytes at most; null: up to the file's end
 * @param fallback whether to read and write where {@code sendfile(2)} does not work
 */
public record SendfileOptions(long offset, Long count, boolean fallback) {
  /** All of the file, with fallback. */
  public static final SendfileOptions DEFAULT = new SendfileOptions(0, null, true);

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException a negative offset, or a count that is not positive
   */
  public SendfileOptions {
    if (offset < 0) {
      throw new IllegalArgumentException(
          "offset must be a non-negative integer (got " + offset + ")");
    }
    if (count != null && count <= 0) {
      throw new IllegalArgumentException("count must be a positive integer (got " + count + ")");
    }
  }

  /** How many bytes are left at most when {@code sent} were sent. */
  long left(long sent) {
    return count == null ? Long.MAX_VALUE : count - sent;
  }

  /** The same, from byte {@code offset} on. */
  public SendfileOptions withOffset(long offset) {
    return new SendfileOptions(offset, count, fallback);
  }

  /** The same, for at most {@code count} bytes; null: up to the file's end. */
  public SendfileOptions withCount(Long count) {
    return new SendfileOptions(offset, count, fallback);
  }

  /** The same, with or without reading and writing where {@code sendfile(2)} does not work. */
  public SendfileOptions withFallback(boolean fallback) {
    return new SendfileOptions(offset, count, fallback);
  }
}
