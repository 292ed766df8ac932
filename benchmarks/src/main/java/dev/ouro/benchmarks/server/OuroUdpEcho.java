// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.server;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.SocketConstants;
import dev.ouro.transport.DatagramOptions;
import dev.ouro.transport.DatagramProtocol;
import dev.ouro.transport.DatagramTransport;
import dev.ouro.transport.TransportSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/** The UDP echo server on Ouro, with the engine that {@code dev.ouro.engine} names. */
public final class OuroUdpEcho {
  private static final int RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

  private OuroUdpEcho() {}

  public static void main(String[] arguments) throws IOException {
    Control.serve(OuroUdpEcho::run);
  }

  private static void run() throws LinuxException {
    try (EventLoop loop = Asyncio.newEventLoop()) {
      DatagramTransport transport =
          loop.runUntilComplete(
                  loop.createDatagramEndpoint(Echo::new, DatagramOptions.local("127.0.0.1", 0)))
              .transport();
      ((TransportSocket) transport.getExtraInfo("socket"))
          .setsockopt(SocketConstants.SOL_SOCKET, SocketConstants.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
      Control.engine(loop.engine());
      Control.listening(((InetSocketAddress) transport.getExtraInfo("sockname")).getPort());
      loop.runForever();
    }
  }

  private static final class Echo implements DatagramProtocol {
    private DatagramTransport transport;

    @Override
    public void connectionMade(DatagramTransport transport) {
      this.transport = transport;
    }

    @Override
    public void datagramReceived(ByteBuffer data, SocketAddress address) {
      int count = data.remaining();
      transport.sendto(data, address);
      Control.echoed(count);
    }
  }
}
