// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.LinuxException;

/** A descriptor watched level-triggered. Only the engine's thread may call. */
public interface Watch {
  /**
   * Sets what is watched for: {@code EPOLLIN}, {@code EPOLLOUT}, both, or 0 for nothing. EPOLLERR
   * and EPOLLHUP are reported with either. While ready, the listener is called in every turn.
   *
   * @throws LinuxException EPERM: a regular file or a folder; EBADF: not open; the interest is then
   *     what it was
   */
  void interest(int events) throws LinuxException;

  /** Ends the watch. The descriptor may be closed already. No call to the listener follows. */
  void close();
}
