// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A client that sends whatever bytes it is told to. */
final class RawClient implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;

  /** A response: its head in lower case, and its body. */
  record Answer(String head, byte[] body) {
    int code() {
      return Integer.parseInt(head.substring(9, 12));
    }

    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    /** Null when there is no such field. */
    String field(String name) {
      int start = head.indexOf("\r\n" + name + ": ");
      if (start < 0) {
        return null;
      }
      int value = start + name.length() + 4;
      return head.substring(value, head.indexOf('\r', value));
    }
  }

  RawClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
  }

  Socket socket() {
    return socket;
  }

  RawClient send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  RawClient get(String target) throws IOException {
    return send("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
  }

  /** Reads the next response, of a request other than HEAD. */
  Answer answer() throws IOException {
    String head = head();
    String length = new Answer(head, null).field("content-length");
    byte[] body = in.readNBytes(length == null ? 0 : Integer.parseInt(length));
    return new Answer(head, body);
  }

  /** Reads a head: the status line and the fields, in lower case. */
  String head() throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.length() < 4 || head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("the connection ended within a head: " + head);
      }
      head.append((char) b);
    }
    return head.toString().toLowerCase(Locale.ROOT);
  }

  /** Everything up to the end of the connection. */
  byte[] rest() throws IOException {
    return in.readAllBytes();
  }

  int read() throws IOException {
    return in.read();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
