// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Errno;

/**
 * A listening socket's operations. Only the engine's thread may call.
 *
 * <p>After an error that means want of resources (EMFILE, ENFILE, ENOBUFS, ENOMEM) the acceptor is
 * stopped; its owner starts it again when that may help. No connection is lost meanwhile: it waits
 * in the kernel's queue.
 */
public interface Acceptor {
  /** Accepts connections until stopped. Idempotent. */
  void start();

  /** Accepts no more. A connection that the kernel had accepted by now is still handed over. */
  void stop();

  /**
   * From now on takes no connection from the kernel before the listener has heard of the one
   * before, so that it can {@link #stop} before the descriptors are used up. Idempotent.
   *
   * @return whether connections may have been taken ahead: the engine's next {@link Engine#poll}
   *     ends that, and reports them
   */
  default boolean oneByOne() {
    return false;
  }

  /** The descriptor's number, −1 after {@link #close}. */
  int fd();

  /**
   * Stops, and closes the listening socket: at once where nothing runs in the kernel, else as soon
   * as that has ended. Connections that arrive by then are closed. No call to the listener follows.
   * Idempotent.
   */
  void close();

  /**
   * Whether an errno of {@code accept4(2)} means that nothing is free to accept with: it must be
   * tried again later, not at once. Here, because a class in a folder cannot be loaded then.
   */
  static boolean isWantOfResources(int errno) {
    return errno == Errno.EMFILE
        || errno == Errno.ENFILE
        || errno == Errno.ENOBUFS
        || errno == Errno.ENOMEM;
  }

  /**
   * Whether it means that the connection was gone before it was accepted: the next one may be
   * there. The man page counts pending network errors of the new socket to these.
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
