// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import dev.ouro.examples.Arguments;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What the command line says.
 *
 * @param root the folder to serve
 * @param host where to listen
 * @param port where to listen; 0 for any free port
 * @param headTimeout from the first byte of a request to the end of its head
 * @param idleTimeout from a response to the next request
 * @param sendTimeout how long a client may take nothing of a response
 * @param accessLog whether to print a line for each request
 */
record Settings(
    Path root,
    String host,
    int port,
    Duration headTimeout,
    Duration idleTimeout,
    Duration sendTimeout,
    boolean accessLog) {
  static final String USAGE =
      "usage: FileServer [--host HOST] [--head-timeout SECONDS] [--idle-timeout SECONDS]"
          + " [--send-timeout SECONDS] [--log] ROOT PORT";

  private static final Duration HEAD_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration SEND_TIMEOUT = Duration.ofSeconds(60);

  /** Serves {@code root} on a port of 127.0.0.1. */
  static Settings of(Path root, int port) {
    return new Settings(root, "127.0.0.1", port, HEAD_TIMEOUT, IDLE_TIMEOUT, SEND_TIMEOUT, false);
  }

  Settings withHost(String host) {
    return new Settings(root, host, port, headTimeout, idleTimeout, sendTimeout, accessLog);
  }

  Settings withHeadTimeout(Duration headTimeout) {
    return new Settings(root, host, port, headTimeout, idleTimeout, sendTimeout, accessLog);
  }

  Settings withIdleTimeout(Duration idleTimeout) {
    return new Settings(root, host, port, headTimeout, idleTimeout, sendTimeout, accessLog);
  }

  Settings withSendTimeout(Duration sendTimeout) {
    return new Settings(root, host, port, headTimeout, idleTimeout, sendTimeout, accessLog);
  }

  Settings withAccessLog(boolean accessLog) {
    return new Settings(root, host, port, headTimeout, idleTimeout, sendTimeout, accessLog);
  }

  /**
   * Understands the command line.
   *
   * @throws IllegalArgumentException its message says, in one line, what is wrong
   */
  static Settings parse(String... args) {
    Deque<String> left = new ArrayDeque<>(List.of(args));
    Settings options = of(Path.of("."), 0);
    while (!left.isEmpty() && left.peek().startsWith("--")) {
      String option = left.pop();
      options =
          switch (option) {
            case "--host" -> options.withHost(value(option, left));
            case "--head-timeout" -> options.withHeadTimeout(seconds(option, left));
            case "--idle-timeout" -> options.withIdleTimeout(seconds(option, left));
            case "--send-timeout" -> options.withSendTimeout(seconds(option, left));
            case "--log" -> options.withAccessLog(true);
            default -> throw new IllegalArgumentException(option + ": no such option; " + USAGE);
          };
    }
    if (left.size() != 2) {
      throw new IllegalArgumentException(
          left.size() + " arguments instead of ROOT and PORT; " + USAGE);
    }
    Path root = root(left.pop());
    int port = Arguments.parse("PORT", left.pop(), 0, 65535);
    return new Settings(
        root,
        options.host,
        port,
        options.headTimeout,
        options.idleTimeout,
        options.sendTimeout,
        options.accessLog);
  }

  private static Path root(String text) {
    try {
      Path root = Path.of(text);
      if (Files.isDirectory(root)) {
        return root;
      }
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("ROOT: not a path: " + text, e);
    }
    throw new IllegalArgumentException("ROOT: not a folder: " + text);
  }

  private static Duration seconds(String option, Deque<String> left) {
    return Duration.ofSeconds(
        Arguments.parse(option + " SECONDS", value(option, left), 1, 999_999));
  }

  private static String value(String option, Deque<String> left) {
    if (left.isEmpty()) {
      throw new IllegalArgumentException(option + ": its value is missing; " + USAGE);
    }
    return left.pop();
  }
}
