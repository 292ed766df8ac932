// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

/**
 * Nobody listens at the address: {@code ECONNREFUSED}. asyncio's {@code ConnectionRefusedError}.
 */
public final class ConnectionRefusedException extends ConnectionException {
  private static final long serialVersionUID = 1L;

  /** For {@code call}; {@code detail} may be null. */
  public ConnectionRefusedException(String call, String detail) {
    super(call, Errno.ECONNREFUSED, detail);
  }
}
