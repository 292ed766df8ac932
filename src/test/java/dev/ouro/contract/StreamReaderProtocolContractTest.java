// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.linux.Pipe;
import dev.ouro.loop.Task;
import dev.ouro.poll.EngineKind;
import dev.ouro.streams.StreamConnection;
import dev.ouro.streams.StreamReader;
import dev.ouro.streams.StreamReaderProtocol;
import dev.ouro.streams.StreamWriter;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEnginesAndTaskKinds;
import dev.ouro.testing.TaskFixture;
import dev.ouro.testing.TaskKind;
import dev.ouro.testing.TlsFixture;
import dev.ouro.transport.ReadTransport;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.WriteTransport;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Streams over what {@code Asyncio} has no function for. */
@OnBothEnginesAndTaskKinds
class StreamReaderProtocolContractTest {
  private static final int LIMIT = 64;

  @RegisterExtension final TaskFixture tasks;

  StreamReaderProtocolContractTest(EngineKind engine, TaskKind kind) {
    tasks = new TaskFixture(engine, kind);
  }

  private StreamReader read(Pipe pipe) throws IOException {
    StreamReader reader = new StreamReader(tasks.loop(), LIMIT);
    tasks.loop().connectReadPipe(() -> new StreamReaderProtocol(reader), pipe.readEnd()).await();
    return reader;
  }

  private StreamWriter write(Pipe pipe) {
    EventLoop loop = tasks.loop();
    var connection =
        loop.connectWritePipe(
                () -> new StreamReaderProtocol(new StreamReader(loop)), pipe.writeEnd())
            .await();
    WriteTransport transport = connection.transport();
    return new StreamWriter(transport, connection.protocol());
  }

  @Test
  void shouldReadAndWritePipes() {
    tasks.run(() -> {
      Pipe pipe = Pipe.create();
      StreamWriter writer = write(pipe);
      StreamReader reader = read(pipe);

      writer.write("one\ntwo\nrest", UTF_8);
      writer.close();

      assertThat(reader.readline(UTF_8)).isEqualTo("one\n");
      assertThat(reader.readline(UTF_8)).isEqualTo("two\n");
      assertThat(reader.read(UTF_8)).isEqualTo("rest");
      assertThat(reader.atEof()).isTrue();
      writer.waitClosed();
    });
  }

  @Test
  void shouldHoldPipeBackWhenReaderHasTooMuch() {
    tasks.run(() -> {
      Pipe pipe = Pipe.create();
      StreamWriter writer = write(pipe);
      StreamReader reader = new StreamReader(tasks.loop(), LIMIT);
      ReadTransport transport =
          tasks
              .loop()
              .connectReadPipe(() -> new StreamReaderProtocol(reader), pipe.readEnd())
              .await()
              .transport();

      writer.write(new byte[3 * LIMIT]);
      while (transport.isReading()) {
        Asyncio.sleep(Duration.ZERO);
      }
      assertThat(reader.readexactly(3 * LIMIT)).hasSize(3 * LIMIT);
      assertThat(transport.isReading()).isTrue();

      writer.close();
      assertThat(reader.read()).isEmpty();
      writer.waitClosed();
    });
  }

  @Test
  void shouldDrainToPipe() {
    int length = 1 << 20;
    tasks.run(() -> {
      Pipe pipe = Pipe.create();
      StreamWriter writer = write(pipe);
      writer.write(new byte[length]);
      Task<Void> draining = tasks.create(writer::drain);
      Asyncio.sleep(Duration.ZERO);
      assertThat(draining.done()).isFalse();

      StreamReader reader = read(pipe);
      assertThat(reader.readexactly(length / 2)).hasSize(length / 2);
      Task<byte[]> rest = tasks.create(() -> reader.readexactly(length / 2));
      draining.await();
      assertThat(rest.await()).hasSize(length / 2);

      writer.close();
      writer.waitClosed();
      assertThat(reader.read()).isEmpty();
    });
  }

  @Test
  void shouldServe() {
    EventLoop loop = tasks.loop();
    tasks.run(() -> {
      ServerOptions options = ServerOptions.of("127.0.0.1", 0);
      try (Server server =
              loop.createServer(
                      () ->
                          new StreamReaderProtocol(
                              new StreamReader(loop), StreamReaderProtocolContractTest::echo),
                      options)
                  .await();
          StreamConnection client =
              Asyncio.openConnection("127.0.0.1", NetworkFixture.port(server))) {
        client.writer().write("hello\n", UTF_8);
        assertThat(client.reader().readline(UTF_8)).isEqualTo("hello\n");
        assertThat(client.reader().read()).isEmpty();
      }
    });
  }

  private static void echo(StreamReader reader, StreamWriter writer) throws IOException {
    writer.write(reader.readline());
    writer.close();
  }

  @Test
  void shouldRefuseTlsWhereItWasNotGiven() {
    tasks.run(() -> {
      Pipe pipe = Pipe.create();
      StreamReader reader = read(pipe);
      StreamWriter writer = write(pipe);

      assertThatThrownBy(() -> writer.startTls(TlsFixture.CLIENT))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageEndingWith("is no connection");

      writer.close();
      assertThat(reader.read()).isEmpty();
      writer.waitClosed();
    });
  }
}
