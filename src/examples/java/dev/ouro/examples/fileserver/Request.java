// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

/**
 * The head of a request.
 *
 * @param method such as {@code GET}: a token, not necessarily one that this server knows
 * @param target the request target as it was sent
 * @param minorVersion 0 for HTTP/1.0, 1 for HTTP/1.1 and later
 * @param fields the header fields
 * @param contentLength how many bytes of content follow the head, or {@link #CHUNKED}
 */
record Request(
    String method, String target, int minorVersion, HeaderFields fields, long contentLength) {
  /** The {@link #contentLength} of a request whose content comes in chunks. */
  static final long CHUNKED = -1;

  boolean isHead() {
    return method.equals("HEAD");
  }

  /** Whether the client wants the connection to stay open, RFC 9112 section 9.3. */
  boolean keepAlive() {
    if (fields.hasToken("Connection", "close")) {
      return false;
    }
    return minorVersion >= 1 || fields.hasToken("Connection", "keep-alive");
  }

  /**
   * The request of this line and these fields.
   *
   * @throws HttpException 400 or 505: they are no head of an HTTP/1 request
   */
  static Request of(RequestLine line, HeaderFields fields) throws HttpException {
    checkHost(line.minorVersion(), fields);
    return new Request(
        line.method(),
        line.target(),
        line.minorVersion(),
        fields,
        contentLength(line.minorVersion(), fields));
  }

  /** RFC 9112 section 3.2: exactly one, from HTTP/1.1 on. */
  private static void checkHost(int minorVersion, HeaderFields fields) throws HttpException {
    int hosts = fields.count("Host");
    if (hosts > 1 || (hosts == 0 && minorVersion >= 1)) {
      throw new HttpException(Status.BAD_REQUEST, hosts + " Host fields");
    }
    if (hosts == 1 && !Tokens.isHost(fields.value("Host"))) {
      throw new HttpException(Status.BAD_REQUEST, "the Host field is malformed");
    }
  }

  /**
   * RFC 9112 section 6.3, without its concessions: whatever two readers could understand in two
   * ways is refused, because one of them may be a proxy in front of this server.
   */
  private static long contentLength(int minorVersion, HeaderFields fields) throws HttpException {
    String codings = fields.value("Transfer-Encoding");
    String length = fields.value("Content-Length");
    if (codings != null) {
      if (length != null) {
        throw new HttpException(
            Status.BAD_REQUEST, "both Transfer-Encoding and Content-Length are there");
      }
      if (minorVersion == 0 || !codings.equalsIgnoreCase("chunked")) {
        throw new HttpException(Status.BAD_REQUEST, "this Transfer-Encoding is not understood");
      }
      return CHUNKED;
    }
    if (length == null) {
      return 0;
    }
    // Also refuses "5, 5", which RFC 9110 section 8.6 allows to accept.
    if (!Tokens.isDigits(length) || length.length() > 18) {
      throw new HttpException(Status.BAD_REQUEST, "the Content-Length is malformed");
    }
    return Long.parseLong(length);
  }
}
