// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.spawn;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.loop.Future;
import dev.ouro.transport.Stdio;
import dev.ouro.transport.SubprocessOptions;
import dev.ouro.transport.SubprocessProtocol;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Starts {@code /bin/true} again and again, each time up to the news of its end. */
public final class SpawnExit {
  private static final String PROGRAM = "/bin/true";
  private static final int WARM_UP = 300;
  private static final int CHILDREN = 600;

  private SpawnExit() {}

  /**
   * Prints the median nanoseconds per child as one line of JSON.
   *
   * @param arguments who starts it, {@code ouro} or {@code jdk}; and {@code pipes} or {@code null}
   */
  public static void main(String[] arguments) throws Exception {
    boolean pipes = arguments[1].equals("pipes");
    long[] nanos = arguments[0].equals("ouro") ? ouro(pipes) : jdk(pipes);
    Arrays.sort(nanos);
    System.out.printf(Locale.ROOT, "{\"nanos_per_child\":%d}%n", nanos[nanos.length / 2]);
  }

  private static long[] ouro(boolean pipes) {
    SubprocessOptions options = SubprocessOptions.DEFAULT;
    if (!pipes) {
      options =
          options.withStdin(Stdio.DEVNULL).withStdout(Stdio.DEVNULL).withStderr(Stdio.DEVNULL);
    }
    long[] nanos = new long[CHILDREN];
    try (EventLoop loop = Asyncio.newEventLoop()) {
      for (int i = -WARM_UP; i < CHILDREN; i++) {
        long start = System.nanoTime();
        Future<Void> over = loop.createFuture();
        loop.subprocessExec(() -> new Child(over), List.of(PROGRAM), options);
        loop.runUntilComplete(over);
        if (i >= 0) {
          nanos[i] = System.nanoTime() - start;
        }
      }
    }
    return nanos;
  }

  private record Child(Future<Void> over) implements SubprocessProtocol {
    @Override
    public void connectionLost(Throwable exceptionOrNull) {
      over.setResult(null);
    }
  }

  private static long[] jdk(boolean pipes) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(PROGRAM);
    if (!pipes) {
      builder
          .redirectInput(new java.io.File("/dev/null"))
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD);
    }
    long[] nanos = new long[CHILDREN];
    for (int i = -WARM_UP; i < CHILDREN; i++) {
      long start = System.nanoTime();
      Process child = builder.start();
      child.waitFor();
      child.getOutputStream().close();
      child.getInputStream().close();
      child.getErrorStream().close();
      if (i >= 0) {
        nanos[i] = System.nanoTime() - start;
      }
    }
    return nanos;
  }
}
