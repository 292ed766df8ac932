// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.LinuxException;

/** The kernel interfaces that an {@link Engine} can stand on; each opens its own. */
public enum EngineKind implements EngineFactory {
  /** Completion queues: {@code io_uring(7)}. */
  IO_URING("io_uring"),
  /** Readiness: {@code epoll(7)}. */
  EPOLL("epoll");

  private final String label;

  EngineKind(String label) {
    this.label = label;
  }

  @Override
  public Engine open(Completions completions) throws LinuxException {
    return this == IO_URING ? RingEngine.open(completions) : EpollEngine.open(completions);
  }

  /** The name that users know: {@code io_uring} or {@code epoll}. */
  public String label() {
    return label;
  }
}
