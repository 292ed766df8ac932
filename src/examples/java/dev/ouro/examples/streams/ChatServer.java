// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ouro.Asyncio;
import dev.ouro.examples.Arguments;
import dev.ouro.loop.Task;
import dev.ouro.streams.StreamReader;
import dev.ouro.streams.StreamWriter;
import dev.ouro.sync.Queue;
import dev.ouro.sync.QueueFullException;
import dev.ouro.transport.Server;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A chat by lines of text: the first is one's name, every other goes to all. Try it with {@code nc
 * 127.0.0.1 8888}.
 *
 * <p>Everything runs on one thread, so the members need no lock. Each has a queue, which a task of
 * its own empties: who reads slowly misses lines, and keeps nobody waiting.
 */
public final class ChatServer {
  private static final int LONGEST_QUEUE = 100;

  private final Map<String, Queue<String>> members = new LinkedHashMap<>();

  /** Serves on port 8888, or the one that is given. */
  public static void main(String[] args) {
    int port = new Arguments("ChatServer [PORT]", args).port("PORT", 8888);
    Asyncio.run(() -> {
      try (Server server = new ChatServer().start(port)) {
        System.out.println("Chat on " + server.sockets().getFirst().getsockname());
        server.serveForever();
      }
    });
  }

  /** Starts serving, in the calling task's loop. */
  public Server start(int port) throws IOException {
    return Asyncio.startServer("127.0.0.1", port, this::serve);
  }

  private void serve(StreamReader reader, StreamWriter writer) throws IOException {
    try (writer) {
      writer.write("Your name? ", UTF_8);
      String name = reader.readline(UTF_8).strip();
      if (name.isEmpty() || members.containsKey(name)) {
        writer.write("That name is taken.\n", UTF_8);
        return;
      }
      Queue<String> lines = new Queue<>(LONGEST_QUEUE);
      members.put(name, lines);
      Task<Void> sending = Asyncio.createTask(() -> send(lines, writer));
      try {
        tellAll("* " + name + " has come");
        for (String line; !(line = reader.readline(UTF_8)).isEmpty(); ) {
          tellAll(name + ": " + line.strip());
        }
      } finally {
        sending.cancel();
        members.remove(name);
        tellAll("* " + name + " has gone");
      }
    }
  }

  private static void send(Queue<String> lines, StreamWriter writer) throws IOException {
    while (true) {
      writer.write(lines.get() + "\n", UTF_8);
      writer.drain();
    }
  }

  private void tellAll(String line) {
    for (Queue<String> member : members.values()) {
      try {
        member.putNowait(line);
      } catch (QueueFullException slow) {
        // this member misses the line
      }
    }
  }
}
