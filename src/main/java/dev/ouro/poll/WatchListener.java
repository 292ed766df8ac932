// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

/** Hears of a {@link Watch}, from the ready queue. */
@FunctionalInterface
public interface WatchListener {
  /**
   * The descriptor is ready for {@code events}, a subset of the interest plus EPOLLERR, EPOLLHUP.
   */
  void ready(int events);
}
