// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

/** The kernel interfaces that an {@link Engine} can stand on. */
public enum EngineKind {
  /** Completion queues: {@code io_uring(7)}. */
  IO_URING("io_uring"),
  /** Readiness: {@code epoll(7)}. */
  EPOLL("epoll");

  private final String label;

  EngineKind(String label) {
    this.label = label;
  }

  /** The name that users know: {@code io_uring} or {@code epoll}. */
  public String label() {
    return label;
  }
}
