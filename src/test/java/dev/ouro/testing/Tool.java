// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A program that the tests need and do not install. */
public final class Tool {
  private final String name;

  private Tool(String name) {
    this.name = name;
  }

  /**
   * The program {@code name}, which comes with the Debian package of this name. Where it is missing
   * the test is aborted, and fails when {@code CI=true}.
   */
  public static Tool require(String name) {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
      if (Files.isExecutable(Path.of(folder, name))) {
        return new Tool(name);
      }
    }
    String message = name + " is missing: apt-get install " + name;
    if ("true".equals(System.getenv("CI"))) {
      fail(message);
    }
    return abort(message);
  }

  /** Runs it: what it wrote to standard output. Its exit code must be 0. */
  public String run(List<String> args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(name));
    command.addAll(args);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    int code = process.waitFor();
    ProcessPipes.close(process);
    if (code != 0) {
      fail(String.join(" ", command) + ": exit code " + code + ": " + output);
    }
    return output;
  }

  /** Starts it; the caller ends it. Its error output is part of its output. */
  public Process start(String... args) throws IOException {
    List<String> command = new ArrayList<>(List.of(name));
    Collections.addAll(command, args);
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  /** {@link #run(List)}. */
  public String run(String... args) throws IOException, InterruptedException {
    List<String> list = new ArrayList<>();
    Collections.addAll(list, args);
    return run(list);
  }
}
