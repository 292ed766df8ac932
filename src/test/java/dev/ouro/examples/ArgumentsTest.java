// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.testing.ProcessPipes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {
  @Test
  void shouldReadWordsFromLeftToRight() {
    Arguments arguments = new Arguments("Program HOST PORT [SECONDS]", "::1", "0", "60");

    assertThat(arguments.text("HOST")).isEqualTo("::1");
    assertThat(arguments.port("PORT")).isZero();
    assertThat(arguments.number("SECONDS", 1, 60, 10)).isEqualTo(60);
  }

  @Test
  void shouldTakeTheDefaultWhenAnArgumentIsMissing() {
    Arguments arguments = new Arguments("Program [HOST [PORT [SECONDS]]]");

    assertThat(arguments.text("HOST", "localhost")).isEqualTo("localhost");
    assertThat(arguments.port("PORT", 8888)).isEqualTo(8888);
    assertThat(arguments.number("SECONDS", 1, 60, 10)).isEqualTo(10);
  }

  @Test
  void shouldTakeAnyNumberOfTheLastWhenTheUsageSaysSo() {
    Arguments arguments = new Arguments("Program PORT COMMAND [ARGUMENT...]", "1", "a", "b", "c");

    assertThat(arguments.port("PORT")).isEqualTo(1);
    assertThat(arguments.rest("COMMAND")).containsExactly("a", "b", "c");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "abc", "1x", "-1", "65536", "99999999999", "1.5", " 1", "+80"})
  void shouldSayWhatIsWrongWithANumber(String text) {
    assertThatThrownBy(() -> Arguments.parse("PORT", text, 0, 65535))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("PORT: not a number from 0 to 65535: " + text);
  }

  /** Every example that takes a number: one line, no stack trace, status 2. */
  @ParameterizedTest
  @CsvSource({
    "eventloop.DisplayDate, soon, SECONDS: not a number from 0 to 999999: soon",
    "eventloop.DisplayDate, 1000000, SECONDS: not a number from 0 to 999999: 1000000",
    "eventloop.TcpEchoClient, abc, PORT: not a number from 0 to 65535: abc",
    "eventloop.TcpEchoServer, 65536, PORT: not a number from 0 to 65535: 65536",
    "eventloop.TlsEchoServer, x store password, PORT: not a number from 0 to 65535: x",
    "fileserver.FileServer, . http, PORT: not a number from 0 to 65535: http",
    "streams.ChatServer, abc, PORT: not a number from 0 to 65535: abc",
    "streams.EchoServer, -1, PORT: not a number from 0 to 65535: -1",
    "streams.PortScanner, localhost a, FIRST: not a number from 0 to 65535: a",
    "streams.PortScanner, localhost 1 z, LAST: not a number from 0 to 65535: z",
    "streams.RedisClient, abc GET, PORT: not a number from 0 to 65535: abc",
    "streams.TcpProxy, abc localhost 80, LISTEN_PORT: not a number from 0 to 65535: abc",
    "streams.TcpProxy, 8080 localhost abc, PORT: not a number from 0 to 65535: abc",
    "udpecho.UdpEchoClient, abc, PORT: not a number from 0 to 65535: abc",
    "udpecho.UdpEchoServer, abc, PORT: not a number from 0 to 65535: abc",
  })
  void shouldEndWithOneLineWhenANumberIsWrong(String example, String args, String line)
      throws Exception {
    String name = example.substring(example.indexOf('.') + 1);

    assertThat(run(example, args.split(" ", -1))).containsExactly(name + ": " + line, "exit 2");
  }

  @ParameterizedTest
  @CsvSource({
    "streams.EchoServer, 1 2, EchoServer [PORT]",
    "streams.TcpProxy, 8080 localhost, TcpProxy LISTEN_PORT HOST PORT",
    "streams.RedisClient, 6379, RedisClient PORT COMMAND [ARGUMENT...]",
  })
  void shouldEndWithItsUsageWhenThereAreTooFewOrTooMany(String example, String args, String usage)
      throws Exception {
    assertThat(run(example, args.split(" ", -1))).containsExactly("usage: " + usage, "exit 2");
  }

  /** What it prints, on either output, and its exit status as the last line. */
  private static List<String> run(String example, String... args)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx48m", "-XX:TieredStopAtLevel=1", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add("dev.ouro.examples." + example);
    Collections.addAll(command, args);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      List<String> lines =
          new ArrayList<>(
              new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList());
      lines.add("exit " + process.waitFor());
      return lines;
    } finally {
      process.destroyForcibly();
      ProcessPipes.close(process);
    }
  }
}
