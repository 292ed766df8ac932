// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

/**
 * The exceptions of errnos that have a class of their own. Apart from {@link LinuxException}, whose
 * verification would otherwise load them all when a program starts.
 */
final class ErrnoSubclass {
  private ErrnoSubclass() {}

  static LinuxException of(String call, int errno, String detail) {
    return switch (errno) {
      case Errno.ECONNREFUSED -> new ConnectionRefusedException(call, detail);
      case Errno.ECONNRESET -> new ConnectionResetException(call, detail);
      case Errno.ECONNABORTED -> new ConnectionAbortedException(call, detail);
      case Errno.EPIPE, Errno.ESHUTDOWN -> new BrokenPipeException(call, errno, detail);
      case Errno.ESRCH -> new ProcessLookupException(call, detail);
      default -> throw new IllegalArgumentException("errno: " + errno);
    };
  }
}
