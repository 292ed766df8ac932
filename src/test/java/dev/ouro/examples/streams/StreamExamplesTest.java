// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.Asyncio;
import dev.ouro.linux.LinuxException;
import dev.ouro.streams.StreamConnection;
import dev.ouro.testing.LeakCheck;
import dev.ouro.transport.Server;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class StreamExamplesTest {
  @BeforeAll
  static void openDescriptorThatTheJdkKeeps() throws IOException {
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      new java.net.Socket(listening.getInetAddress(), listening.getLocalPort()).close();
    }
  }

  static int port(Server server) throws LinuxException {
    return ((InetSocketAddress) server.sockets().getFirst().getsockname()).getPort();
  }

  @Test
  void shouldEchoOneMessage() {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, UTF_8));
    try {
      Asyncio.run(() -> {
        try (Server server = Asyncio.startServer("127.0.0.1", 0, EchoServer::handleEcho)) {
          assertThat(EchoServer.tcpEchoClient(port(server), "Hello World!"))
              .isEqualTo("Hello World!");
        }
      });
    } finally {
      System.setOut(before);
    }
    assertThat(printed.toString(UTF_8)).startsWith("Received Hello World! from ");
  }

  @Test
  void shouldChat() {
    Asyncio.run(() -> {
      try (Server server = new ChatServer().start(0);
          StreamConnection ada = join(server, "ada");
          StreamConnection grace = join(server, "grace")) {
        assertThat(ada.reader().readline(UTF_8)).isEqualTo("* grace has come\n");
        ada.writer().write("hello\n", UTF_8);
        assertThat(ada.reader().readline(UTF_8)).isEqualTo("ada: hello\n");
        assertThat(grace.reader().readline(UTF_8)).isEqualTo("ada: hello\n");
        try (StreamConnection second = Asyncio.openConnection("127.0.0.1", port(server))) {
          second.writer().write("ada\n", UTF_8);
          assertThat(new String(second.reader().read(), UTF_8))
              .isEqualTo("Your name? That name is taken.\n");
        }
        ada.writer().close();
        assertThat(grace.reader().readline(UTF_8)).isEqualTo("* ada has gone\n");
      }
    });
  }

  private static StreamConnection join(Server server, String name) throws IOException {
    StreamConnection member = Asyncio.openConnection("127.0.0.1", port(server));
    member.writer().write(name + "\n", UTF_8);
    assertThat(member.reader().readline(UTF_8)).isEqualTo("Your name? * " + name + " has come\n");
    return member;
  }

  @Test
  void shouldPassBytesOnBothWaysAndEnds() {
    byte[] sent = new byte[3_000_000];
    new Random(1).nextBytes(sent);
    Asyncio.run(() -> {
      try (Server target =
              Asyncio.startServer(
                  "127.0.0.1",
                  0,
                  (reader, writer) -> {
                    byte[] all = reader.read();
                    writer.write(all);
                    writer.close();
                  });
          Server proxy = new TcpProxy("127.0.0.1", port(target)).start(0);
          StreamConnection client = Asyncio.openConnection("127.0.0.1", port(proxy))) {
        client.writer().write(sent);
        client.writer().writeEof();
        assertThat(client.reader().read()).isEqualTo(sent);
      }
    });
  }

  @Test
  void shouldFindOpenPort() {
    Asyncio.run(() -> {
      int port;
      try (Server server =
          Asyncio.startServer("127.0.0.1", 0, (reader, writer) -> writer.close())) {
        port = port(server);
        assertThat(PortScanner.scan("127.0.0.1", port, port)).containsExactly(port);
      }
      assertThat(PortScanner.scan("127.0.0.1", port, port)).isEmpty();
    });
  }
}
