// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.jmh;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.Protocol;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A message to and fro with client and server on one loop: what turns of the loop cost, without
 * another process. With {@code -prof gc} it shows what they allocate.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class EchoTurnBenchmark {
  /** The engine, as {@code dev.ouro.engine} names it. */
  @Param({"io_uring", "epoll"})
  public String engine;

  /** The size of the message. */
  @Param({"64", "16384"})
  public int sizeBytes;

  private EventLoop loop;
  private Transport client;
  private ByteBuffer message;

  @Setup
  public void connect() throws IOException {
    System.setProperty("dev.ouro.engine", engine);
    loop = Asyncio.newEventLoop();
    Server server =
        loop.runUntilComplete(loop.createServer(Echo::new, ServerOptions.of("127.0.0.1", 0)));
    int port = ((InetSocketAddress) server.sockets().getFirst().getsockname()).getPort();
    client =
        loop.runUntilComplete(
                loop.createConnection(StopWhenBack::new, ConnectionOptions.of("127.0.0.1", port)))
            .transport();
    message = ByteBuffer.allocateDirect(sizeBytes);
  }

  @TearDown
  public void close() {
    loop.close();
  }

  @Benchmark
  public void roundTrip() {
    client.write(message.clear());
    loop.runForever();
  }

  private static final class Echo implements Protocol {
    private Transport transport;

    @Override
    public void connectionMade(Transport transport) {
      this.transport = transport;
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      transport.write(data);
    }
  }

  /** Stops the loop when the whole message is back. */
  private final class StopWhenBack implements Protocol {
    private int received;

    @Override
    public void dataReceived(ByteBuffer data) {
      received += data.remaining();
      if (received == sizeBytes) {
        received = 0;
        loop.stop();
      }
    }
  }
}
