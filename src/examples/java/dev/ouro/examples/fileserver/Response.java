// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What answers a request. */
record Response(Status status, HeaderFields fields, Body body) {
  /** The longest head: a Location is at most three times as long as a request line. */
  static final int MAX_HEAD_BYTES = 4 * RequestParser.MAX_LINE_BYTES;

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
    put(out, "HTTP/1.1 ");
    put(out, status.toString());
    putField(out, "\r\nDate", date);
    if (body != Body.NONE) {
      putField(out, "Content-Length", Long.toString(contentLength()));
    }
    if (connection != null) {
      putField(out, "Connection", connection);
    }
    for (int i = 0; i < fields.size(); i++) {
      putField(out, fields.name(i), fields.value(i));
    }
    put(out, "X-Content-Type-Options: nosniff\r\n\r\n");
  }

  private static void putField(ByteBuffer out, String name, String value) {
    put(out, name);
    put(out, ": ");
    put(out, value);
    put(out, "\r\n");
  }

  private static void put(ByteBuffer out, String text) {
    for (int i = 0; i < text.length(); i++) {
      out.put((byte) text.charAt(i));
    }
  }
}
