// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

/** There is no such process any more: {@code ESRCH}. asyncio's {@code ProcessLookupError}. */
public final class ProcessLookupException extends LinuxException {
  private static final long serialVersionUID = 1L;

  ProcessLookupException(String call, String detail) {
    super(call, Errno.ESRCH, detail);
  }
}
