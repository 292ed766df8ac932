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
import dev.ouro.transport.Protocol;
import dev.ouro.transport.Server;
import dev.ouro.transport.SslOptions;
import dev.ouro.transport.Transport;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS with peers that are not Ouro: openssl, and curl. */
@OnBothEngines
class TlsPeersContractTest {
  private static final byte[] BODY = Bytes.pattern(3_000_000);

  private final TlsFixture tls;
  @RegisterExtension final NetworkFixture net;
  @TempDir Path folder;
  private Path certificate;
  private Path clientCertificate;
  private Path clientKey;

  TlsPeersContractTest(EngineKind kind) {
    tls = new TlsFixture(kind);
    net = tls.net();
  }

  @BeforeEach
  void writePems() {
    certificate = TlsIdentity.LOCALHOST.certificatePem(folder.resolve("localhost.pem"));
    clientCertificate = TlsIdentity.CLIENT.certificatePem(folder.resolve("client.pem"));
    clientKey = TlsIdentity.CLIENT.keyPem(folder.resolve("client.key"));
  }

  /** Runs a program while the loop runs: what it printed, and its exit code as the last line. */
  private List<String> run(Tool tool, String input, String... arguments) throws Exception {
    Process process = tool.start(arguments);
    CompletableFuture<List<String>> printed =
        CompletableFuture.supplyAsync(() -> {
          try (BufferedReader output = process.inputReader()) {
            List<String> lines = new ArrayList<>(output.lines().toList());
            lines.add("exit " + process.waitFor());
            return lines;
          } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    try {
      process.getOutputStream().write(input.getBytes(UTF_8));
      process.getOutputStream().close();
      net.runUntil(printed::isDone);
      return printed.join();
    } finally {
      process.destroyForcibly();
      ProcessPipes.close(process);
    }
  }

  /** Sends the first line back in capitals, and ends. */
  private static final class Shouting extends Recorder {
    @Override
    public void dataReceived(ByteBuffer data) {
      super.dataReceived(data);
      if (receivedText().endsWith("\n")) {
        transport().write(receivedText().toUpperCase(java.util.Locale.ROOT).getBytes(UTF_8));
        transport().close();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_3", "-tls1_2"})
  void shouldServeOpensslClient(String version) throws Exception {
    Tool openssl = Tool.require("openssl");
    Shouting shouting = new Shouting();
    Server server =
        tls.serve(
            () -> shouting,
            SslOptions.of(TlsFixture.SERVER)
                .withApplicationProtocols("shout")
                .withNeedClientAuth(true));

    List<String> printed =
        run(
            openssl,
            "hello over there\n",
            "s_client",
            version,
            "-quiet",
            "-connect",
            "127.0.0.1:" + NetworkFixture.port(server),
            "-CAfile",
            certificate.toString(),
            "-verify_return_error",
            "-verify_hostname",
            "localhost",
            "-servername",
            "localhost",
            "-cert",
            clientCertificate.toString(),
            "-key",
            clientKey.toString(),
            "-alpn",
            "shout");
    net.runUntil(shouting::isLost);

    assertThat(printed).contains("HELLO OVER THERE").endsWith("exit 0");
    assertThat(shouting.lostWith()).isNull();
    assertThat(shouting.transport().getExtraInfo("peercert"))
        .isEqualTo(TlsIdentity.CLIENT.certificate());
    assertThat(
            ((SSLEngine) shouting.transport().getExtraInfo("ssl_object")).getApplicationProtocol())
        .isEqualTo("shout");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_3", "-tls1_2"})
  void shouldConnectToOpensslServer(String version) throws Exception {
    Tool openssl = Tool.require("openssl");
    Path key = TlsIdentity.LOCALHOST.keyPem(folder.resolve("localhost.key"));
    Process process =
        openssl.start(
            "s_server",
            version,
            "-rev",
            "-accept",
            "127.0.0.1:0",
            "-naccept",
            "1",
            "-cert",
            certificate.toString(),
            "-key",
            key.toString(),
            "-CAfile",
            clientCertificate.toString(),
            "-Verify",
            "1",
            "-verify_return_error");
    Recorder client = new Recorder();
    try (BufferedReader output = process.inputReader()) {
      String accepting;
      do {
        accepting = output.readLine();
      } while (!accepting.startsWith("ACCEPT "));
      int port = Integer.parseInt(accepting.substring(accepting.lastIndexOf(':') + 1));

      Transport transport =
          net.run(
                  tls.connect(
                      client,
                      ConnectionOptions.of("127.0.0.1", port)
                          .withSsl(TlsIdentity.CLIENT.context(TlsIdentity.LOCALHOST))
                          .withServerHostname("localhost")))
              .transport();
      transport.write("abc def\n".getBytes(UTF_8));
      net.runUntil(() -> client.receivedText().contains("\n"));
      transport.close();
      net.runUntil(client::isLost);
    } finally {
      process.destroyForcibly();
      ProcessPipes.close(process);
    }

    assertThat(client.receivedText()).isEqualTo("fed cba\n");
    assertThat(client.lostWith()).isNull();
  }

  /** Answers every request with {@link #BODY}, and ends. */
  private static final class Answering implements Protocol {
    private final StringBuilder request = new StringBuilder();
    private Transport transport;

    @Override
    public void connectionMade(Transport made) {
      transport = made;
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      request.append(UTF_8.decode(data));
      if (request.toString().endsWith("\r\n\r\n")) {
        String head = "HTTP/1.1 200 OK\r\nContent-Length: " + BODY.length + "\r\n\r\n";
        transport.write(head.getBytes(UTF_8));
        transport.write(BODY);
        transport.close();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.3", "1.2"})
  void shouldServeCurl(String version) throws Exception {
    Tool curl = Tool.require("curl");
    Server server = tls.serve(Answering::new);
    Path answer = folder.resolve("answer");
    int port = NetworkFixture.port(server);

    List<String> printed =
        run(
            curl,
            "",
            "--silent",
            "--show-error",
            "--noproxy",
            "*",
            "--tlsv" + version,
            "--tls-max",
            version,
            "--cacert",
            certificate.toString(),
            "--resolve",
            "localhost:" + port + ":127.0.0.1",
            "--output",
            answer.toString(),
            "https://localhost:" + port + "/");

    assertThat(printed).containsExactly("exit 0");
    assertThat(Files.readAllBytes(answer)).isEqualTo(BODY);
  }

  /** A client that does not trust the certificate is told to go, and says why. */
  @Test
  void shouldBeRefusedByCurlThatDoesNotTrust() throws Exception {
    Tool curl = Tool.require("curl");
    Server server = tls.serve(Answering::new);

    List<String> printed =
        run(
            curl,
            "",
            "--silent",
            "--show-error",
            "--noproxy",
            "*",
            "--cacert",
            clientCertificate.toString(),
            "https://127.0.0.1:" + NetworkFixture.port(server) + "/");

    assertThat(printed).endsWith("exit 60");
    server.close();
    net.run(server.waitClosed());
  }
}
