// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.poll.EngineKind;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.ProcessPipes;
import dev.ouro.testing.Recorder;
import dev.ouro.testing.TlsFixture;
import dev.ouro.testing.TlsIdentity;
import dev.ouro.testing.Tool;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.Server;
import dev.ouro.transport.SslOptions;
import dev.ouro.transport.Transport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A peer of TLS 1.2 asks for a new handshake in the middle of a connection: it gets one, and what
 * either side sends meanwhile arrives. The peer is openssl, which asks when it is typed {@code R}
 * (client) or {@code r} (server) at the beginning of a line that it reads by itself.
 */
@OnBothEngines
class TlsRenegotiationContractTest {
  private final TlsFixture tls;
  @RegisterExtension final NetworkFixture net;
  @TempDir Path folder;
  private final Recorder ours = new Recorder();
  private final List<String> printed = new CopyOnWriteArrayList<>();
  private Process openssl;
  private CompletableFuture<Void> ended;
  private int written;

  TlsRenegotiationContractTest(EngineKind kind) {
    tls = new TlsFixture(kind);
    net = tls.net();
  }

  private void start(String... arguments) throws IOException {
    openssl = Tool.require("openssl").start(arguments);
    ended =
        CompletableFuture.runAsync(() -> {
          try (BufferedReader output = openssl.inputReader()) {
            output.lines().forEach(printed::add);
          } catch (IOException | UncheckedIOException killed) {
            // What it had printed is there.
          }
        });
  }

  private void type(String line) throws IOException {
    openssl.getOutputStream().write((line + "\n").getBytes(UTF_8));
    openssl.getOutputStream().flush();
  }

  private void startClient() throws IOException {
    Server server = tls.serve(() -> ours, SslOptions.of(TlsFixture.SERVER));
    String address = "127.0.0.1:" + NetworkFixture.port(server);
    start("s_client", "-tls1_2", "-connect", address);
    type("before");
    net.runUntil(() -> ours.receivedText().equals("before\n"));
  }

  private Transport connectToServer() throws IOException {
    Path certificate = TlsIdentity.LOCALHOST.certificatePem(folder.resolve("localhost.pem"));
    Path key = TlsIdentity.LOCALHOST.keyPem(folder.resolve("localhost.key"));
    start(
        "s_server",
        "-tls1_2",
        "-accept",
        "127.0.0.1:0",
        "-naccept",
        "1",
        "-cert",
        certificate.toString(),
        "-key",
        key.toString());
    net.runUntil(() -> printed.stream().anyMatch(line -> line.startsWith("ACCEPT ")));
    String accepting =
        printed.stream().filter(line -> line.startsWith("ACCEPT ")).findFirst().orElseThrow();
    int port = Integer.parseInt(accepting.substring(accepting.lastIndexOf(':') + 1));
    ConnectionOptions options =
        ConnectionOptions.of("127.0.0.1", port)
            .withSsl(TlsFixture.CLIENT)
            .withServerHostname("localhost");
    return net.run(tls.connect(ours, options)).transport();
  }

  private void end() throws IOException {
    openssl.destroyForcibly();
    ended.join();
    ProcessPipes.close(openssl);
  }

  private SSLEngine engine() {
    return (SSLEngine) ours.transport().getExtraInfo("ssl_object");
  }

  private String session() {
    return java.util.HexFormat.of().formatHex(engine().getSession().getId());
  }

  private boolean isShaking() {
    return engine().getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
  }

  private void writeLine() {
    assertThat(ours.isLost()).as("lost: %s, %s", ours.lostWith(), printed.getLast()).isFalse();
    ours.transport().write(("line " + written++ + "\n").getBytes(UTF_8));
  }

  private List<String> printedLines() {
    return printed.stream().filter(line -> line.startsWith("line ")).toList();
  }

  private List<String> writtenLines() {
    return IntStream.range(0, written).mapToObj(i -> "line " + i).toList();
  }

  @Test
  void shouldRenegotiateWhenClientAsks() throws IOException {
    startClient();
    try {
      final String first = session();

      type("R");
      net.runUntil(this::isShaking); // what came before it openssl may refuse
      net.runUntil(() -> {
        writeLine();
        return !isShaking();
      });
      assertThat(session()).isNotEqualTo(first);
      type("after");
      net.runUntil(() -> {
        writeLine();
        return ours.receivedText().endsWith("after\n");
      });
      ours.transport().close();
      net.runUntil(() -> ours.isLost() && ended.isDone());

      assertThat(ours.receivedText()).isEqualTo("before\nafter\n");
      assertThat(printedLines()).isEqualTo(writtenLines());
      assertThat(ours.lostWith()).isNull();
    } finally {
      end();
    }
  }

  /** What was written before close() leaves, though a handshake is under way. */
  @Test
  void shouldSendAllAndEndWhenClosedWhileClientRenegotiates() throws IOException {
    startClient();
    try {
      type("R");
      net.runUntil(this::isShaking);
      for (int i = 0; i < 1_000; i++) {
        writeLine();
      }
      assertThat(isShaking()).isTrue();
      ours.transport().close();
      net.runUntil(() -> ours.isLost() && ended.isDone());

      assertThat(printedLines()).isEqualTo(writtenLines());
      assertThat(ours.lostWith()).isNull();
    } finally {
      end();
    }
  }

  /** What waits for the end of the handshake counts, and pauses the protocol. */
  @Test
  void shouldPauseWritingWhileClientRenegotiates() throws IOException {
    startClient();
    try {
      type("R");
      net.runUntil(this::isShaking);
      ours.transport().setWriteBufferLimits(1_000);
      while (!ours.events().contains("pauseWriting")) {
        writeLine();
      }
      assertThat(isShaking()).isTrue();
      assertThat(ours.transport().getWriteBufferSize()).isGreaterThan(1_000);
      net.runUntil(() -> ours.events().contains("resumeWriting"));
      ours.transport().close();
      net.runUntil(() -> ours.isLost() && ended.isDone());

      assertThat(printedLines()).isEqualTo(writtenLines());
    } finally {
      end();
    }
  }

  /** The handshake does not end any more: what waits for its end is lost, and nobody waits. */
  @Test
  void shouldEndWhenClientGoesWhileItRenegotiates() throws IOException {
    startClient();
    try {
      type("R");
      net.runUntil(this::isShaking);
      writeLine();
      openssl.destroyForcibly();
      net.runUntil(ours::isLost);

      assertThat(ours.events()).endsWith("connectionLost");
    } finally {
      end();
    }
  }

  @Test
  void shouldRenegotiateWhenServerAsks() throws IOException {
    Transport transport = connectToServer();
    try {
      type("r");
      net.runUntil(() -> {
        writeLine();
        return isShaking();
      });
      net.runUntil(() -> {
        writeLine();
        return !isShaking();
      });
      type("after");
      net.runUntil(() -> {
        writeLine();
        return ours.receivedText().equals("after\n");
      });
      transport.close();
      net.runUntil(() -> ours.isLost() && ended.isDone());

      assertThat(printedLines()).isEqualTo(writtenLines());
      assertThat(ours.lostWith()).isNull();
    } finally {
      end();
    }
  }
}
