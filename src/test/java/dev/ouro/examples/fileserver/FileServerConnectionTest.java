// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What clients get that behave as no good client does. Where time must pass, the server's time-outs
 * are a second, and the test waits for the end of the connection.
 */
@ParameterizedClass
@ValueSource(strings = {"io_uring", "epoll"})
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class FileServerConnectionTest {
  private static Path root;
  private static ServerProcess server;
  private static ServerProcess impatient;

  @TempDir static Path folder;
  @Parameter String engine;

  @BeforeParameterizedClassInvocation
  static void start(String engine) throws IOException {
    root = TestRoot.fill(Files.createTempDirectory(folder, engine));
    server = ServerProcess.start(engine, root);
    impatient =
        ServerProcess.start(
            engine, root, "--head-timeout", "1", "--idle-timeout", "1", "--send-timeout", "1");
  }

  @AfterParameterizedClassInvocation
  static void stop() throws IOException {
    if (server != null) {
      server.close();
    }
    if (impatient != null) {
      impatient.close();
    }
  }

  @AfterEach
  void shouldHaveComplainedOfNothing() throws IOException {
    assertThat(server.errors()).isEmpty();
    assertThat(impatient.errors()).isEmpty();
  }

  @AfterEach
  void shouldHaveClosedEveryFileAndConnection() throws IOException {
    for (ServerProcess each : List.of(server, impatient)) {
      // The class's time-out ends this when there is a leak.
      while (!each.openFilesBelow(root).isEmpty() || each.sockets() > 3) {
        Thread.onSpinWait();
      }
    }
    try (RawClient client = new RawClient(server.port())) {
      assertThat(client.get("/ten.txt").answer().code()).isEqualTo(200);
    }
  }

  @Test
  void shouldAnswerInOrderWhenRequestsArePipelined() throws IOException {
    try (RawClient client = new RawClient(server.port())) {
      StringBuilder requests = new StringBuilder();
      for (int i = 0; i < 20; i++) {
        for (String target : List.of("/ten.txt", "/medium.bin", "/sub/", "/none", "/empty")) {
          requests.append("GET ").append(target).append(" HTTP/1.1\r\nHost: x\r\n\r\n");
        }
        requests.append("HEAD /large.bin HTTP/1.1\r\nHost: x\r\n\r\n");
      }

      client.send(requests.toString());

      byte[] medium = Files.readAllBytes(root.resolve("medium.bin"));
      for (int i = 0; i < 20; i++) {
        assertThat(client.answer().text()).isEqualTo("0123456789");
        assertThat(client.answer().body()).isEqualTo(medium);
        assertThat(client.answer().text()).contains("Index of /sub/");
        assertThat(client.answer().code()).isEqualTo(404);
        assertThat(client.answer().body()).isEmpty();
        assertThat(client.head()).contains("content-length: " + TestRoot.LARGE_BYTES);
      }
    }
  }

  @Test
  void shouldUnderstandTheRequestWhenItComesByteByByte() throws IOException {
    try (RawClient client = new RawClient(server.port())) {
      for (char c : "GET /ten.txt HTTP/1.1\r\nHost: x\r\nRange: bytes=1-2\r\n\r\n".toCharArray()) {
        client.send(String.valueOf(c));
      }

      assertThat(client.answer().text()).isEqualTo("12");
    }
  }

  @Test
  void shouldSkipTheContentWhenARequestHasSome() throws IOException {
    try (RawClient client = new RawClient(server.port())) {
      client
          .send("GET /ten.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 30\r\n\r\n")
          .send("GET /none HTTP/1.1\r\nHost: x\r\n\r")
          .get("/empty");

      assertThat(client.answer().text()).isEqualTo("0123456789");
      assertThat(client.answer().field("content-length")).isEqualTo("0");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'GET /ten.txt HTTP/1.1|Host: x|Connection: close||', 200",
    "'GET /ten.txt HTTP/1.0||', 200",
    "'GET /ten.txt HTTP/1.1|Host: x|Content-Length: 9|Expect: 100-continue||', 200",
    "'GET /large.bin HTTP/1.0||', 200",
    "'GET /sub/ HTTP/1.0||', 200",
    "'GET /ten.txt HTTP/1.1||', 400",
    "'GET /\u0000 HTTP/1.1|', 400",
    "'\u0016\u0003\u0001', 400",
    "'GET / HTTP/1.1|Host: x|Content-Length: 1|Transfer-Encoding: chunked||', 400",
    "'GET / HTTP/1.1|Host: x|Transfer-Encoding: chunked||0||', 411",
    "'PRI * HTTP/2.0||SM||', 505",
  })
  void shouldCloseWhenThisWasTheLastRequest(String request, int code) throws IOException {
    try (RawClient client = new RawClient(server.port())) {
      client.send(request.replace("|", "\r\n"));

      RawClient.Answer answer = client.answer();
      assertThat(answer.code()).isEqualTo(code);
      assertThat(answer.field("connection")).isEqualTo("close");
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void shouldDeliver414WhenTheClientIsStillSending() throws IOException {
    try (RawClient client = new RawClient(server.port())) {
      client.send("GET /" + "a".repeat(1_000_000));

      assertThat(client.answer().code()).isEqualTo(414);
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void shouldDeliver431WhenTheClientIsStillSending() throws IOException {
    try (RawClient client = new RawClient(server.port())) {
      client.send("GET / HTTP/1.1\r\nHost: x\r\n" + "X: y\r\n".repeat(200_000));

      assertThat(client.answer().code()).isEqualTo(431);
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void shouldAnswerWhenTheClientHasEndedItsSide() throws IOException {
    try (RawClient client = new RawClient(server.port())) {
      client.get("/large.bin").get("/ten.txt");
      client.socket().shutdownOutput();

      assertThat(client.answer().body()).hasSize(TestRoot.LARGE_BYTES);
      assertThat(client.answer().text()).isEqualTo("0123456789");
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void shouldCloseWhenNoRequestComes() throws IOException {
    try (RawClient client = new RawClient(impatient.port())) {
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void shouldCloseWhenNoFurtherRequestComes() throws IOException {
    try (RawClient client = new RawClient(impatient.port())) {
      // Both at once: a busy machine may let a second pass between the two.
      String request = "GET /ten.txt HTTP/1.1\r\nHost: x\r\n\r\n";
      client.send(request + request);
      assertThat(client.answer().code()).isEqualTo(200);
      assertThat(client.answer().code()).isEqualTo(200);

      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void shouldAnswer408WhenTheHeadTricklesIn() throws IOException {
    try (RawClient client = new RawClient(impatient.port())) {
      client.send("GET / HTTP/1.1\r\nHost: x\r\nX: ");
      // Every byte arrives well within the time-out; only the whole does not.
      client.socket().setSoTimeout(50);
      int first = -1;
      while (first < 0) {
        try {
          first = client.read();
        } catch (SocketTimeoutException e) {
          client.send("x");
        }
      }
      client.socket().setSoTimeout(0);

      assertThat(((char) first) + client.head()).startsWith("Http/1.1 408 ");
    }
  }

  @Test
  void shouldLetGoWhenTheClientNeverReads() throws IOException {
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 20; i++) {
        RawClient client = new RawClient(impatient.port());
        clients.add(client);
        client.send("GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n".repeat(100));
      }

      // The clients stay as they are until the server, which has little memory, has let all go.
      shouldHaveClosedEveryFileAndConnection();
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void shouldServeOthersWhenClientsNeverRead() throws IOException {
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 20; i++) {
        RawClient client = new RawClient(server.port());
        clients.add(client);
        client.send("GET /small.bin HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1000));
      }

      try (RawClient client = new RawClient(server.port())) {
        assertThat(client.get("/large.bin").answer().body()).hasSize(TestRoot.LARGE_BYTES);
      }
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void shouldCloseTheFileWhenTheClientResets() throws IOException {
    for (int i = 0; i < 50; i++) {
      try (RawClient client = new RawClient(server.port())) {
        client.get("/large.bin");
        assertThat(client.head()).contains(" 200 ");
        client.socket().setSoLinger(true, 0);
      }
    }
  }

  @Test
  void shouldCutTheConnectionWhenTheFileShrinksMeanwhile() throws IOException {
    Path file = root.resolve("shrinking.bin");
    Files.copy(root.resolve("large.bin"), file);
    try (RawClient client = new RawClient(server.port())) {
      client.get("/shrinking.bin");
      assertThat(client.head()).contains("content-length: " + TestRoot.LARGE_BYTES);
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(1000);
      }

      long received = 0;
      try {
        received = client.rest().length;
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("reset");
      }
      assertThat(received).isLessThan(TestRoot.LARGE_BYTES);
    }
  }
}
