// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

/**
 * A part of a file: {@code countBytes} bytes from {@code offset} on.
 *
 * <p>{@link #parse} understands the Range field of RFC 9110 section 14.2, as far as one range goes.
 */
record ByteRange(long offset, long countBytes) {
  /** What a Range field asks for when no byte of it is there: answered with 416. */
  static final ByteRange UNSATISFIABLE = new ByteRange(-1, 0);

  /**
   * The part of a file of {@code sizeBytes} bytes that {@code field} asks for; null for the whole:
   * also when the field is malformed, or names several ranges, both of which a server may ignore.
   */
  static ByteRange parse(String field, long sizeBytes) {
    int equals = field.indexOf('=');
    int dash = field.indexOf('-', equals + 1);
    if (equals < 0 || dash < 0 || !field.substring(0, equals).strip().equalsIgnoreCase("bytes")) {
      return null;
    }
    String first = field.substring(equals + 1, dash).strip();
    String last = field.substring(dash + 1).strip();
    if (!isNumberOrEmpty(first) || !isNumberOrEmpty(last) || (first.isEmpty() && last.isEmpty())) {
      return null;
    }
    if (first.isEmpty()) {
      long count = Math.min(number(last), sizeBytes);
      return count == 0 ? UNSATISFIABLE : new ByteRange(sizeBytes - count, count);
    }
    long offset = number(first);
    long end = last.isEmpty() ? Long.MAX_VALUE : number(last);
    if (end < offset) {
      return null;
    }
    if (offset >= sizeBytes) {
      return UNSATISFIABLE;
    }
    return new ByteRange(offset, Math.min(end, sizeBytes - 1) - offset + 1);
  }

  /** The value of the Content-Range field that goes with this part. */
  String contentRange(long sizeBytes) {
    if (this == UNSATISFIABLE) {
      return "bytes */" + sizeBytes;
    }
    return "bytes " + offset + "-" + (offset + countBytes - 1) + "/" + sizeBytes;
  }

  private static boolean isNumberOrEmpty(String text) {
    return text.isEmpty() || Tokens.isDigits(text);
  }

  /** Numbers too large for a long are beyond the end of any file. */
  private static long number(String digits) {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }
}
