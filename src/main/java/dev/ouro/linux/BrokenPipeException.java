// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

/**
 * Written to an end that reads no more: {@code EPIPE}, {@code ESHUTDOWN}. asyncio's {@code
 * BrokenPipeError}.
 */
public final class BrokenPipeException extends ConnectionException {
  private static final long serialVersionUID = 1L;

  BrokenPipeException(String call, int errno, String detail) {
    super(call, errno, detail);
  }
}
