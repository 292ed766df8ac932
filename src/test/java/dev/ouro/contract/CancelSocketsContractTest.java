// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.CancelEverywhere;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.RawFd;
import dev.ouro.transport.AcceptedSocket;
import dev.ouro.transport.Server;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The {@code sock…} methods, cancelled everywhere: no byte and no connection is lost. Behaviours
 * 54, 55, 103, 104, 148 and 262.
 */
@OnBothEngines
class CancelSocketsContractTest {
  private static final int LARGE = 600_000;

  @RegisterExtension final NetworkFixture net;
  private final CancelEverywhere everywhere;

  CancelSocketsContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
    everywhere = new CancelEverywhere(net);
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  @Test
  void shouldLoseNoBytesWhenReceivesAreCancelled() throws Exception {
    everywhere.cancel(
        new PairOperation() {
          @Override
          Future<?> begin() throws Exception {
            Future<byte[]> receiving = net.loop().sockRecv(pair[1], 100);
            net.loop().callSoon(() -> net.loop().callSoon(this::write));
            return receiving;
          }

          private void write() {
            net.loop().sockSendall(pair[0], new byte[] {1, 2, 3}).result();
          }

          @Override
          void check(Future<?> future) {
            Object got = future.cancelled() ? net.loop().sockRecv(pair[1], 9) : future;
            assertThat(((Future<?>) got).result()).isEqualTo(new byte[] {1, 2, 3});
          }
        });
    everywhere.cancel(
        new PairOperation() {
          private final byte[] into = new byte[3];

          @Override
          Future<?> begin() throws Exception {
            Arrays.fill(into, (byte) 0);
            Future<Integer> receiving = net.loop().sockRecvInto(pair[1], into);
            net.loop().callSoon(() -> net.loop().callSoon(this::write));
            return receiving;
          }

          private void write() {
            net.loop().sockSendall(pair[0], new byte[] {1, 2, 3}).result();
          }

          @Override
          void check(Future<?> future) {
            if (future.cancelled()) {
              assertThat(into).containsExactly(0, 0, 0);
              assertThat(net.loop().sockRecvInto(pair[1], into).result()).isEqualTo(3);
            }
            assertThat(into).containsExactly(1, 2, 3);
          }
        });
  }

  @Test
  void shouldCancelReceivesThatNothingComesFor() throws Exception {
    everywhere.cancel(
        new PairOperation() {
          @Override
          Future<?> begin() {
            return net.loop().sockRecvfrom(pair[1], 100);
          }

          @Override
          void check(Future<?> future) throws Exception {
            RawFd.write(pair[0].fd(), "next");
            assertThat(net.loop().sockRecvfrom(pair[1], 9).result().data()).hasSize(4);
          }

          @Override
          public boolean isEndless() {
            return true;
          }
        });
  }

  @Test
  void shouldKnowWhatWasSentWhenSendsAreCancelled() throws Exception {
    byte[] content = Bytes.pattern(LARGE);
    everywhere.cancel(
        new PairOperation() {
          private ByteBuffer data;
          private final ByteArrayOutputStream received = new ByteArrayOutputStream();

          @Override
          Future<?> begin() {
            received.reset();
            data = ByteBuffer.wrap(content);
            Future<Void> sending = net.loop().sockSendall(pair[0], data);
            receiveMore();
            return sending;
          }

          /** A piece a turn. */
          private void receiveMore() {
            if (!pair[1].fd().isClosed()) {
              Future<byte[]> piece = net.loop().sockRecv(pair[1], 50_000);
              piece.addDoneCallback(done -> {
                if (done.exception() == null && done.result().length > 0) {
                  received.writeBytes(done.result());
                  receiveMore();
                }
              });
            }
          }

          @Override
          void check(Future<?> future) {
            pair[0].close();
            net.runUntil(() -> received.size() >= data.position());
            everywhere.settle();
            assertThat(received.toByteArray()).isEqualTo(Arrays.copyOf(content, data.position()));
          }
        });
  }

  @Test
  void shouldLoseNoConnectionWhenAcceptsAreCancelled() throws Exception {
    Socket listener =
        net.closing(Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0));
    listener.bind(loopback(0));
    listener.listen(5);
    everywhere.cancel(
        new CancelEverywhere.Operation() {
          private Socket client;

          @Override
          public Future<?> start() throws Exception {
            client = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0);
            Future<AcceptedSocket> accepting = net.loop().sockAccept(listener);
            net.loop().callSoon(() -> net.loop().callSoon(this::connect));
            return accepting;
          }

          private void connect() {
            try {
              client.connect(listener.getsockname());
            } catch (LinuxException e) {
              throw new AssertionError(e);
            }
          }

          @Override
          public void end(Future<?> future) throws Exception {
            if (future.cancelled()) {
              CancelEverywhere.close(net.loop().sockAccept(listener));
            } else {
              CancelEverywhere.close(future);
            }
            client.close();
          }
        });
  }

  @Test
  void shouldCancelConnectsOfSockets() throws Exception {
    Server server = net.serve(() -> everywhere.protocol());
    for (String host : List.of("127.0.0.1", "localhost")) {
      everywhere.cancel(
          new CancelEverywhere.Operation() {
            private Socket client;

            @Override
            public Future<?> start() throws Exception {
              client = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0);
              return net.loop()
                  .sockConnect(
                      client,
                      InetSocketAddress.createUnresolved(host, NetworkFixture.port(server)));
            }

            @Override
            public void end(Future<?> future) {
              client.close();
            }
          });
    }
  }

  @Test
  void shouldCancelSendsOfDatagrams() throws Exception {
    Socket receiver =
        net.closing(Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_DGRAM, 0));
    receiver.bind(loopback(0));
    int port = ((InetSocketAddress) receiver.getsockname()).getPort();
    everywhere.cancel(
        new CancelEverywhere.Operation() {
          private Socket sender;

          @Override
          public Future<?> start() throws Exception {
            sender = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_DGRAM, 0);
            return net.loop()
                .sockSendto(
                    sender, new byte[] {7}, InetSocketAddress.createUnresolved("localhost", port));
          }

          @Override
          public void end(Future<?> future) {
            Future<byte[]> received = net.loop().sockRecv(receiver, 9);
            assertThat(received.done()).isEqualTo(!future.cancelled());
            received.cancel();
            everywhere.settle();
            sender.close();
          }
        });
  }
}
