// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import java.net.SocketAddress;

/** Hears of an {@link Acceptor}'s connections, from the ready queue. */
public interface AcceptListener {
  /**
   * A connection was accepted: a non-blocking, close-on-exec descriptor, which is the listener's
   * from now on, and the peer's address as {@code accept4(2)} gave it.
   */
  void accepted(dev.ouro.linux.Fd fd, SocketAddress peer);

  /**
   * Accepting failed with this errno (positive). ECONNABORTED and its like are not reported. For
   * want of resources the acceptor is stopped now; after another error it goes on.
   */
  void acceptFailed(int errno, boolean stopped);
}
