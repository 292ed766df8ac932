// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.harness;

/** A program could not do its part on this machine. The message is its own reason, in one line. */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RefusedException(String program, String reason) {
    super(reason.startsWith(program) ? reason : program + ": " + reason);
  }
}
