// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.harness;

import java.util.List;

/**
 * A server that can be started.
 *
 * @param name what tables call it
 * @param runtime what it runs on
 * @param command how it is started, without anything about processors
 * @param note what is particular about it, until it says itself which engine it chose and why
 */
public record Contender(String name, Runtime runtime, List<String> command, String note) {
  /** What a server runs on, which decides how it is bound to a processor. */
  public enum Runtime {
    /** Bound as a whole process. */
    NATIVE,
    /**
     * On a core of its own only the loop's thread is bound, from outside, after the start: the
     * machine must look to the JVM as large as it is.
     */
    JVM
  }

  public Contender {
    command = List.copyOf(command);
  }

  public boolean isJvm() {
    return runtime == Runtime.JVM;
  }
}
