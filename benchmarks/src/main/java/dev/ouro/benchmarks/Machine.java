// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks;

/** What was measured on. */
final class Machine {
  private Machine() {}

  static String text() {
    return "Linux %s, %s, %d CPUs, JDK %s"
        .formatted(
            System.getProperty("os.version"),
            System.getProperty("os.arch"),
            Runtime.getRuntime().availableProcessors(),
            Runtime.version());
  }
}
