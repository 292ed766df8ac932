// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.linux.ConnectionException;
import dev.ouro.linux.ConnectionRefusedException;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.Future;
import dev.ouro.loop.Task;
import dev.ouro.poll.EngineKind;
import dev.ouro.streams.StreamConnection;
import dev.ouro.streams.StreamReader;
import dev.ouro.streams.StreamWriter;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEnginesAndTaskKinds;
import dev.ouro.testing.TaskFixture;
import dev.ouro.testing.TaskKind;
import dev.ouro.testing.TlsFixture;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Connections as tasks see them. */
@OnBothEnginesAndTaskKinds
class StreamContractTest {
  @RegisterExtension final TaskFixture tasks;

  StreamContractTest(EngineKind engine, TaskKind kind) {
    tasks = new TaskFixture(engine, kind);
  }

  private static void echoLines(StreamReader reader, StreamWriter writer) throws IOException {
    for (byte[] line; (line = reader.readline()).length > 0; ) {
      writer.write(line);
      writer.drain();
    }
    writer.close();
  }

  private static StreamConnection connect(Server server) throws IOException {
    return Asyncio.openConnection("127.0.0.1", NetworkFixture.port(server));
  }

  @Test
  void shouldEchoLines() {
    tasks.run(() -> {
      try (Server server = Asyncio.startServer("127.0.0.1", 0, StreamContractTest::echoLines);
          StreamConnection client = connect(server)) {
        for (String line : List.of("one\n", "two\n")) {
          client.writer().write(line, UTF_8);
          assertThat(client.reader().readline(UTF_8)).isEqualTo(line);
        }
        client.writer().writeEof();
        assertThat(client.reader().read()).isEmpty();
        assertThat(client.reader().atEof()).isTrue();
        client.writer().close();
        client.writer().waitClosed();
        assertThat(client.writer().isClosing()).isTrue();
      }
    });
  }

  /** The form that the design gives for user code. */
  @Test
  void shouldServeUntilItIsCancelled() {
    Future<Integer> port = tasks.loop().createFuture();
    Task<Void> serving =
        tasks.create(() -> {
          try (Server server =
              Asyncio.startServer(
                  "127.0.0.1",
                  0,
                  (reader, writer) -> {
                    for (byte[] line; (line = reader.readline()).length > 0; ) {
                      writer.write(line);
                      writer.drain();
                    }
                    writer.close();
                  })) {
            port.setResult(NetworkFixture.port(server));
            server.serveForever();
          }
        });
    tasks.run(() -> {
      try (StreamConnection client = Asyncio.openConnection("127.0.0.1", port.await())) {
        client.writer().write("hello\n".getBytes(UTF_8));
        assertThat(client.reader().readline(UTF_8)).isEqualTo("hello\n");
      }
      serving.cancel();
    });

    assertThatThrownBy(() -> tasks.loop().runUntilComplete(serving))
        .isInstanceOf(CancellationException.class);
    tasks.runUntil(() -> Asyncio.allTasks(tasks.loop()).isEmpty());
  }

  @Test
  void shouldConnectByUnixSocket(@TempDir Path folder) {
    String path = folder.resolve("echo.sock").toString();
    tasks.run(() -> {
      try (Server server = Asyncio.startUnixServer(path, StreamContractTest::echoLines);
          StreamConnection client = Asyncio.openUnixConnection(path)) {
        assertThat(server.isServing()).isTrue();
        client
            .writer()
            .writelines(
                List.of(
                    ByteBuffer.wrap("a".getBytes(UTF_8)), ByteBuffer.wrap("b\n".getBytes(UTF_8))));
        client.writer().writelines(List.of("c".getBytes(UTF_8), "d\n".getBytes(UTF_8)));
        assertThat(client.reader().readline(UTF_8)).isEqualTo("ab\n");
        assertThat(client.reader().readline(UTF_8)).isEqualTo("cd\n");
      }
    });
    tasks.runUntil(() -> Asyncio.allTasks(tasks.loop()).isEmpty());
  }

  @Test
  void shouldThrowWhatConnectThrows() {
    tasks.run(() -> {
      int port;
      try (Server server = Asyncio.startServer("127.0.0.1", 0, StreamContractTest::echoLines)) {
        port = NetworkFixture.port(server);
      }
      assertThatThrownBy(() -> Asyncio.openConnection("127.0.0.1", port))
          .isInstanceOf(ConnectionRefusedException.class);
      assertThatThrownBy(() -> Asyncio.openConnection(ConnectionOptions.of("127.0.0.1", port), -1))
          .isInstanceOf(IllegalArgumentException.class);
    });
  }

  @Test
  void shouldHoldPeerBackWhenNobodyReads() {
    byte[] block = new byte[256 * 1024];
    tasks.run(() -> {
      List<String> trace = new ArrayList<>();
      try (Server server =
              Asyncio.startServer(
                  ServerOptions.of("127.0.0.1", 0),
                  1024,
                  (reader, writer) -> {
                    reader.readline();
                    trace.add("begins to read");
                    assertThat(reader.read().length).isEqualTo(40 * block.length);
                    writer.write("got it\n", UTF_8);
                    writer.close();
                  });
          StreamConnection client = connect(server)) {
        client.writer().write("\n".getBytes(UTF_8));
        for (int i = 0; i < 40; i++) {
          client.writer().write(block);
          client.writer().drain();
        }
        trace.add("wrote all");
        client.writer().writeEof();
        assertThat(client.reader().readline(UTF_8)).isEqualTo("got it\n");
      }
      assertThat(trace).containsExactly("begins to read", "wrote all");
    });
  }

