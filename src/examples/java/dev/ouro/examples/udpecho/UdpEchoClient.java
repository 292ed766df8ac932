// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.udpecho;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.examples.Arguments;
import dev.ouro.linux.LinuxException;
import dev.ouro.loop.Future;
import dev.ouro.transport.DatagramOptions;
import dev.ouro.transport.DatagramProtocol;
import dev.ouro.transport.DatagramTransport;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/** Sends one message to {@link UdpEchoServer}, and closes when it is back. */
public final class UdpEchoClient implements DatagramProtocol {
  private final String message;
  private final Future<Void> closed;
  private DatagramTransport transport;

  private UdpEchoClient(String message, Future<Void> closed) {
    this.message = message;
    this.closed = closed;
  }

  /** Talks to the port given, or to 9999. */
  public static void main(String[] args) {
    int port = new Arguments("UdpEchoClient [PORT]", args).port("PORT", 9999);
    try (EventLoop loop = Asyncio.newEventLoop()) {
      Future<Void> closed = loop.createFuture();
      loop.runUntilComplete(
          loop.createDatagramEndpoint(
              () -> new UdpEchoClient("Hello World!", closed),
              DatagramOptions.remote("127.0.0.1", port)));
      loop.runUntilComplete(closed);
    }
  }

  @Override
  public void connectionMade(DatagramTransport transport) {
    this.transport = transport;
    System.out.println("Send: " + message);
    transport.sendto(message.getBytes(UTF_8));
  }

  @Override
  public void datagramReceived(ByteBuffer data, SocketAddress address) {
    System.out.println("Received: " + UTF_8.decode(data));
    System.out.println("Close the socket");
    transport.close();
  }

  /** Such as that nobody listens there. */
  @Override
  public void errorReceived(LinuxException exception) {
    System.out.println("Error received: " + exception.getMessage());
    transport.close();
  }

  @Override
  public void connectionLost(Throwable exceptionOrNull) {
    System.out.println("Connection closed");
    closed.setResult(null);
  }
}
