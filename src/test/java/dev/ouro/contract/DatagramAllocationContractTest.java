// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.ouro.EventLoop;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.transport.DatagramOptions;
import dev.ouro.transport.DatagramProtocol;
import dev.ouro.transport.DatagramTransport;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A datagram echoed allocates nothing once it is compiled: on either side, with many peers. */
@OnBothEngines
class DatagramAllocationContractTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int ROUND_TRIPS = 3_000;
  private static final int ROUNDS = 600; // the compilers may be late on a busy machine

  @RegisterExtension final NetworkFixture net;
  private int left;

  DatagramAllocationContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
  }

  @Test
  void shouldAllocateNothingPerDatagramOfIpv4() {
    assertAllocatesNothing("127.0.0.1", 1, 64, false);
  }

  @Test
  void shouldAllocateNothingPerDatagramOfIpv6() {
    assertAllocatesNothing("::1", 1, 64, false);
  }

  @Test
  void shouldAllocateNothingPerDatagramOfManyPeers() {
    assertAllocatesNothing("127.0.0.1", 40, 1400, false);
  }

  @Test
  void shouldAllocateNothingPerDatagramWithGsoAndGro() {
    assertAllocatesNothing("127.0.0.1", 5, 1000, true);
  }

  private void assertAllocatesNothing(String host, int peers, int length, boolean offload) {
    DatagramOptions local = DatagramOptions.local(host, 0).withGso(offload).withGro(offload);
    DatagramTransport server =
        net.run(net.loop().createDatagramEndpoint(Echo::new, local)).transport();
    InetSocketAddress at = (InetSocketAddress) server.getExtraInfo("sockname");
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < peers; i++) {
      Client client = new Client(net.loop(), ByteBuffer.allocateDirect(length));
      clients.add(client);
      DatagramOptions remote = DatagramOptions.remote(at).withGso(offload).withGro(offload);
      net.run(net.loop().createDatagramEndpoint(() -> client, remote));
    }

    long least = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS && least >= ROUND_TRIPS; round++) {
      left = ROUND_TRIPS;
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < peers; i++) {
        clients.get(i).send();
        clients.get(i).send();
      }
      net.loop().runForever();
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
      left = Integer.MAX_VALUE;
      net.runTurns(20); // what is still under way
    }

    assertThat(least).as("bytes for %d datagrams", ROUND_TRIPS).isLessThan(ROUND_TRIPS);
    server.close();
    clients.forEach(client -> client.transport.close());
  }

  private static final class Echo implements DatagramProtocol {
    private DatagramTransport transport;

    @Override
    public void connectionMade(DatagramTransport made) {
      transport = made;
    }

    @Override
    public void datagramReceived(ByteBuffer data, SocketAddress address) {
      transport.sendto(data, address);
    }
  }

  private final class Client implements DatagramProtocol {
    private final EventLoop loop;
    private final ByteBuffer message;
    private DatagramTransport transport;

    Client(EventLoop loop, ByteBuffer message) {
      this.loop = loop;
      this.message = message;
    }

    @Override
    public void connectionMade(DatagramTransport made) {
      transport = made;
    }

    void send() {
      transport.sendto(message.clear());
    }

    @Override
    public void datagramReceived(ByteBuffer data, SocketAddress address) {
      if (--left == 0) {
        loop.stop();
      } else if (left > 0 && left < ROUND_TRIPS) {
        send();
      }
    }
  }
}
