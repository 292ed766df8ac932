// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

/** An operation that runs in the kernel and ends once. */
public interface Operation {
  /**
   * Asks the kernel to give up. The listener is still called once, with what really happened:
   * {@code -ECANCELED}, or the result when the operation was faster. No-op when it has ended.
   */
  void cancel();
}
