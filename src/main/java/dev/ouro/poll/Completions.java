// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

/** Where an engine leaves what completed, in the order in which the kernel reported it. */
public interface Completions {
  /**
   * Queues {@code ready} to run once in the turn that is being polled for.
   *
   * @param completion passed through to {@link Ready#run}: for a ring, the result in the low 32
   *     bits and the flags in the high ones
   * @param data passed through to {@link Ready#run}
   */
  void add(Ready ready, long completion, long data);
}
