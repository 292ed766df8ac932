// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.ouro.linux.OpenFile;
import dev.ouro.testing.ProcessPipes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The file server in a JVM of its own, on a free port. */
final class ServerProcess implements AutoCloseable {
  private static final Pattern READY =
      Pattern.compile("serving (.*) on (http://127\\.0\\.0\\.1:(\\d+)/) \\((.*)\\)");

  private final Process process;
  private final Path errors;
  private final String url;
  private final int port;
  private final String engine;

  private ServerProcess(Process process, Path errors, Matcher ready) {
    this.process = process;
    this.errors = errors;
    this.url = ready.group(2);
    this.port = Integer.parseInt(ready.group(3));
    this.engine = ready.group(4);
  }

  /**
   * Starts it, and waits until it listens. Where this machine refuses io_uring the test is aborted
   * with the reason, and fails when {@code CI=true}.
   */
  static ServerProcess start(String engine, Path root, String... options) throws IOException {
    try {
      return startNow(engine, root, options);
    } catch (IOException e) {
      if (engine.equals("epoll") || "true".equals(System.getenv("CI"))) {
        throw e;
      }
      return abort(e.getMessage());
    }
  }

  private static ServerProcess startNow(String engine, Path root, String... options)
      throws IOException {
    List<String> args = new ArrayList<>(List.of(options));
    Collections.addAll(args, root.toString(), "0");
    Path errors = Files.createTempFile("fileserver", ".err");
    Process process =
        new ProcessBuilder(command(engine, args)).redirectError(errors.toFile()).start();
    BufferedReader output = process.inputReader();
    String line = output.readLine();
    Matcher ready = READY.matcher(line == null ? "" : line);
    if (!ready.matches()) {
      process.destroyForcibly();
      throw new IOException("not ready: " + line + "; " + Files.readString(errors));
    }
    return new ServerProcess(process, errors, ready);
  }

  /** The command that runs the main class with {@code args}, in little memory. */
  static List<String> command(String engine, List<String> args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
    command.add("-Xmx48m");
    command.add("-XX:MaxDirectMemorySize=16m");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Ddev.ouro.engine=" + engine);
    command.add("-cp");
    command.add(folderOf(FileServer.class) + ":" + folderOf(OpenFile.class));
    command.add(FileServer.class.getName());
    command.addAll(args);
    return command;
  }

  private static String folderOf(Class<?> type) {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath()).toString();
  }

  /** Such as {@code http://127.0.0.1:4711/}. */
  String url() {
    return url;
  }

  int port() {
    return port;
  }

  /** What it said about its engine. */
  String engine() {
    return engine;
  }

  /** What it wrote to standard error: nothing, when all is well. */
  String errors() throws IOException {
    return Files.readString(errors);
  }

  /** Sends SIGTERM and waits for the end: the exit code. */
  int terminate() throws InterruptedException {
    process.destroy();
    return process.waitFor();
  }

  /** What its open descriptors lead to: files below {@code root}, without the root itself. */
  List<Path> openFilesBelow(Path root) throws IOException {
    return descriptors().stream()
        .filter(path -> path.startsWith(root) && !path.equals(root))
        .toList();
  }

  long pid() {
    return process.pid();
  }

  /** How many sockets it has. */
  long sockets() throws IOException {
    return descriptors().stream().filter(path -> path.toString().contains("socket:")).count();
  }

  private List<Path> descriptors() throws IOException {
    try (Stream<Path> links = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
      return links.flatMap(ServerProcess::target).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Nothing when it was closed meanwhile. */
  private static Stream<Path> target(Path link) {
    try {
      return Stream.of(Files.readSymbolicLink(link));
    } catch (IOException e) {
      return Stream.of();
    }
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    ProcessPipes.close(process);
    Files.deleteIfExists(errors);
  }
}
