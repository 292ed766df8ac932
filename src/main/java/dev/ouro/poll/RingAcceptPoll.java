// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Epoll;
import dev.ouro.linux.Errno;
import dev.ouro.linux.Fd;
import dev.ouro.linux.NativeMemory;
import dev.ouro.linux.SockAddr;
import dev.ouro.linux.SocketCalls;
import dev.ouro.uring.RingOperations;

/**
 * How a {@link RingAcceptor} accepts {@link Acceptor#oneByOne}: a poll, and then {@code accept4(2)}
 * for each connection. The listening socket is non-blocking.
 */
final class RingAcceptPoll extends RingOperation {
  private final RingAcceptor acceptor;
  private final Fd fd;
  private final long address;

  RingAcceptPoll(RingAcceptor acceptor, RingEngine engine, Fd fd) {
    super(engine);
    this.acceptor = acceptor;
    this.fd = fd;
    this.address = engine.addresses().takeUnchecked();
  }

  void arm() {
    if (!isInFlight()) {
      engine
          .ring()
          .preparePollAdd(fd.number(), Epoll.EPOLLIN, RingOperations.ONCE)
          .userData(begin())
          .submit();
    }
  }

  @Override
  void complete(int result, int flags) {
    try {
      if (result >= 0) {
        acceptAll();
      } else {
        acceptor.failed(-result);
      }
    } finally {
      acceptor.goOn(this);
    }
  }

  private void acceptAll() {
    long length = address + AddressMemory.LENGTH_OFFSET;
    for (int i = 0; i < RingAcceptor.ACCEPTS && acceptor.isAccepting(); i++) {
      NativeMemory.putInt(length, SockAddr.SIZE_BYTES);
      int result = SocketCalls.accept(fd.number(), address, length);
      if (result >= 0) {
        acceptor.accepted(new Fd(result), address);
      } else if (result == -Errno.EAGAIN) {
        return;
      } else {
        acceptor.failed(-result);
      }
    }
  }

  /** It will not be armed any more. */
  void close() {
    engine.addresses().give(address);
  }

  @Override
  void dispose() {
    fd.close();
  }
}
