// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import java.time.Duration;

/**
 * When to try again what the kernel refuses for now, where no readiness tells that it would not any
 * more: after a millisecond, then after twice as long each time, up to 64 ms.
 *
 * <p>There are two such waits, both of Unix sockets: {@code connect(2)} to a listener whose backlog
 * is full, and {@code sendto(2)} of a socket that is not connected, to a peer whose queue is full.
 * Such sockets are always writable ({@code unix_poll} and {@code unix_dgram_poll} in the kernel's
 * {@code net/unix/af_unix.c}). For datagrams, a second socket that is connected to the peer would
 * become writable in time; not for connects. It would have to be opened and connected anew for each
 * peer that is full, and say nothing when it is the sender's own buffer that is.
 */
final class RetryDelay {
  private static final Duration FIRST = Duration.ofMillis(1);
  private static final Duration LAST = Duration.ofMillis(64);

  private Duration next = FIRST;

  /** How long to wait this time. */
  Duration next() {
    Duration delay = next;
    if (delay.compareTo(LAST) < 0) {
      next = delay.multipliedBy(2);
    }
    return delay;
  }

  /** It has succeeded: begins again. */
  void reset() {
    next = FIRST;
  }
}
