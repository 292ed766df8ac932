// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.testing.Tool;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many connections at once, by wrk: every request is answered, and with success. */
class FileServerLoadTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "io_uring, ten.txt, 64", "epoll, ten.txt, 64",
    "io_uring, medium.bin, 16", "epoll, medium.bin, 16",
    "io_uring, sub/, 16", "epoll, sub/, 16",
  })
  void shouldAnswerEveryRequestWhenThereAreMany(String engine, String path, String connections)
      throws Exception {
    Tool curl = Tool.require("curl");
    Tool wrk = Tool.require("wrk");
    Path root = TestRoot.fill(folder);

    try (ServerProcess server = ServerProcess.start(engine, root)) {
      // wrk counts seconds, not requests: a busy machine may spend one loading the server's
      // classes.
      curl.run("-sSf", "-o", "/dev/null", server.url() + path);
      // An answer that takes long is not what it calls an error here.
      String report =
          wrk.run("-t1", "-c" + connections, "-d2s", "--timeout", "100s", server.url() + path);

      assertThat(report)
          .containsPattern("[1-9]\\d* requests in ")
          .doesNotContain("Non-2xx")
          .doesNotContain("Socket errors");
      assertThat(server.errors()).isEmpty();
    }
  }
}
