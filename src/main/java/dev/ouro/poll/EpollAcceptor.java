// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Epoll;
import dev.ouro.linux.Errno;
import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.NativeMemory;
import dev.ouro.linux.SockAddr;
import dev.ouro.linux.SocketCalls;
import java.io.UncheckedIOException;

/** A listening socket in the epoll set, level-triggered: what is left over is reported again. */
final class EpollAcceptor extends EpollTarget implements Acceptor {
  /** How many connections one turn takes, so that a flood of them does not starve the others. */
  private static final int ACCEPTS_PER_TURN = 64;

  private final Fd fd;
  private final AcceptListener listener;

  EpollAcceptor(EpollEngine engine, Fd fd, AcceptListener listener) {
    super(engine);
    this.fd = fd;
    this.listener = listener;
    Blocking.makeNonBlocking(fd);
  }

  @Override
  public void start() {
    if (!isRegistered() && !fd.isClosed()) {
      int result = register(fd.number(), Epoll.EPOLLIN);
      if (result < 0) {
        throw new UncheckedIOException(LinuxException.of("epoll_ctl", result, fd.toString()));
      }
    }
  }

  @Override
  public void stop() {
    unregister(fd.number());
  }

  @Override
  void handle(int events) {
    long address = engine.scratch();
    long length = address + SockAddr.SIZE_BYTES;
    for (int i = 0; i < ACCEPTS_PER_TURN && isRegistered(); i++) {
      NativeMemory.putInt(length, SockAddr.SIZE_BYTES);
      int accepted = SocketCalls.accept(fd.number(), address, length);
      if (accepted >= 0) {
        listener.accepted(new Fd(accepted), SockAddr.read(address, NativeMemory.getInt(length)));
      } else if (accepted == -Errno.EAGAIN) {
        return;
      } else if (!Acceptor.isOfOneConnection(-accepted)) {
        boolean stops = Acceptor.isWantOfResources(-accepted);
        if (stops) {
          stop();
        }
        listener.acceptFailed(-accepted, stops);
        return;
      }
    }
  }

  @Override
  public int fd() {
    return fd.number();
  }

  @Override
  public void close() {
    stop();
    fd.close();
  }

  @Override
  void dispose() {
    close();
  }
}
