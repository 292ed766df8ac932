// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.udpecho;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.EventLoop;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.ProcessPipes;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Server and client in a JVM of their own each. */
@OnBothEngines
class UdpEchoTest {
  @RegisterExtension final NetworkFixture net;
  private final String engine;

  UdpEchoTest(EngineKind kind) {
    net = new NetworkFixture(kind);
    engine = kind.label();
  }

  private Process start(Class<?> program, String port) throws IOException {
    net.loop(); // aborts the test where the engine is missing
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx48m",
            "-XX:TieredStopAtLevel=1",
            "-Ddev.ouro.engine=" + engine,
            "-cp",
            folderOf(program) + ":" + folderOf(EventLoop.class),
            program.getName(),
            port)
        .redirectErrorStream(true)
        .start();
  }

  private static String folderOf(Class<?> type) {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath()).toString();
  }

  @Test
  void shouldEchoWhatClientSends() throws Exception {
    Process server = start(UdpEchoServer.class, "0");
    try (BufferedReader said = server.inputReader()) {
      String serving = said.readLine();
      assertThat(serving).startsWith("Serving on /127.0.0.1:");
      String port = serving.substring(serving.lastIndexOf(':') + 1);

      Process client = start(UdpEchoClient.class, port);
      List<String> lines = client.inputReader().readAllLines();
      int exit = client.waitFor();
      ProcessPipes.close(client);

      assertThat(lines)
          .containsExactly(
              "Send: Hello World!",
              "Received: Hello World!",
              "Close the socket",
              "Connection closed");
      assertThat(exit).isZero();
      assertThat(said.readLine()).startsWith("Received 'Hello World!' from /127.0.0.1:");
      assertThat(said.readLine()).startsWith("Send 'Hello World!' to /127.0.0.1:");
    } finally {
      server.destroyForcibly().waitFor();
      ProcessPipes.close(server);
    }
  }

  @Test
  void shouldSayWhenNobodyListens() throws Exception {
    List<String> lines;
    int exit;
    // Keeps the port from others, the client itself among them, and gets nothing but its own.
    try (DatagramSocket deaf = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      deaf.connect(deaf.getLocalSocketAddress());
      Process client = start(UdpEchoClient.class, Integer.toString(deaf.getLocalPort()));
      lines = client.inputReader().readAllLines();
      exit = client.waitFor();
      ProcessPipes.close(client);
    }

    assertThat(exit).isZero();
    assertThat(lines.get(1)).startsWith("Error received: ").contains("ECONNREFUSED");
    assertThat(lines.getLast()).isEqualTo("Connection closed");
  }
}
