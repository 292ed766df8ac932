// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** {@code %41} for {@code A}, RFC 3986 section 2.1, over UTF-8. */
final class PercentEncoding {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();
  private static final String UNRESERVED = "-._~!$&'()*+,;=:@";

  private PercentEncoding() {}

  /** {@code text} as one segment of a path: everything else is encoded, the slash too. */
  static String encode(String text) {
    StringBuilder encoded = new StringBuilder(text.length() + 8);
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0) {
        encoded.append(c);
      } else {
        encoded.append('%').append(HEX.toHexDigits(b));
      }
    }
    return encoded.toString();
  }

  /**
   * What one segment of a path means.
   *
   * @throws HttpException 400: a malformed escape, bytes that are not UTF-8, or an encoded NUL or
   *     slash, neither of which a file's name can have
   */
  static String decode(String segment) throws HttpException {
    if (segment.indexOf('%') < 0) {
      return segment;
    }
    ByteBuffer bytes = ByteBuffer.allocate(segment.length());
    for (int i = 0; i < segment.length(); i++) {
      char c = segment.charAt(i);
      if (c == '%') {
        c = escaped(segment, i);
        i += 2;
      }
      bytes.put((byte) c);
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException e) {
      throw new HttpException(Status.BAD_REQUEST, "the path is not UTF-8");
    }
  }

  private static char escaped(String segment, int percent) throws HttpException {
    boolean wellFormed =
        percent + 2 < segment.length()
            && HexFormat.isHexDigit(segment.charAt(percent + 1))
            && HexFormat.isHexDigit(segment.charAt(percent + 2));
    if (!wellFormed) {
      throw new HttpException(Status.BAD_REQUEST, "there is a malformed escape in the path");
    }
    int value = HexFormat.fromHexDigits(segment, percent + 1, percent + 3);
    if (value == 0 || value == '/') {
      throw new HttpException(Status.BAD_REQUEST, "there is an encoded NUL or slash in the path");
    }
    return (char) value;
  }

  private static boolean isLetterOrDigit(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }
}
