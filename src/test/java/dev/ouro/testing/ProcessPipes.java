// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import java.io.IOException;

/**
 * This process's ends of the pipes of a program that the JDK started. Once it has ended, a thread
 * of the JDK's closes them, but some time after {@link Process#waitFor} has returned: a test that
 * leaves them to it now and then leaves them to the next test.
 */
public final class ProcessPipes {
  private ProcessPipes() {}

  /** Closes them. */
  public static void close(Process process) throws IOException {
    process.getInputStream().close();
    process.getErrorStream().close();
    try {
      process.getOutputStream().close();
    } catch (IOException brokenPipe) {
      // what was not written, to a program that has ended
    }
  }
}
