// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.udpecho;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.examples.Arguments;
import dev.ouro.transport.DatagramOptions;
import dev.ouro.transport.DatagramProtocol;
import dev.ouro.transport.DatagramTransport;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/** Sends every datagram back to where it came from, until the process is ended. */
public final class UdpEchoServer implements DatagramProtocol {
  private DatagramTransport transport;

  private UdpEchoServer() {}

  /** Serves on the port given, or on 9999. */
  public static void main(String[] args) {
    int port = new Arguments("UdpEchoServer [PORT]", args).port("PORT", 9999);
    try (EventLoop loop = Asyncio.newEventLoop()) {
      loop.runUntilComplete(
          loop.createDatagramEndpoint(
              UdpEchoServer::new, DatagramOptions.local("127.0.0.1", port)));
      loop.runForever();
    }
  }

  @Override
  public void connectionMade(DatagramTransport transport) {
    this.transport = transport;
    System.out.println("Serving on " + transport.getExtraInfo("sockname"));
  }

  @Override
  public void datagramReceived(ByteBuffer data, SocketAddress address) {
    String message = UTF_8.decode(data.duplicate()).toString();
    System.out.println("Received '" + message + "' from " + address);
    System.out.println("Send '" + message + "' to " + address);
    transport.sendto(data, address);
  }
}
