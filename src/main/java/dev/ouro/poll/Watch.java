// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

/** A descriptor watched level-triggered. Only the engine's thread may call. */
public interface Watch {
  /**
   * Sets what is watched for: {@code EPOLLIN}, {@code EPOLLOUT}, both, or 0 for nothing. EPOLLERR
   * and EPOLLHUP are always reported, as either. While ready, the listener is called in every turn.
   */
  void interest(int events);

  /** Ends the watch. The descriptor may be closed already. No call to the listener follows. */
  void close();
}
