// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.eventloop;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.examples.Arguments;
import dev.ouro.loop.Future;
import dev.ouro.transport.Connection;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.Protocol;
import dev.ouro.transport.Transport;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Sends a message, and waits until the server has sent it back and closes the connection. */
public final class TcpEchoClient implements Protocol {
  private final String message;
  private final Future<Void> connectionLost;

  private TcpEchoClient(String message, Future<Void> connectionLost) {
    this.message = message;
    this.connectionLost = connectionLost;
  }

  @Override
  public void connectionMade(Transport transport) {
    transport.write(message.getBytes(StandardCharsets.UTF_8));
    System.out.println("Data sent: '" + message + "'");
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    System.out.println("Data received: '" + StandardCharsets.UTF_8.decode(data) + "'");
  }

  @Override
  public void connectionLost(Throwable exceptionOrNull) {
    System.out.println("The server closed the connection");
    connectionLost.setResult(null);
  }

  /** Takes the port of {@link TcpEchoServer}; 8888 without. */
  public static void main(String[] args) {
    int port = new Arguments("TcpEchoClient [PORT]", args).port("PORT", 8888);
    try (EventLoop loop = Asyncio.newEventLoop()) {
      Future<Void> connectionLost = loop.createFuture();
      Connection<Transport, TcpEchoClient> connection =
          loop.runUntilComplete(
              loop.createConnection(
                  () -> new TcpEchoClient("Hello World!", connectionLost),
                  ConnectionOptions.of("127.0.0.1", port)));
      try {
        loop.runUntilComplete(connectionLost);
      } finally {
        connection.transport().close();
      }
    }
  }
}
