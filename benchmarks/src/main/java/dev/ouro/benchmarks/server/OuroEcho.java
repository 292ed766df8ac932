// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.server;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.streams.StreamReader;
import dev.ouro.streams.StreamWriter;
import dev.ouro.transport.BaseProtocol;
import dev.ouro.transport.BufferedProtocol;
import dev.ouro.transport.Protocol;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.Supplier;

/** The echo server on Ouro, with the engine that {@code dev.ouro.engine} names. */
public final class OuroEcho {
  private static final int BACKLOG = 4096;
  private static final int TASK_BUFFER_BYTES = 16 * 1024;

  private OuroEcho() {}

  /** Takes {@code protocol} (also when nothing is given), {@code buffered} or {@code tasks}. */
  public static void main(String[] arguments) throws IOException {
    String kind = arguments.length > 0 ? arguments[0] : "protocol";
    if (kind.equals("tasks")) {
      Control.serve(OuroEcho::runTasks);
      return;
    }
    Supplier<BaseProtocol> protocol = kind.equals("buffered") ? BufferedEcho::new : Echo::new;
    Control.serve(() -> run(protocol));
  }

  private static void runTasks() {
    Asyncio.run(() -> {
      ServerOptions options = ServerOptions.of("127.0.0.1", 0).withBacklog(BACKLOG);
      try (Server server = Asyncio.startServer(options, OuroEcho::echo)) {
        InetSocketAddress address = (InetSocketAddress) server.sockets().getFirst().getsockname();
        Control.engine(Asyncio.getRunningLoop().engine());
        Control.listening(address.getPort());
        server.serveForever();
      }
    });
  }

  private static void echo(StreamReader reader, StreamWriter writer) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(TASK_BUFFER_BYTES);
    while (reader.read(buffer.clear()) >= 0) {
      int count = buffer.flip().remaining();
      writer.write(buffer);
      writer.drain();
      Control.echoed(count);
    }
    writer.close();
  }

  private static void run(Supplier<BaseProtocol> protocol) throws IOException {
    try (EventLoop loop = Asyncio.newEventLoop()) {
      Server server =
          loop.runUntilComplete(
              loop.createServer(protocol, ServerOptions.of("127.0.0.1", 0).withBacklog(BACKLOG)));
      InetSocketAddress address = (InetSocketAddress) server.sockets().getFirst().getsockname();
      Control.engine(loop.engine());
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

    // Kept for the next connection: for each a new one, and the JVM waits for its collector.
    private static final ArrayDeque<ByteBuffer> FREE = new ArrayDeque<>();

    private ByteBuffer buffer;
    private Transport transport;

    @Override
    public void connectionMade(Transport transport) {
      this.transport = transport;
      buffer = FREE.isEmpty() ? ByteBuffer.allocateDirect(BUFFER_BYTES) : FREE.pop();
    }

    @Override
    public void connectionLost(Throwable exceptionOrNull) {
      FREE.push(buffer);
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
