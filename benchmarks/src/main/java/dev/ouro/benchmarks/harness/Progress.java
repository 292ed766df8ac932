// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.harness;

import java.io.PrintStream;

/** Says what goes on: on a terminal in one line that changes, else a line each. */
public final class Progress {
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final PrintStream out;
  private final boolean terminal;

  public Progress(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** On stderr, so that stdout holds the tables alone. */
  public static Progress onStderr() {
    return new Progress(System.err, System.console() != null && System.console().isTerminal());
  }

  public void show(String text) {
    if (terminal) {
      out.print(CLEAR_LINE + text);
      out.flush();
    } else {
      out.println(text);
    }
  }

  /** Takes the last text away, where that is possible. */
  public void clear() {
    if (terminal) {
      out.print(CLEAR_LINE);
      out.flush();
    }
  }
}
