// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.server;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.transport.BaseProtocol;
import dev.ouro.transport.BufferedProtocol;
import dev.ouro.transport.Protocol;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/** The echo server on Ouro, with the engine that {@code dev.ouro.engine} names. */
public final class OuroEcho {
  private static final int BACKLOG = 4096;

  private OuroEcho() {}

  /** Takes {@code protocol} (also when nothing is given) or {@code buffered}. */
  public static void main(String[] arguments) throws IOException {
    boolean buffered = arguments.length > 0 && arguments[0].equals("buffered");
    Supplier<BaseProtocol> protocol = buffered ? BufferedEcho::new : Echo::new;
    Control.serve(() -> run(protocol));
  }

  private static void run(Supplier<BaseProtocol> protocol) throws IOException {
    try (EventLoop loop = Asyncio.newEventLoop()) {
      Server server =
          loop.runUntilComplete(
              loop.createServer(protocol, ServerOptions.of("127.0.0.1", 0).withBacklog(BACKLOG)));
      InetSocketAddress address = (InetSocketAddress) server.sockets().getFirst().getsockname();
      System.out.println("engine " + loop.engine());
      Control.listening(address.getPort());
      loop.runForever();
    }
  }

  private static final class Echo implements Protocol {
    private Transport transport;

    @Override
    public void connectionMade(Transport transport) {
      this.transport = transport;
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      int count = data.remaining();
      transport.write(data);
      Control.echoed(count);
    }
  }

  private static final class BufferedEcho implements BufferedProtocol {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private Transport transport;

    @Override
    public void connectionMade(Transport transport) {
      this.transport = transport;
    }

    @Override
    public ByteBuffer getBuffer(int sizeHint) {
      return buffer.clear();
    }

    @Override
    public void bufferUpdated(int sizeBytes) {
      transport.write(buffer.flip());
      Control.echoed(sizeBytes);
    }
  }
}
