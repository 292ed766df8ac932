// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.eventloop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.poll.EngineKind;
import java.time.LocalDateTime;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every example runs, on both engines, and says what it should. */
class EventLoopExamplesTest {
  private static final Pattern SERVING =
      Pattern.compile("Serving on \\[.* laddr=/127\\.0\\.0\\.1:(\\d+).*\\]");

  @ParameterizedTest
  @EnumSource(EngineKind.class)
  void shouldSayHello(EngineKind engine) throws Exception {
    assertThat(ExampleProcess.run(engine, HelloWorld.class)).containsExactly("Hello World");
  }

  @ParameterizedTest
  @EnumSource(EngineKind.class)
  void shouldDisplayDate(EngineKind engine) throws Exception {
    LocalDateTime before = LocalDateTime.now();

    List<String> lines = ExampleProcess.run(engine, DisplayDate.class, "0");

    assertThat(lines).hasSize(1);
    assertThat(LocalDateTime.parse(lines.getFirst())).isBetween(before, LocalDateTime.now());
  }

  @ParameterizedTest
  @EnumSource(EngineKind.class)
  void shouldReceiveFromDescriptor(EngineKind engine) throws Exception {
    assertThat(ExampleProcess.run(engine, WatchFileDescriptor.class))
        .containsExactly("Received: abc");
  }

  @ParameterizedTest
  @EnumSource(EngineKind.class)
  void shouldEcho(EngineKind engine) throws Exception {
    try (ExampleProcess server = ExampleProcess.start(engine, TcpEchoServer.class, "0")) {
      Matcher serving = SERVING.matcher(String.valueOf(server.readLine()));
      assertThat(serving.matches()).isTrue();

      List<String> client = ExampleProcess.run(engine, TcpEchoClient.class, serving.group(1));

      assertThat(client)
          .containsExactly(
              "Data sent: 'Hello World!'",
              "Data received: 'Hello World!'",
              "The server closed the connection");
      assertThat(server.readLine()).startsWith("Connection from /127.0.0.1:");
      assertThat(server.readLine()).isEqualTo("Data received: 'Hello World!'");
      assertThat(server.readLine()).isEqualTo("Send: 'Hello World!'");
      assertThat(server.readLine()).isEqualTo("Close the client socket");
    }
  }
}
