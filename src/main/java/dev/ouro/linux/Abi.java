// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

/** What differs between the architectures that Ouro runs on. */
final class Abi {
  /** Whether this is x86-64; else it is aarch64. */
  static final boolean X86_64 = System.getProperty("os.arch").equals("amd64");

  /** {@code sizeof(struct epoll_event)}: packed on x86-64 only. */
  static final long EPOLL_EVENT_SIZE = X86_64 ? 12 : 16;

  /** {@code offsetof(struct epoll_event, data)}. */
  static final long EPOLL_EVENT_DATA_OFFSET = X86_64 ? 4 : 8;

  private Abi() {}
}
