// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.EventLoop;
import dev.ouro.linux.Pipe;
import dev.ouro.linux.Socket;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.DatagramRecorder;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.PipeRecorder;
import dev.ouro.testing.RawFd;
import dev.ouro.testing.Recorder;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.DatagramOptions;
import dev.ouro.transport.DatagramTransport;
import dev.ouro.transport.Transport;
import dev.ouro.transport.WriteTransport;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Data from a thread that does not run the loop: refused while it runs, for two would write one
 * buffer. Behaviour 72, also without debug mode.
 */
@OnBothEngines
class WrongThreadContractTest {
  private static final String REFUSAL =
      "Non-thread-safe operation invoked on an event loop other than the current one";

  @RegisterExtension final NetworkFixture net;
  private final List<String> refusals = new ArrayList<>();

  WrongThreadContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
  }

  /** Makes each call on another thread, while the loop runs. */
  private void onAnotherThread(List<ThrowingCallable> calls) {
    Thread other =
        new Thread(() -> {
          for (ThrowingCallable call : calls) {
            try {
              call.call();
            } catch (Throwable thrown) {
              refusals.add(thrown.getMessage());
            }
          }
        });
    net.loop()
        .callSoon(() -> {
          other.start();
          try {
            other.join();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    net.runTurns(1);
  }

  @Test
  void shouldRefuseBytes() throws Exception {
    EventLoop loop = net.loop();
    Socket[] pair = Socket.pair();
    Transport socket =
        net.run(loop.createConnection(Recorder::new, ConnectionOptions.of(pair[0]))).transport();
    Pipe pipe = net.closing(Pipe.create());
    WriteTransport writer =
        net.run(loop.connectWritePipe(PipeRecorder::new, pipe.writeEnd())).transport();

    for (WriteTransport transport : List.of(socket, writer)) {
      refusals.clear();
      onAnotherThread(
          List.of(
              () -> transport.write(new byte[] {1}),
              () -> transport.write(ByteBuffer.allocateDirect(100_000)),
              () -> transport.writelines(List.of(ByteBuffer.allocate(3)))));
      assertThat(refusals).hasSize(3).containsOnly(REFUSAL);
      assertThat(transport.getWriteBufferSize()).isZero();
    }

    socket.write("mine".getBytes(UTF_8));
    net.runTurns(2);
    assertThat(RawFd.readText(pair[1].fd())).isEqualTo("mine");
    pair[1].close();
    socket.abort();
    writer.abort();
    net.runTurns(3);
  }

  @Test
  void shouldRefuseDatagrams() throws Exception {
    DatagramTransport endpoint =
        net.run(
                net.loop()
                    .createDatagramEndpoint(
                        DatagramRecorder::new, DatagramOptions.local("127.0.0.1", 0)))
            .transport();
    SocketAddress itself = (SocketAddress) endpoint.getExtraInfo("sockname");

    onAnotherThread(List.of(() -> endpoint.sendto(new byte[] {1}, itself)));

    assertThat(refusals).containsExactly(REFUSAL);
    endpoint.sendto("mine".getBytes(UTF_8), itself);
    DatagramRecorder recorder = (DatagramRecorder) endpoint.getProtocol();
    net.runUntil(() -> !recorder.texts().isEmpty());
    assertThat(recorder.texts()).containsExactly("mine");
  }

  @Test
  void shouldTakeBytesWhileLoopDoesNotRun() throws Exception {
    Socket[] pair = Socket.pair();
    Transport socket =
        net.run(net.loop().createConnection(Recorder::new, ConnectionOptions.of(pair[0])))
            .transport();

    Thread other = new Thread(() -> socket.write("before".getBytes(UTF_8)));
    other.start();
    other.join();

    net.runTurns(2);
    assertThat(RawFd.readText(pair[1].fd())).isEqualTo("before");
    pair[1].close();
  }
}
