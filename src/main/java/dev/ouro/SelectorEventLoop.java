// SPDX-License-Identifier: Apache-2.0
package dev.ouro;

import dev.ouro.linux.LinuxException;
import dev.ouro.loop.WaitStrategy;
import dev.ouro.poll.EngineKind;

/** The event loop on {@code epoll(7)}: it runs everywhere. */
public final class SelectorEventLoop extends BaseEventLoop {
  /**
   * A loop that waits adaptively.
   *
   * @throws LinuxException EMFILE, ENFILE: no descriptor is free; ENOMEM
   */
  public SelectorEventLoop() throws LinuxException {
    this(WaitStrategy.adaptive());
  }

  /**
   * A loop that waits as {@code strategy} says.
   *
   * @throws LinuxException EMFILE, ENFILE: no descriptor is free; ENOMEM
   */
  public SelectorEventLoop(WaitStrategy strategy) throws LinuxException {
    this(strategy, "asked for");
  }

  SelectorEventLoop(WaitStrategy strategy, String reason) throws LinuxException {
    super(EngineKind.EPOLL, strategy, reason);
  }
}
