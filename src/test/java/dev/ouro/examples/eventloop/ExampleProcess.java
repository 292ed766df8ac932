// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.eventloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.OpenFile;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.ProcessPipes;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An example in a JVM of its own; its error output is part of its output. */
final class ExampleProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;

  private ExampleProcess(Process process) {
    this.process = process;
    this.output = process.inputReader();
  }

  /** Starts it; aborts the test where the machine lacks the engine, and in CI fails. */
  static ExampleProcess start(EngineKind engine, Class<?> example, String... args)
      throws IOException {
    if (!"true".equals(System.getenv("CI"))) {
      assumeTrue(isThere(engine), engine.label() + " is missing here");
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
    command.add("-Xmx48m");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Ddev.ouro.engine=" + engine.label());
    command.add("-cp");
    command.add(folderOf(example) + ":" + folderOf(OpenFile.class));
    command.add(example.getName());
    command.addAll(List.of(args));
    return new ExampleProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /** Runs it to its end, which must be a good one: the lines that it printed. */
  static List<String> run(EngineKind engine, Class<?> example, String... args) throws Exception {
    try (ExampleProcess process = start(engine, example, args)) {
      List<String> lines = process.output.lines().toList();
      assertThat(process.process.waitFor()).as("exit code, after %s", lines).isZero();
      return lines;
    }
  }

  private static boolean isThere(EngineKind engine) {
    try {
      engine.open((ready, completion, data) -> {}).close();
      return true;
    } catch (LinuxException missing) {
      return false;
    }
  }

  private static String folderOf(Class<?> type) {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath()).toString();
  }

  /** The next line; null at the end. */
  String readLine() throws IOException {
    return output.readLine();
  }

  long pid() {
    return process.pid();
  }

  /** What it still prints, and its exit code as the last line. */
  List<String> finish() throws InterruptedException {
    List<String> lines = new ArrayList<>(output.lines().toList());
    lines.add("exit " + process.waitFor());
    return lines;
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    ProcessPipes.close(process);
  }
}
