// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

/** Something that the loop runs in its turn: a callback, or an operation that completed. */
public interface Ready {
  /**
   * Runs once, on the loop's thread. May throw: the loop reports it and goes on.
   *
   * @param completion what was given to {@link Completions#add}; 0 for a callback
   * @param data what was given to {@link Completions#add}; 0 for a callback
   */
  void run(long completion, long data);

  /** It will not run: the loop closes. What only the completion knows is freed. */
  default void drop(long completion) {}
}
