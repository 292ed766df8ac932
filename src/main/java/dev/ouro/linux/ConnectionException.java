// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

/**
 * A connection that failed: refused, reset, aborted, or broken. asyncio's {@code ConnectionError}.
 */
public abstract sealed class ConnectionException extends LinuxException
    permits BrokenPipeException,
        ConnectionAbortedException,
        ConnectionRefusedException,
        ConnectionResetException {
  private static final long serialVersionUID = 1L;

  ConnectionException(String call, int errno, String detail) {
    super(call, errno, detail);
  }
}
