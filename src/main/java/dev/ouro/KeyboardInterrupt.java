// SPDX-License-Identifier: Apache-2.0
package dev.ouro;

import dev.ouro.loop.LoopExit;

/**
 * SIGINT, mostly Ctrl-C, ended {@link Runner#run(java.util.concurrent.Callable)}: Python's {@code
 * KeyboardInterrupt}. Its cause is the main task's {@link
 * java.util.concurrent.CancellationException}; none when a second SIGINT left the run at once.
 *
 * <p>A program whose {@code main} lets it through ends with its trace and exit code 1, as with any
 * exception. To end as the JVM does on SIGINT by itself: {@code System.exit(130)}.
 */
public final class KeyboardInterrupt extends LoopExit {
  private static final long serialVersionUID = 1L;

  KeyboardInterrupt(Throwable causeOrNull) {
    super("SIGINT", causeOrNull);
  }
}
