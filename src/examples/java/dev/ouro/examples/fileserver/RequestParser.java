// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Finds requests in a stream of bytes, however that is split, RFC 9112.
 *
 * <p>Stricter than it would have to be where leniency has let requests be smuggled past proxies: a
 * line ends in CR LF and nothing else, no control characters, no folded fields, no space before a
 * colon. Memory is bounded by {@link #MAX_LINE_BYTES} and {@link #MAX_FIELDS_BYTES}.
 *
 * <p>Does no I/O. After an exception it is of no use any more: where the next request would start
 * is not known.
 */
final class RequestParser {
  /** The longest request line; a longer one is 414. */
  static final int MAX_LINE_BYTES = 8 * 1024;

  /** The most bytes of all header fields together; more are 431. */
  static final int MAX_FIELDS_BYTES = 16 * 1024;

  /** The most header fields; more are 431. */
  static final int MAX_FIELDS = 100;

  /** How many empty lines before a request are overlooked, RFC 9112 section 2.2. */
  static final int MAX_EMPTY_LINES = 4;

  private static final int FIRST_SIZE_BYTES = 256;

  private byte[] line = new byte[FIRST_SIZE_BYTES];
  private int length;
  private int emptyLines;
  private int fieldsBytes;
  private RequestLine requestLine;
  private HeaderFields fields;
  private long contentLeft;

  /**
   * Reads up to the end of the next request's head.
   *
   * @param data its position moves behind what was read
   * @return the request, or null: everything was read, and more is needed
   * @throws HttpException 400, 414, 431, 505
   */
  Request parse(ByteBuffer data) throws HttpException {
    skipContent(data);
    while (data.hasRemaining()) {
      byte b = data.get();
      if (b != '\n') {
        append(b);
      } else if (length == 0 || line[length - 1] != '\r') {
        throw new HttpException(Status.BAD_REQUEST, "a line must end in CR LF");
      } else {
        String text = new String(line, 0, length - 1, StandardCharsets.ISO_8859_1);
        length = 0;
        Request request = endOfLine(text);
        if (request != null) {
          return request;
        }
      }
    }
    return null;
  }

  /** Whether a request has begun, and its head has not ended. */
  boolean isWithinHead() {
    return length > 0 || emptyLines > 0 || requestLine != null;
  }

  /** Whether the content of the last request has not been read to its end. */
  boolean isWithinContent() {
    return contentLeft > 0;
  }

  /**
   * The content of a request means nothing to this server; it only must not be taken for a head.
   */
  private void skipContent(ByteBuffer data) {
    int skipped = (int) Math.min(contentLeft, data.remaining());
    data.position(data.position() + skipped);
    contentLeft -= skipped;
  }

  private void append(byte b) throws HttpException {
    boolean control = (b >= 0 && b < ' ' && b != '\t' && b != '\r') || b == 0x7f;
    if (control || (length > 0 && line[length - 1] == '\r')) {
      throw new HttpException(Status.BAD_REQUEST, "there is a control character in the head");
    }
    if (requestLine == null && length == MAX_LINE_BYTES) {
      throw new HttpException(Status.URI_TOO_LONG, "the request line is too long");
    }
    if (requestLine != null && ++fieldsBytes > MAX_FIELDS_BYTES) {
      throw new HttpException(
          Status.REQUEST_HEADER_FIELDS_TOO_LARGE, "the header fields are too large");
    }
    if (length == line.length) {
      line = Arrays.copyOf(line, 2 * length);
    }
    line[length++] = b;
  }

  /** The request, when {@code text} was the last line of its head. */
  private Request endOfLine(String text) throws HttpException {
    if (requestLine == null) {
      if (!text.isEmpty()) {
        requestLine = RequestLine.parse(text);
        fields = new HeaderFields();
      } else if (++emptyLines > MAX_EMPTY_LINES) {
        throw new HttpException(Status.BAD_REQUEST, "there are empty lines before the request");
      }
      return null;
    }
    if (!text.isEmpty()) {
      addField(text);
      return null;
    }
    Request request = Request.of(requestLine, fields);
    contentLeft = Math.max(0, request.contentLength());
    reset();
    return request;
  }

  private void addField(String text) throws HttpException {
    int colon = text.indexOf(':');
    if (colon < 0 || !Tokens.isToken(text.substring(0, colon))) {
      throw new HttpException(Status.BAD_REQUEST, "a header field is malformed");
    }
    if (fields.size() == MAX_FIELDS) {
      throw new HttpException(
          Status.REQUEST_HEADER_FIELDS_TOO_LARGE, "there are too many header fields");
    }
    fields.add(text.substring(0, colon), withoutBlanks(text, colon + 1));
  }

  /** The rest of {@code text} without the spaces and tabs around it; other blanks are its own. */
  private static String withoutBlanks(String text, int start) {
    int from = start;
    int to = text.length();
    while (from < to && isBlank(text.charAt(from))) {
      from++;
    }
    while (to > from && isBlank(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  private void reset() {
    requestLine = null;
    fields = null;
    fieldsBytes = 0;
    emptyLines = 0;
    if (line.length > FIRST_SIZE_BYTES) {
      line = new byte[FIRST_SIZE_BYTES];
    }
  }
}
