// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ouro.Asyncio;
import dev.ouro.examples.Arguments;
import dev.ouro.streams.StreamConnection;
import dev.ouro.streams.StreamReader;
import dev.ouro.streams.StreamWriter;
import dev.ouro.transport.Server;
import java.io.IOException;

/** asyncio's "TCP echo server using streams", and its client. */
public final class EchoServer {
  private EchoServer() {}

  /** Serves on port 8888, or the one that is given. */
  public static void main(String[] args) {
    int port = new Arguments("EchoServer [PORT]", args).port("PORT", 8888);
    Asyncio.run(() -> {
      try (Server server = Asyncio.startServer("127.0.0.1", port, EchoServer::handleEcho)) {
        System.out.println("Serving on " + server.sockets().getFirst().getsockname());
        server.serveForever();
      }
    });
  }

  /** Sends one message back, then closes the connection. */
  static void handleEcho(StreamReader reader, StreamWriter writer) throws IOException {
    String message = new String(reader.read(100), UTF_8);
    System.out.println("Received " + message + " from " + writer.getExtraInfo("peername"));
    writer.write(message, UTF_8);
    writer.drain();
    writer.close();
    writer.waitClosed();
  }

  /** Sends {@code message} to a server and answers what comes back. */
  static String tcpEchoClient(int port, String message) throws IOException {
    try (StreamConnection connection = Asyncio.openConnection("127.0.0.1", port)) {
      connection.writer().write(message, UTF_8);
      connection.writer().drain();
      return new String(connection.reader().read(100), UTF_8);
    }
  }
}
