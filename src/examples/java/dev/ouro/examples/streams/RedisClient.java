// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ouro.Asyncio;
import dev.ouro.examples.Arguments;
import dev.ouro.streams.StreamConnection;
import dev.ouro.streams.StreamReader;
import dev.ouro.streams.StreamWriter;
import dev.ouro.sync.Held;
import dev.ouro.sync.Lock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A client of Redis, by its protocol RESP2. Tasks may share one: their commands go one after the
 * other.
 *
 * {@snippet :
 * try (RedisClient redis = RedisClient.connect("127.0.0.1", 6379)) {
 *   redis.command("SET", "greeting", "hello");
 *   String greeting = (String) redis.command("GET", "greeting");
 * }
 * }
 */
public final class RedisClient implements AutoCloseable {
  /** What the server answered with "-". */
  public static final class RedisException extends IOException {
    private static final long serialVersionUID = 1L;

    RedisException(String message) {
      super(message);
    }
  }

  private final StreamReader reader;
  private final StreamWriter writer;
  private final Lock lock = new Lock();

  private RedisClient(StreamConnection connection) {
    this.reader = connection.reader();
    this.writer = connection.writer();
  }

  /** Connects; for tasks, as everything here. */
  public static RedisClient connect(String host, int port) throws IOException {
    return new RedisClient(Asyncio.openConnection(host, port));
  }

  /** {@code RedisClient PORT COMMAND ARGUMENT...}. */
  public static void main(String[] args) {
    Arguments arguments = new Arguments("RedisClient PORT COMMAND [ARGUMENT...]", args);
    int port = arguments.port("PORT");
    String[] command = arguments.rest("COMMAND");
    Object answer =
        Asyncio.run(() -> {
          try (RedisClient redis = connect("127.0.0.1", port)) {
            return redis.command(command);
          }
        });
    System.out.println(answer);
  }

  /**
   * Sends a command and waits for its answer.
   *
   * @param words the command and its arguments: one word at least
   * @return a String, a Long, a list of these, or null
   * @throws RedisException the server says that it is wrong
   */
  public Object command(String... words) throws IOException {
    return pipeline(List.<String[]>of(words)).getFirst();
  }

  /** Sends several commands at once and waits for all of their answers. */
  public List<Object> pipeline(List<String[]> commands) throws IOException {
    if (commands.stream().anyMatch(words -> words.length == 0)) {
      throw new IllegalArgumentException("commands: one is empty, which Redis does not answer");
    }
    try (Held _ = lock.hold()) {
      StringBuilder text = new StringBuilder();
      for (String[] words : commands) {
        text.append('*').append(words.length).append("\r\n");
        for (String word : words) {
          text.append('$').append(word.getBytes(UTF_8).length).append("\r\n");
          text.append(word).append("\r\n");
        }
      }
      writer.write(text.toString(), UTF_8);
      writer.drain();
      List<Object> answers = new ArrayList<>();
      for (int i = 0; i < commands.size(); i++) {
        answers.add(readAnswer());
      }
      return answers;
    }
  }

  private Object readAnswer() throws IOException {
    String line = reader.readuntil("\r\n", UTF_8).strip();
    String rest = line.substring(1);
    return switch (line.charAt(0)) {
      case '+' -> rest;
      case '-' -> throw new RedisException(rest);
      case ':' -> Long.valueOf(rest);
      case '$' -> readBulk(Integer.parseInt(rest));
      case '*' -> readArray(Integer.parseInt(rest));
      default -> throw new IOException("not RESP2: " + line);
    };
  }

  private String readBulk(int length) throws IOException {
    if (length < 0) {
      return null;
    }
    byte[] bytes = reader.readexactly(length + 2);
    return new String(bytes, 0, length, UTF_8);
  }

  private List<Object> readArray(int length) throws IOException {
    if (length < 0) {
      return null;
    }
    List<Object> items = new ArrayList<>(length);
    for (int i = 0; i < length; i++) {
      items.add(readAnswer());
    }
    return items;
  }

  @Override
  public void close() {
    writer.close();
  }
}
