// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.eventloop;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.examples.Arguments;
import dev.ouro.transport.Protocol;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.Transport;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Sends back what a client sends, and closes the connection. */
public final class TcpEchoServer implements Protocol {
  private Transport transport;

  private TcpEchoServer() {}

  @Override
  public void connectionMade(Transport transport) {
    System.out.println("Connection from " + transport.getExtraInfo("peername"));
    this.transport = transport;
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    String message = StandardCharsets.UTF_8.decode(data.duplicate()).toString();
    System.out.println("Data received: '" + message + "'");

    System.out.println("Send: '" + message + "'");
    transport.write(data);

    System.out.println("Close the client socket");
    transport.close();
  }

  /** Takes the port; 8888 without, and 0 for any that is free. */
  public static void main(String[] args) {
    int port = new Arguments("TcpEchoServer [PORT]", args).port("PORT", 8888);
    ServerOptions options = ServerOptions.of("127.0.0.1", port);
    try (EventLoop loop = Asyncio.newEventLoop();
        Server server = loop.runUntilComplete(loop.createServer(TcpEchoServer::new, options))) {
      System.out.println("Serving on " + server.sockets());
      loop.runUntilComplete(server.serveForever());
    }
  }
}
