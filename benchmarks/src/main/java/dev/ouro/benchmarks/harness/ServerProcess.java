// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A server in a process of its own, which listens until it is closed. */
public final class ServerProcess implements AutoCloseable {
  /** The name that a JVM's server gives to the thread of its loop. */
  public static final String LOOP_THREAD = "echo-loop";

  private static final Duration START_TIME = Duration.ofSeconds(30);
  private static final Duration ANSWER_TIME = Duration.ofSeconds(30);

  private final Contender contender;
  private final Child child;
  private final int port;
  private final String engine;

  private ServerProcess(Contender contender, Child child) throws InterruptedException {
    this.contender = contender;
    this.child = child;
    String chosen = contender.note();
    String line = child.nextLine(START_TIME);
    if (line.startsWith("engine ")) {
      chosen = line.substring("engine ".length());
      line = child.nextLine(START_TIME);
    }
    if (!line.startsWith("listening ")) {
      throw new RefusedException(contender.name(), "says \"" + line + "\" instead of listening");
    }
    this.engine = chosen;
    this.port = Integer.parseInt(line.substring("listening ".length()));
  }

  /**
   * Starts a server and waits until it listens.
   *
   * @throws RefusedException if it ends before, with its own reason
   */
  public static ServerProcess start(Contender contender, Placement placement)
      throws IOException, InterruptedException {
    Child child = Child.start(contender.name(), placed(contender, placement));
    try {
      ServerProcess server = new ServerProcess(contender, child);
      if (contender.isJvm() && !placement.shared()) {
        server.bindLoopThread(placement.serverCpu());
      }
      return server;
    } catch (RuntimeException | IOException | InterruptedException e) {
      child.close();
      throw e;
    }
  }

  private static List<String> placed(Contender contender, Placement placement) {
    String cpu = Integer.toString(placement.serverCpu());
    List<String> command = new ArrayList<>();
    if (contender.isJvm()) {
      if (placement.shared()) {
        command.addAll(List.of("taskset", "--cpu-list", cpu));
      }
      command.addAll(contender.command());
    } else {
      command.addAll(contender.command());
      command.addAll(List.of("--cpu", cpu));
    }
    return command;
  }

  private void bindLoopThread(int cpu) throws IOException, InterruptedException {
    String thread = loopThreadId();
    int status =
        new ProcessBuilder("taskset", "--pid", "--cpu-list", Integer.toString(cpu), thread)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
    if (status != 0) {
      throw new RefusedException(contender.name(), "its loop cannot be bound to CPU " + cpu);
    }
  }

  private String loopThreadId() throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid() + "/task"))) {
      for (Path thread : (Iterable<Path>) threads::iterator) {
        if (Files.readString(thread.resolve("comm")).strip().equals(LOOP_THREAD)) {
          return thread.getFileName().toString();
        }
      }
    }
    throw new RefusedException(contender.name(), "has no thread " + LOOP_THREAD);
  }

  public Contender contender() {
    return contender;
  }

  /** What it runs on, and why: its own words. */
  public String engine() {
    return engine;
  }

  public int port() {
    return port;
  }

  public long pid() {
    return child.pid();
  }

  /** Its counters now. */
  public ServerStats stats() throws InterruptedException {
    return ask("stats");
  }

  /** Its counters after a full garbage collection, where there is garbage to collect. */
  public ServerStats statsAfterCollection() throws InterruptedException {
    return ask(contender.isJvm() ? "collect" : "stats");
  }

  private ServerStats ask(String command) throws InterruptedException {
    child.say(command);
    return ServerStats.parse(new JsonLine(child.nextLine(ANSWER_TIME)));
  }

  @Override
  public void close() {
    child.close();
  }
}
