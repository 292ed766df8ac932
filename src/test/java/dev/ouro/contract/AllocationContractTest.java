// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.ouro.EventLoop;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.CopyingTls;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.transport.BaseProtocol;
import dev.ouro.transport.BufferedProtocol;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.Protocol;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.Transport;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A round trip allocates nothing once it is compiled: on either side, with either kind. */
@OnBothEngines
class AllocationContractTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int ROUND_TRIPS = 3_000;
  private static final int ROUNDS = 600; // the compilers may be late on a busy machine

  @RegisterExtension final NetworkFixture net;

  AllocationContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
  }

  @Test
  void shouldAllocateNothingPerRoundTripThroughProtocol() {
    assertAllocatesNothing(Echo::new, ByteBuffer.allocateDirect(64));
  }

  @Test
  void shouldAllocateNothingPerRoundTripThroughBufferedProtocol() {
    assertAllocatesNothing(BufferedEcho::new, ByteBuffer.allocate(64));
  }

  @Test
  void shouldAllocateNothingPerRoundTripOfLargeMessages() {
    assertAllocatesNothing(Echo::new, ByteBuffer.allocate(20_000));
  }

  /** TLS with engines that allocate nothing: what is left is Ouro's. */
  @Test
  void shouldAllocateNothingPerTlsRecord() {
    assertAllocatesNothingOverTls(ByteBuffer.allocate(64));
  }

  @Test
  void shouldAllocateNothingPerTlsRecordOfDirectMemory() {
    assertAllocatesNothingOverTls(ByteBuffer.allocateDirect(64));
  }

  /** Messages of two records each. */
  @Test
  void shouldAllocateNothingPerFullTlsRecord() {
    assertAllocatesNothingOverTls(ByteBuffer.allocate(20_000));
  }

  private void assertAllocatesNothingOverTls(ByteBuffer message) {
    SSLContext copying = CopyingTls.context();
    ServerOptions local = ServerOptions.of("127.0.0.1", 0).withSsl(copying);
    Server server = net.closing(net.run(net.loop().createServer(Echo::new, local)));
    ConnectionOptions remote =
        ConnectionOptions.of("127.0.0.1", NetworkFixture.port(server)).withSsl(copying);
    Client client = new Client(net.loop(), message);
    net.run(net.loop().createConnection(() -> client, remote));

    assertAllocatesNothing(client);
    client.transport.abort();
  }

  private void assertAllocatesNothing(Supplier<BaseProtocol> echo, ByteBuffer message) {
    Server server = net.serve(echo);
    Client client = new Client(net.loop(), message);
    net.connect(server, client);

    assertAllocatesNothing(client);
  }

  private void assertAllocatesNothing(Client client) {
    long least = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS && least >= ROUND_TRIPS; round++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      client.start();
      net.loop().runForever();
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }

    assertThat(least).as("bytes in %d round trips", ROUND_TRIPS).isLessThan(ROUND_TRIPS);
  }

  private static final class Echo implements Protocol {
    private Transport transport;

    @Override
    public void connectionMade(Transport made) {
      transport = made;
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      transport.write(data);
    }
  }

  private static final class BufferedEcho implements BufferedProtocol {
    private final ByteBuffer buffer = ByteBuffer.allocate(4096);
    private Transport transport;

    @Override
    public void connectionMade(Transport made) {
      transport = made;
    }

    @Override
    public ByteBuffer getBuffer(int sizeHint) {
      return buffer.clear();
    }

    @Override
    public void bufferUpdated(int sizeBytes) {
      transport.write(buffer.flip());
    }
  }

  private static final class Client implements Protocol {
    private final EventLoop loop;
    private final ByteBuffer message;
    private Transport transport;
    private int missing;
    private int left;

    Client(EventLoop loop, ByteBuffer message) {
      this.loop = loop;
      this.message = message;
    }

    @Override
    public void connectionMade(Transport made) {
      transport = made;
    }

    void start() {
      left = ROUND_TRIPS;
      send();
    }

    private void send() {
      missing = message.capacity();
      transport.write(message.clear());
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      missing -= data.remaining();
      if (missing == 0) {
        if (--left == 0) {
          loop.stop();
        } else {
          send();
        }
      }
    }
  }
}
