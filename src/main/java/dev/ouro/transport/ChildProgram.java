// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Errno;
import dev.ouro.linux.FileCalls;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Spawn;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a child runs: the program, its arguments and its environment, as bytes.
 *
 * @param path the program as it was named
 * @param args the arguments, the first of which is the program's name
 * @param environment {@code NAME=value} each; null: this process's
 * @param searchPath where a program without a slash is searched for
 */
record ChildProgram(
    String path, List<byte[]> args, List<byte[]> environment, List<String> searchPath) {
  private static final String DEFAULT_SEARCH_PATH = "/bin:/usr/bin";
  private static final String SHELL = "/bin/sh";

  /** As {@code subprocess_exec}. */
  static ChildProgram exec(List<?> args, SubprocessOptions options) {
    Objects.requireNonNull(args, "args");
    if (args.isEmpty()) {
      throw new IllegalArgumentException("args: no program");
    }
    List<byte[]> encoded = new ArrayList<>();
    for (Object arg : args) {
      encoded.add(encode(arg));
    }
    String program = new String(encoded.getFirst(), StandardCharsets.ISO_8859_1);
    return of(program, encoded, options);
  }

  /** As {@code subprocess_shell}. */
  static ChildProgram shell(byte[] command, SubprocessOptions options) {
    String shell = options.executable() == null ? SHELL : options.executable();
    List<byte[]> args = List.of(utf8(shell), utf8("-c"), encode(command));
    return of(latin1(utf8(SHELL)), args, options);
  }

  private static ChildProgram of(String program, List<byte[]> args, SubprocessOptions options) {
    String named = options.executable() == null ? program : latin1(utf8(options.executable()));
    if (options.env() == null) {
      return new ChildProgram(named, args, null, searchPath(System.getenv("PATH")));
    }
    List<byte[]> environment = new ArrayList<>();
    options.env().forEach((name, value) -> environment.add(utf8(name + "=" + value)));
    return new ChildProgram(named, args, environment, searchPath(options.env().get("PATH")));
  }

  private static List<String> searchPath(String path) {
    return List.of((path == null ? DEFAULT_SEARCH_PATH : path).split(":", -1));
  }

  static String checked(String name, String value) {
    if (value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(name + ": embedded null byte");
    }
    return value;
  }

  static void checkEnvironment(Map<String, String> env) {
    env.forEach((name, value) -> {
      if (name.isEmpty() || name.indexOf('=') >= 0) {
        throw new IllegalArgumentException("env: illegal environment variable name: " + name);
      }
      checked("env", name);
      checked("env", value);
    });
  }

  private static byte[] encode(Object arg) {
    byte[] bytes =
        switch (Objects.requireNonNull(arg, "args: null")) {
          case String text -> utf8(text);
          case Path path -> utf8(path.toString());
          case byte[] raw -> raw.clone();
          default ->
              throw new IllegalArgumentException(
                  "args: program arguments must be a String, byte[] or Path, not "
                      + arg.getClass().getName());
        };
    for (byte b : bytes) {
      if (b == 0) {
        throw new IllegalArgumentException("args: embedded null byte");
      }
    }
    return bytes;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The bytes as characters, so that paths of any encoding can be put together. */
  private static String latin1(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /**
   * Starts it, from the first folder of the search path that has a program which can be run.
   *
   * @param elsewhere whether the child has a working directory of its own
   * @return the child's process number
   * @throws LinuxException ENOENT: none has; or why the last one could not be run
   */
  int start(Spawn spawn, boolean elsewhere) throws LinuxException {
    if (path.indexOf('/') >= 0) {
      return start(spawn, path);
    }
    LinuxException failure = null;
    for (String folder : searchPath) {
      String candidate = folder.isEmpty() ? path : latin1(utf8(folder)) + "/" + path;
      if (isMissing(candidate, elsewhere)) {
        continue;
      }
      try {
        return start(spawn, candidate);
      } catch (LinuxException e) {
        if (e.errno() == Errno.EACCES) {
          failure = e;
        } else if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR) {
          throw e;
        }
      }
    }
    throw failure != null ? failure : LinuxException.of("posix_spawn", Errno.ENOENT, text());
  }

  private int start(Spawn spawn, String file) throws LinuxException {
    return spawn.start(file.getBytes(StandardCharsets.ISO_8859_1), args, environment);
  }

  /** To ask costs a tenth of a spawn that fails. A relative path is the child's to resolve. */
  private static boolean isMissing(String file, boolean elsewhere) {
    boolean relative = !file.startsWith("/");
    return !(relative && elsewhere)
        && FileCalls.access(file.getBytes(StandardCharsets.ISO_8859_1), FileCalls.F_OK) < 0;
  }

  /** The program's name, for messages. */
  String text() {
    return new String(path.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
