// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

/**
 * The connection was aborted on this side: {@code ECONNABORTED}. asyncio's {@code
 * ConnectionAbortedError}.
 */
public final class ConnectionAbortedException extends ConnectionException {
  private static final long serialVersionUID = 1L;

  /** For {@code call}; {@code detail} may be null. */
  public ConnectionAbortedException(String call, String detail) {
    super(call, Errno.ECONNABORTED, detail);
  }
}
