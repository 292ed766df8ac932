// SPDX-License-Identifier: Apache-2.0

/**
 * asyncio's event loop for Java on Linux, on io_uring and epoll, without a C library in between.
 */
module dev.ouro {
  exports dev.ouro;
  exports dev.ouro.linux;
  exports dev.ouro.loop;
  exports dev.ouro.memory;
  exports dev.ouro.streams;
  exports dev.ouro.sync;
  exports dev.ouro.tasks;
  exports dev.ouro.transport;
  exports dev.ouro.uring;
}
