// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A class with a main method in a JVM of its own, which ends with this object at the latest. */
public final class JavaProgram implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;

  private JavaProgram(Process process) {
    this.process = process;
    this.output = process.inputReader();
  }

  /**
   * Starts {@code main} in little memory. Its standard error is this process's.
   *
   * @param prefix a command that runs the JVM, such as {@code env}; may be empty
   * @param options of the JVM
   */
  public static JavaProgram start(
      List<String> prefix, List<String> options, Class<?> main, String... args) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "-Xmx64m",
            "-XX:TieredStopAtLevel=1"));
    command.addAll(options);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(args));
    return new JavaProgram(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  public long pid() {
    return process.pid();
  }

  /** The next line of its standard output; null at the end. */
  public String readLine() throws IOException {
    return output.readLine();
  }

  /** Writes a line to its standard input. */
  public void writeLine(String line) throws IOException {
    Writer input = process.outputWriter();
    input.write(line + "\n");
    input.flush();
  }

  /** Waits for its end: the exit code. */
  public int waitFor() throws InterruptedException {
    return process.waitFor();
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly().onExit().join();
    output.close();
    process.getOutputStream().close();
    process.getErrorStream().close();
  }
}
