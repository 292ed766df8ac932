// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What answers a request. */
record Response(Status status, HeaderFields fields, Body body) {
  /** The longest head: a Location is at most three times as long as a request line. */
  static final int MAX_HEAD_BYTES = 4 * RequestParser.MAX_LINE_BYTES;

  private static final int FIRST_HEAD_CHARS = 512;

  /** An answer in plain words. */
  static Response text(Status status, HeaderFields fields, String message) {
    byte[] bytes = (status + ": " + message + "\n").getBytes(StandardCharsets.UTF_8);
    fields.add("Content-Type", "text/plain; charset=utf-8");
    return new Response(status, fields, new Body.Text(bytes));
  }

  /** The answer to a request that {@code cause} says is wrong. */
  static Response of(HttpException cause) {
    HeaderFields fields = new HeaderFields();
    if (cause.status() == Status.METHOD_NOT_ALLOWED) {
      fields.add("Allow", "GET, HEAD");
    }
    return text(cause.status(), fields, cause.getMessage());
  }

  /** How many bytes the body has; of a listing nobody knows before it is made. */
  long contentLength() {
    return switch (body) {
      case Body.Text(byte[] bytes) -> bytes.length;
      case Body.FilePart(_, ByteRange part) -> part.countBytes();
      case Body.None() -> 0;
      case Body.Listing _ -> throw new IllegalStateException("the listing is not made yet");
    };
  }

  /**
   * Writes the head.
   *
   * @param connection the value of the Connection field; null for none
   */
  void writeHead(ByteBuffer out, String date, String connection) {
    StringBuilder head = new StringBuilder(FIRST_HEAD_CHARS);
    head.append("HTTP/1.1 ").append(status).append("\r\n");
    append(head, "Date", date);
    if (body != Body.NONE) {
      append(head, "Content-Length", Long.toString(contentLength()));
    }
    if (connection != null) {
      append(head, "Connection", connection);
    }
    for (int i = 0; i < fields.size(); i++) {
      append(head, fields.name(i), fields.value(i));
    }
    head.append("X-Content-Type-Options: nosniff\r\n\r\n");
    out.put(head.toString().getBytes(StandardCharsets.ISO_8859_1));
  }

  private static void append(StringBuilder head, String name, String value) {
    head.append(name).append(": ").append(value).append("\r\n");
  }
}
