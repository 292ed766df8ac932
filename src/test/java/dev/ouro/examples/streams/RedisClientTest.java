// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.Asyncio;
import dev.ouro.loop.Task;
import dev.ouro.testing.ProcessPipes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client against Debian's {@code redis-server}, on a free port of 127.0.0.1. */
class RedisClientTest {
  private static final Path SERVER = Path.of("/usr/bin/redis-server");

  @TempDir Path folder;
  private Process server;
  private int port;

  @BeforeEach
  void start() throws IOException {
    if (!Files.isExecutable(SERVER)) {
      String reason = "redis-server is missing here (apt-get install redis-server)";
      if ("true".equals(System.getenv("CI"))) {
        Assertions.fail(reason);
      }
      System.out.println(reason);
      Assumptions.abort(reason);
    }
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    server =
        new ProcessBuilder(
                SERVER.toString(),
                "--bind",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--save",
                "",
                "--dir",
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
  }

  @AfterEach
  void stop() throws Exception {
    if (server != null) {
      server.destroy();
      assertThat(server.waitFor(100, TimeUnit.SECONDS)).isTrue();
      ProcessPipes.close(server);
    }
  }

  /** Connects once the server listens. */
  private RedisClient connect() throws IOException {
    while (true) {
      try {
        return RedisClient.connect("127.0.0.1", port);
      } catch (IOException notYet) {
        assertThat(server.isAlive()).isTrue();
        Asyncio.sleep(Duration.ofMillis(5));
      }
    }
  }

  /** Redis does not answer it. */
  @Test
  void shouldRefuseACommandWithoutAWord() {
    Asyncio.run(() -> {
      try (RedisClient redis = connect()) {
        assertThatThrownBy(redis::command).isInstanceOf(IllegalArgumentException.class);
      }
    });
  }

  @Test
  void shouldTalkToRedis() {
    Asyncio.run(() -> {
      try (RedisClient redis = connect()) {
        assertThat(redis.command("PING")).isEqualTo("PONG");
        assertThat(redis.command("SET", "greeting", "grüß dich\r\n")).isEqualTo("OK");
        assertThat(redis.command("GET", "greeting")).isEqualTo("grüß dich\r\n");
        assertThat(redis.command("GET", "nothing")).isNull();
        assertThat(redis.command("RPUSH", "list", "a", "b")).isEqualTo(2L);
        assertThat(redis.command("LRANGE", "list", "0", "-1")).isEqualTo(List.of("a", "b"));
        assertThatThrownBy(() -> redis.command("INCR", "greeting"))
            .isInstanceOf(RedisClient.RedisException.class)
            .hasMessageContaining("not an integer");
        assertThat(redis.pipeline(List.of(new String[] {"INCR", "n"}, new String[] {"INCR", "n"})))
            .containsExactly(1L, 2L);
      }
    });
  }

  @Test
  void shouldShareOneConnectionAmongTasks() {
    Asyncio.run(() -> {
      try (RedisClient redis = connect()) {
        List<Task<Object>> answers = new ArrayList<>();
        Asyncio.taskGroup(group -> {
          for (int i = 0; i < 100; i++) {
            String value = Integer.toString(i);
            answers.add(group.createTask(() -> redis.command("ECHO", value)));
          }
        });
        for (int i = 0; i < 100; i++) {
          assertThat(answers.get(i).result()).isEqualTo(Integer.toString(i));
        }
      }
    });
  }
}
