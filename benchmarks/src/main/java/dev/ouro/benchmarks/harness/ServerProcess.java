// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
    String line;
    // A JVM may have remarks of its own in between.
    while (!(line = child.nextLine(START_TIME)).startsWith("listening ")) {
      if (line.startsWith("engine ")) {
        chosen = line.substring("engine ".length());
      }
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
    ServerProcess server = start(contender, placed(contender, placement));
    if (contender.isJvm() && !placement.shared()) {
      try {
        server.bindLoopThread(placement.serverCpu());
      } catch (RuntimeException | IOException | InterruptedException e) {
        server.close();
        throw e;
      }
    }
    return server;
  }

  /** Starts a server wherever the scheduler puts it. */
  public static ServerProcess startAnywhere(Contender contender)
      throws IOException, InterruptedException {
    return start(contender, contender.command());
  }

  private static ServerProcess start(Contender contender, List<String> command)
      throws IOException, InterruptedException {
    Child child = Child.start(contender.name(), command);
    try {
      return new ServerProcess(contender, child);
    } catch (RuntimeException | InterruptedException e) {
      child.close();
      throw e;
    }
  }

  private static List<String> placed(Contender contender, Placement placement) {
    if (!contender.isJvm() || placement.shared()) {
      return placement.bind(contender.command());
    }
    return contender.command();
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

  /** The memory of the process that is in RAM: {@code VmRSS}. */
  public long residentBytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
        .findFirst()
        .orElseThrow();
  }

  /** Ends it, and gives it that much time to do so. */
  public void endWithin(Duration patience) {
    child.endWithin(patience);
  }

  @Override
  public void close() {
    child.close();
  }
}
