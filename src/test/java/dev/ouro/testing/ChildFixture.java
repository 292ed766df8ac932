// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import dev.ouro.EventLoop;
import dev.ouro.poll.EngineKind;
import dev.ouro.transport.SubprocessOptions;
import dev.ouro.transport.WriteTransport;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The event loop of one contract test of child processes, and the ways in which it makes them. */
public final class ChildFixture implements AfterEachCallback {
  private final NetworkFixture network;

  public ChildFixture(EngineKind kind) {
    network = new NetworkFixture(kind);
  }

  public NetworkFixture network() {
    return network;
  }

  public EventLoop loop() {
    return network.loop();
  }

  public ChildRecorder recorder() {
    return new ChildRecorder(loop());
  }

  /** A child that runs; what it is told goes to a new recorder. */
  public ChildRecorder exec(SubprocessOptions options, Object... args) {
    return exec(recorder(), options, args);
  }

  public ChildRecorder exec(ChildRecorder recorder, SubprocessOptions options, Object... args) {
    network.run(loop().subprocessExec(() -> recorder, List.of(args), options));
    return recorder;
  }

  public ChildRecorder shell(SubprocessOptions options, String command) {
    return shell(recorder(), options, command);
  }

  public ChildRecorder shell(ChildRecorder recorder, SubprocessOptions options, String command) {
    network.run(loop().subprocessShell(() -> recorder, command, options));
    return recorder;
  }

  /** Runs the loop until all is over: the recorder. */
  public ChildRecorder finish(ChildRecorder recorder) {
    network.run(recorder.lost());
    return recorder;
  }

  /** What a command says on its standard output, once it is over. */
  public String output(SubprocessOptions options, String command) {
    return finish(shell(options, command)).output().strip();
  }

  public static WriteTransport stdin(ChildRecorder recorder) {
    return (WriteTransport) recorder.transport().getPipeTransport(0);
  }

  /** Whether {@code pid} is a child of this process, running or a zombie. */
  public static boolean isChild(int pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      String[] behindName = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return Long.parseLong(behindName[1]) == ProcessHandle.current().pid();
    } catch (IOException gone) {
      return false;
    }
  }

  /** How many children this process has, running or zombies. */
  public static int childCount() {
    int count = 0;
    for (File thread : new File("/proc/self/task").listFiles()) {
      try {
        String children = Files.readString(thread.toPath().resolve("children")).strip();
        count += children.isEmpty() ? 0 : children.split(" ").length;
      } catch (IOException ended) {
        // its children are another thread's
      }
    }
    return count;
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    network.afterEach(context);
  }
}
