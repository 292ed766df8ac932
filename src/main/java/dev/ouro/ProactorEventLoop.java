// SPDX-License-Identifier: Apache-2.0
package dev.ouro;

import dev.ouro.linux.LinuxException;
import dev.ouro.loop.WaitStrategy;
import dev.ouro.poll.EngineKind;

/**
 * The event loop on {@code io_uring(7)}: fewer system calls, where the machine allows it.
 *
 * <p>The thread that runs it first must run it ever after, for its ring belongs to that thread.
 */
public final class ProactorEventLoop extends BaseEventLoop {
  /**
   * A loop that waits adaptively.
   *
   * @throws LinuxException EPERM, ENOSYS: rings are forbidden or missing here, its message says
   *     why; ENOMEM: not even a small one fits RLIMIT_MEMLOCK; EINVAL: the kernel is too old;
   *     EMFILE, ENFILE: no descriptor is free
   */
  public ProactorEventLoop() throws LinuxException {
    this(WaitStrategy.adaptive());
  }

  /**
   * A loop that waits as {@code strategy} says.
   *
   * @throws LinuxException as {@link #ProactorEventLoop()}
   */
  public ProactorEventLoop(WaitStrategy strategy) throws LinuxException {
    this(strategy, "asked for");
  }

  ProactorEventLoop(WaitStrategy strategy, String reason) throws LinuxException {
    super(EngineKind.IO_URING, strategy, reason);
  }
}
