// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.eventloop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.poll.EngineKind;
import dev.ouro.testing.ProcessPipes;
import dev.ouro.testing.TlsIdentity;
import dev.ouro.testing.Tool;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What openssl gets back. */
class TlsEchoServerTest {
  private static final Pattern SERVING =
      Pattern.compile("Serving on \\[.* laddr=/127\\.0\\.0\\.1:(\\d+).*\\]");

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(EngineKind.class)
  void shouldEchoByTls(EngineKind engine) throws Exception {
    Tool openssl = Tool.require("openssl");
    Path store = TlsIdentity.LOCALHOST.store(folder.resolve("store.p12"));
    Path pem = TlsIdentity.LOCALHOST.certificatePem(folder.resolve("cert.pem"));
    try (ExampleProcess server =
        ExampleProcess.start(
            engine, TlsEchoServer.class, "0", store.toString(), TlsIdentity.PASSWORD_TEXT)) {
      Matcher serving = SERVING.matcher(String.valueOf(server.readLine()));
      assertThat(serving.matches()).isTrue();
      Process client =
          openssl.start(
              "s_client",
              "-quiet",
              "-connect",
              "127.0.0.1:" + serving.group(1),
              "-CAfile",
              pem.toString(),
              "-verify_return_error",
              "-servername",
              "localhost");
      try (BufferedReader output = client.inputReader()) {
        client.getOutputStream().write("Hello TLS!\n".getBytes());
        client.getOutputStream().flush();
        String line;
        do {
          line = output.readLine();
        } while (line != null && !line.startsWith("Hello"));

        assertThat(line).isEqualTo("Hello TLS!");
        assertThat(server.readLine()).isEqualTo("Connection by TLSv1.3");
      } finally {
        client.destroyForcibly();
        ProcessPipes.close(client);
      }
    }
  }
}