  @Test
  void shouldReportWhatTheServersCodeThrows() {
    IllegalStateException failure = new IllegalStateException("in the server");
    tasks.run(() -> {
      try (Server server =
              Asyncio.startServer(
                  "127.0.0.1",
                  0,
                  (reader, writer) -> {
                    reader.readline();
                    throw failure;
                  });
          StreamConnection client = connect(server)) {
        client.writer().write("x\n", UTF_8);
        assertThat(client.reader().read()).isEmpty(); // the connection was closed
      }
    });

    List<ExceptionContext> errors = tasks.takeErrors();
    assertThat(errors).hasSize(1);
    assertThat(errors.getFirst().message()).isEqualTo("Unhandled exception in client_connected_cb");
    assertThat(errors.getFirst().exception()).isSameAs(failure);
    assertThat(errors.getFirst().transport()).isNotNull();
  }

  @Test
  void shouldThrowFromDrainWhenConnectionIsLost() {
    tasks.run(() -> {
      try (Server server =
              Asyncio.startServer(
                  "127.0.0.1",
                  0,
                  (reader, writer) -> {
                    reader.readline();
                    writer.transport().abort();
                  });
          StreamConnection client = connect(server)) {
        client.writer().write("x\n", UTF_8);
        assertThat(client.reader().read()).isEmpty();
        client.writer().close();
        assertThatThrownBy(
                () -> {
                  while (true) {
                    client.writer().drain();
                    Asyncio.sleep(java.time.Duration.ZERO);
                  }
                })
            .isInstanceOf(ConnectionException.class)
            .hasMessageContaining("Connection lost");
      }
    });
  }

  @Test
  void shouldThrowPeersResetFromRead() {
    tasks.run(() -> {
      Future<Void> written = tasks.loop().createFuture();
      try (Server server =
              Asyncio.startServer(
                  "127.0.0.1",
                  0,
                  (reader, writer) -> {
                    written.await();
                    // Unread data in the kernel make the close a reset.
                    writer.transport().abort();
                  });
          StreamConnection client = connect(server)) {
        client.writer().write(new byte[1024 * 1024]);
        client.writer().drain();
        written.setResult(null);
        assertThatThrownBy(
                () -> {
                  while (client.reader().read(100).length > 0) {
                    continue;
                  }
                  client.writer().waitClosed();
                })
            .isInstanceOf(ConnectionException.class);
      }
    });
  }

  @Test
  void shouldTellAboutConnection() {
    tasks.run(() -> {
      try (Server server = Asyncio.startServer("127.0.0.1", 0, StreamContractTest::echoLines);
          StreamConnection client = connect(server)) {
        StreamWriter writer = client.writer();
        assertThat(writer.getExtraInfo("peername").toString())
            .endsWith(":" + NetworkFixture.port(server));
        assertThat(writer.getExtraInfo("nothing", "else")).isEqualTo("else");
        assertThat(writer.canWriteEof()).isTrue();
        assertThat(writer.transport().isClosing()).isFalse();
        assertThat(writer.getLoop()).isSameAs(tasks.loop());
        assertThat(writer.toString()).startsWith("<StreamWriter transport=<");
      }
    });
    tasks.runUntil(() -> Asyncio.allTasks(tasks.loop()).isEmpty());
  }

  @Test
  void shouldServeManyClientsAtOnce() {
    tasks.run(() -> {
      try (Server server = Asyncio.startServer("127.0.0.1", 0, StreamContractTest::echoLines)) {
        Asyncio.taskGroup(group -> {
          for (int i = 0; i < 50; i++) {
            String line = "client " + i + "\n";
            group.createTask(() -> {
              try (StreamConnection client = connect(server)) {
                for (int round = 0; round < 10; round++) {
                  client.writer().write(line, UTF_8);
                  assertThat(client.reader().readline(UTF_8)).isEqualTo(line);
                }
              }
            });
          }
        });
      }
    });
    tasks.runUntil(() -> Asyncio.allTasks(tasks.loop()).isEmpty());
  }

  @Test
  void shouldGoOverToTls() {
    tasks.run(() -> {
      try (Server server =
              Asyncio.startServer(
                  "127.0.0.1",
                  0,
                  (reader, writer) -> {
                    assertThat(reader.readline(UTF_8)).isEqualTo("STARTTLS\n");
                    writer.write("go\n", UTF_8);
                    writer.startTls(TlsFixture.SERVER);
                    echoLines(reader, writer);
                  });
          StreamConnection client = connect(server)) {
        client.writer().write("STARTTLS\n", UTF_8);
        assertThat(client.reader().readline(UTF_8)).isEqualTo("go\n");
        client.writer().startTls(TlsFixture.CLIENT, "localhost");
        assertThat(client.writer().getExtraInfo("cipher")).isNotNull();
        for (String line : List.of("secret\n", "and more\n")) {
          client.writer().write(line, UTF_8);
          client.writer().drain();
          assertThat(client.reader().readline(UTF_8)).isEqualTo(line);
        }
        client.writer().close();
        client.writer().waitClosed();
      }
    });
    tasks.runUntil(() -> Asyncio.allTasks(tasks.loop()).isEmpty());
    tasks.runTurns(3);
  }

  @Test
  void shouldRefuseToServeOutsideOfLoop() {
    EventLoop loop = tasks.loop();
    assertThat(loop.isRunning()).isFalse();
    assertThatThrownBy(() -> Asyncio.startServer("127.0.0.1", 0, StreamContractTest::echoLines))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no running event loop");
  }
}
