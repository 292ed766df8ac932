// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Errno;

/** What the errors of {@code accept4(2)} mean for a server, the same on both engines. */
final class AcceptErrors {
  private AcceptErrors() {}

  /** Nothing is free to accept with: it must be tried again later, not at once. */
  static boolean isWantOfResources(int errno) {
    return errno == Errno.EMFILE
        || errno == Errno.ENFILE
        || errno == Errno.ENOBUFS
        || errno == Errno.ENOMEM;
  }

  /**
   * The connection was gone before it was accepted: the next one may be there. The man page counts
   * pending network errors of the new socket to these.
   */
  static boolean isOfOneConnection(int errno) {
    return errno == Errno.ECONNABORTED
        || errno == Errno.EPROTO
        || errno == Errno.ENETDOWN
        || errno == Errno.ENOPROTOOPT
        || errno == Errno.EHOSTDOWN
        || errno == Errno.ENONET
        || errno == Errno.EHOSTUNREACH
        || errno == Errno.ENETUNREACH;
  }
}
