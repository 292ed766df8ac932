// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

/** The peer reset the connection: {@code ECONNRESET}. asyncio's {@code ConnectionResetError}. */
public final class ConnectionResetException extends ConnectionException {
  private static final long serialVersionUID = 1L;

  /** For {@code call}; {@code detail} may be null. */
  public ConnectionResetException(String call, String detail) {
    super(call, Errno.ECONNRESET, detail);
  }
}
