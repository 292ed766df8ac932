// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Epoll;
import dev.ouro.linux.Errno;
import dev.ouro.linux.Fd;
import dev.ouro.linux.SockAddr;
import dev.ouro.linux.SocketCalls;
import java.net.SocketAddress;

/** A {@code connect(2)}: writability ends it, {@code SO_ERROR} says how. */
final class EpollConnect extends EpollTarget implements Operation {
  private final Fd fd;
  private final OperationListener listener;

  private EpollConnect(EpollEngine engine, Fd fd, OperationListener listener) {
    super(engine);
    this.fd = fd;
    this.listener = listener;
  }

  static EpollConnect start(
      EpollEngine engine, Fd fd, SocketAddress address, OperationListener listener) {
    EpollConnect connect = new EpollConnect(engine, fd, listener);
    Blocking.makeNonBlocking(fd);
    int length = SockAddr.write(address, engine.scratch());
    int result = SocketCalls.connect(fd.number(), engine.scratch(), length);
    if (result == -Errno.EINPROGRESS) {
      result = connect.register(fd.number(), Epoll.EPOLLOUT | Epoll.EPOLLET);
      if (result == 0) {
        return connect;
      }
    }
    connect.finish(result);
    return connect;
  }

  @Override
  void handle(int events) {
    int error = SocketCalls.pendingError(fd.number(), engine.scratch());
    unregister(fd.number());
    listener.completed(-Math.abs(error));
  }

  @Override
  public void cancel() {
    if (isRegistered()) {
      unregister(fd.number());
      finish(-Errno.ECANCELED);
    }
  }

  private void finish(int result) {
    engine.enqueue((completion, data) -> listener.completed(result));
  }

  @Override
  void dispose() {
    unregister(fd.number());
  }
}
