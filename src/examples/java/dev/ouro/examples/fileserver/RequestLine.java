// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

/** The first line of a request, RFC 9112 section 3. */
record RequestLine(String method, String target, int minorVersion) {
  /**
   * Understands {@code line}.
   *
   * @throws HttpException 400: malformed; 505: not a version 1 of HTTP
   */
  static RequestLine parse(String line) throws HttpException {
    int methodEnd = line.indexOf(' ');
    int targetEnd = line.indexOf(' ', methodEnd + 1);
    if (methodEnd < 0 || targetEnd < 0) {
      throw new HttpException(Status.BAD_REQUEST, "the request line is malformed");
    }
    String method = line.substring(0, methodEnd);
    String target = line.substring(methodEnd + 1, targetEnd);
    if (!Tokens.isToken(method)) {
      throw new HttpException(Status.BAD_REQUEST, "the method is malformed");
    }
    if (!isVisible(target)) {
      throw new HttpException(Status.BAD_REQUEST, "the request target is malformed");
    }
    return new RequestLine(method, target, minorVersion(line, targetEnd + 1));
  }

  private static boolean isVisible(String target) {
    for (int i = 0; i < target.length(); i++) {
      if (target.charAt(i) <= ' ' || target.charAt(i) > '~') {
        return false;
      }
    }
    return !target.isEmpty();
  }

  private static int minorVersion(String line, int start) throws HttpException {
    boolean wellFormed =
        line.length() == start + 8
            && line.startsWith("HTTP/", start)
            && isDigit(line.charAt(start + 5))
            && line.charAt(start + 6) == '.'
            && isDigit(line.charAt(start + 7));
    if (!wellFormed) {
      throw new HttpException(Status.BAD_REQUEST, "the HTTP version is malformed");
    }
    if (line.charAt(start + 5) != '1') {
      throw new HttpException(
          Status.HTTP_VERSION_NOT_SUPPORTED, "this server understands HTTP/1.1 and HTTP/1.0");
    }
    return line.charAt(start + 7) == '0' ? 0 : 1;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
