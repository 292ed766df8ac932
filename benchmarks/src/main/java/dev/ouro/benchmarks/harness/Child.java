// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A process that talks in lines over stdin and stdout. Its stderr is kept, to say why it failed.
 */
final class Child implements AutoCloseable {
  private static final String END = new String("end of stream");
  private static final Duration EXIT_TIME = Duration.ofSeconds(5);

  private final String name;
  private final Process process;
  private final Path errors;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  private Child(String name, Process process, Path errors) {
    this.name = name;
    this.process = process;
    this.errors = errors;
    Thread.ofPlatform().daemon().name("lines of " + name).start(this::readLines);
  }

  static Child start(String name, List<String> command) throws IOException {
    Path errors = Files.createTempFile("ouro-bench-", ".err");
    errors.toFile().deleteOnExit();
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    return new Child(name, process, errors);
  }

  private void readLines() {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line; (line = reader.readLine()) != null; ) {
        lines.add(line);
      }
    } catch (IOException e) {
      // The process has been destroyed: what it said up to then counts.
    }
    lines.add(END);
  }

  long pid() {
    return process.pid();
  }

  void say(String line) {
    try {
      process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(name + " takes no more commands", e);
    }
  }

  /**
   * The next line.
   *
   * @throws RefusedException if the process has ended, with the last line of its stderr, or is
   *     silent for too long
   */
  String nextLine(Duration patience) throws InterruptedException {
    String line = lines.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    if (line == null) {
      throw new RefusedException(name, "says nothing for " + patience.toSeconds() + " s");
    }
    if (line == END) {
      lines.add(END);
      throw new RefusedException(name, lastWords());
    }
    return line;
  }

  private String lastWords() {
    try {
      return Files.readAllLines(errors).stream()
          .map(String::strip)
          .filter(line -> !line.isEmpty() && !line.startsWith("at "))
          .findFirst()
          .orElse("ended without a word");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends stdin, on which the process exits; one that does not is killed. */
  @Override
  public void close() {
    endWithin(EXIT_TIME);
  }

  void endInput() throws IOException {
    process.getOutputStream().close();
  }

  void endWithin(Duration patience) {
    try {
      endInput();
      if (!process.waitFor(patience)) {
        process.destroyForcibly().waitFor();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
