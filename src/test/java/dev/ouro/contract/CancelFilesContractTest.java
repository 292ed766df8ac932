// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.OpenFile;
import dev.ouro.linux.Pipe;
import dev.ouro.linux.Socket;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.CancelEverywhere;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.RawFd;
import dev.ouro.testing.Recorder;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.SendfileOptions;
import dev.ouro.transport.Server;
import dev.ouro.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pipes that are being connected and files that are being sent, cancelled everywhere: nothing is
 * lost of what was sent. Behaviour 194.
 */
@OnBothEngines
class CancelFilesContractTest {
  private static final int LARGE = 600_000;

  @RegisterExtension final NetworkFixture net;
  @TempDir Path folder;
  private final CancelEverywhere everywhere;

  CancelFilesContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
    everywhere = new CancelEverywhere(net);
  }

  @Test
  void shouldCancelPipes() throws Exception {
    for (boolean reads : new boolean[] {true, false}) {
      everywhere.cancel(
          new CancelEverywhere.Operation() {
            private Pipe pipe;

            @Override
            public Future<?> start() throws Exception {
              pipe = Pipe.create();
              return reads
                  ? net.loop().connectReadPipe(() -> everywhere.pipeProtocol(), pipe.readEnd())
                  : net.loop().connectWritePipe(() -> everywhere.pipeProtocol(), pipe.writeEnd());
            }

            @Override
            public void end(Future<?> future) throws Exception {
              CancelEverywhere.close(future);
              everywhere.settle();
              assertThat((reads ? pipe.readEnd() : pipe.writeEnd()).isClosed()).isTrue();
              pipe.close();
            }
          });
    }
  }

  /** {@code loop.sendfile}: behaviour 194. */
  @Test
  void shouldCancelSendfileThroughTransports() throws Exception {
    byte[] content = Bytes.pattern(LARGE);
    Path path = Files.write(folder.resolve("file"), content);
    for (boolean fallback : new boolean[] {false, true}) {
      everywhere.cancel(
          new CancelEverywhere.Operation() {
            private Socket[] pair;
            private OpenFile file;
            private FileChannel channel;
            private Recorder recorder;

            @Override
            public Future<?> start() throws Exception {
              pair = Socket.pair();
              recorder = everywhere.protocol();
              net.run(net.loop().createConnection(() -> recorder, ConnectionOptions.of(pair[0])));
              file = OpenFile.open(path);
              channel = FileChannel.open(path);
              return fallback
                  ? net.loop().sendfile(recorder.transport(), channel, SendfileOptions.DEFAULT)
                  : net.loop().sendfile(recorder.transport(), file, SendfileOptions.DEFAULT);
            }

            @Override
            public void end(Future<?> future) throws Exception {
              assertThat(future.cancelled()).isTrue();
              recorder.transport().write(new byte[] {1});
              recorder.transport().close();
              byte[] received = receive(pair[1], recorder);
              int sent = received.length - 1;
              assertThat(received).endsWith((byte) 1);
              assertThat(Arrays.copyOf(received, sent)).isEqualTo(Arrays.copyOf(content, sent));
              assertThat(fallback ? channel.position() : file.position()).isEqualTo(sent);
              file.close();
              channel.close();
              pair[1].close();
            }

            @Override
            public boolean isEndless() {
              return true; // nobody reads
            }
          });
    }
  }

  /** While the peer reads. */
  @Test
  void shouldCancelSendfileThatIsUnderWay() throws Exception {
    byte[] content = Bytes.pattern(LARGE);
    Path path = Files.write(folder.resolve("file"), content);
    Recorder[] accepted = new Recorder[1];
    Server server = net.serve(() -> accepted[0] = everywhere.protocol());
    for (boolean fallback : new boolean[] {false, true}) {
      everywhere.cancel(
          new CancelEverywhere.Operation() {
            private OpenFile file;
            private FileChannel channel;
            private Transport transport;

            @Override
            public Future<?> start() throws Exception {
              accepted[0] = null;
              transport = net.connect(server, everywhere.protocol());
              net.runUntil(() -> accepted[0] != null && accepted[0].isMade());
              file = OpenFile.open(path);
              channel = FileChannel.open(path);
              return fallback
                  ? net.loop().sendfile(transport, channel, SendfileOptions.DEFAULT)
                  : net.loop().sendfile(transport, file, SendfileOptions.DEFAULT);
            }

            @Override
            public void end(Future<?> future) throws Exception {
              transport.write(new byte[] {1});
              transport.close();
              net.runUntil(accepted[0]::isLost);
              byte[] received = accepted[0].received();
              int sent = received.length - 1;
              assertThat(received).endsWith((byte) 1);
              assertThat(Arrays.copyOf(received, sent)).isEqualTo(Arrays.copyOf(content, sent));
              assertThat(fallback ? channel.position() : file.position()).isEqualTo(sent);
              file.close();
              channel.close();
            }
          });
    }
  }

  /** Everything that arrives until the sender is lost. */
  private byte[] receive(Socket from, Recorder sender) throws LinuxException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    from.setBlocking(false);
    while (true) {
      Future<byte[]> piece = net.loop().sockRecv(from, LARGE);
      net.runUntil(piece::done);
      if (piece.result().length == 0) {
        assertThat(sender.isLost()).isTrue();
        return all.toByteArray();
      }
      all.writeBytes(piece.result());
    }
  }

  /** {@code sock_sendfile}: behaviour 194. */
  @Test
  void shouldCancelSendfileThroughSockets() throws Exception {
    byte[] content = Bytes.pattern(LARGE);
    Path path = Files.write(folder.resolve("file"), content);
    for (boolean fallback : new boolean[] {false, true}) {
      everywhere.cancel(
          new PairOperation() {
            private OpenFile file;
            private FileChannel channel;

            @Override
            Future<?> begin() throws Exception {
              file = OpenFile.open(path);
              channel = FileChannel.open(path);
              return fallback
                  ? net.loop().sockSendfile(pair[0], channel, SendfileOptions.DEFAULT)
                  : net.loop().sockSendfile(pair[0], file);
            }

            @Override
            void check(Future<?> future) throws Exception {
              assertThat(future.cancelled()).isTrue();
              pair[0].close();
              pair[1].setBlocking(true);
              byte[] received = RawFd.readAll(pair[1].fd());
              assertThat(received).isEqualTo(Arrays.copyOf(content, received.length));
              assertThat(fallback ? channel.position() : file.position())
                  .isEqualTo(received.length);
              file.close();
              channel.close();
            }

            @Override
            public boolean isEndless() {
              return true; // nobody reads
            }
          });
    }
  }
}
