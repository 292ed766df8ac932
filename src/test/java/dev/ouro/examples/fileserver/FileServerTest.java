// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.testing.ProcessPipes;
import dev.ouro.testing.Tool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program as a user meets it: its arguments, its first line, its end. */
class FileServerTest {
  @TempDir Path folder;

  /** How a program ended. */
  private record Outcome(int code, String output, String errors) {}

  @Test
  void shouldSayWhatIsWrongWhenAnArgumentIs() throws Exception {
    Outcome outcome = run(folder.toString(), "http");

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.output()).isEmpty();
    assertThat(outcome.errors())
        .isEqualTo("FileServer: PORT: not a number from 0 to 65535: http\n");
  }

  @Test
  void shouldSayWhatIsWrongWhenTheRootIsNoFolder() throws Exception {
    Outcome outcome = run(folder + "/none", "0");

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.errors()).isEqualTo("FileServer: ROOT: not a folder: " + folder + "/none\n");
  }

  @Test
  void shouldSayWhatIsWrongWhenThePortIsTaken() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Outcome outcome = run(folder.toString(), Integer.toString(other.getLocalPort()));

      assertThat(outcome.code()).isEqualTo(1);
      assertThat(outcome.output()).isEmpty();
      assertThat(outcome.errors()).containsOnlyOnce("\n").contains("EADDRINUSE");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"io_uring", "epoll"})
  void shouldEndWhenItIsTerminated(String engine) throws Exception {
    Path root = TestRoot.fill(folder);
    try (ServerProcess server = ServerProcess.start(engine, root);
        RawClient client = new RawClient(server.port())) {
      client.get("/large.bin");
      assertThat(client.head()).contains(" 200 ");

      assertThat(server.terminate()).isEqualTo(143);

      assertThat(server.errors()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"io_uring", "epoll"})
  void shouldSayOverloadedWhenDescriptorsRunOut(String engine) throws Exception {
    Path root = TestRoot.fill(folder);
    Tool prlimit = Tool.require("prlimit");
    try (ServerProcess server = ServerProcess.start(engine, root);
        RawClient client = new RawClient(server.port())) {
      assertThat(client.get("/ten.txt").answer().code()).isEqualTo(200);
      // Loads the classes that a failure needs: without descriptors the JVM could not.
      assertThat(client.get("/none").answer().code()).isEqualTo(404);

      prlimit.run("--pid", Long.toString(server.pid()), "--nofile=3:");
      assertThat(client.get("/ten.txt").answer().code()).isEqualTo(503);
      prlimit.run("--pid", Long.toString(server.pid()), "--nofile=1024:");

      assertThat(client.get("/ten.txt").answer().code()).isEqualTo(200);
    }
  }

  private static Outcome run(String... args) throws IOException, InterruptedException {
    Path errors = Files.createTempFile("fileserver", ".err");
    Process process =
        new ProcessBuilder(ServerProcess.command("auto", List.of(args)))
            .redirectError(errors.toFile())
            .start();
    byte[] output = process.getInputStream().readAllBytes();
    int code = process.waitFor();
    ProcessPipes.close(process);
    String text = Files.readString(errors);
    Files.delete(errors);
    return new Outcome(code, new String(output, StandardCharsets.UTF_8), text);
  }
}
