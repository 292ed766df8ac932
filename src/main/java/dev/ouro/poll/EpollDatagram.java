// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Epoll;
import dev.ouro.linux.Errno;
import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.MessageArray;
import dev.ouro.linux.SocketCalls;

/**
 * A datagram socket in an edge-triggered epoll set: an edge means "receive until a call brings less
 * than it might". Interest in writability lasts only as long as somebody waits for it: every
 * datagram that leaves the socket's buffer would be an edge.
 */
final class EpollDatagram extends EpollTarget implements DatagramChannel {
  private static final int READ = Epoll.EPOLLIN | Epoll.EPOLLET;
  private static final int BROKEN = Epoll.EPOLLERR | Epoll.EPOLLHUP;

  private final Fd fd;
  private final DatagramListener listener;
  private final DatagramDelivery delivery;
  private final DatagramBatch batch;
  private boolean readable;
  // The error is reported by a receive, and no further edge comes for what is behind it.
  private boolean untilEmpty;
  private boolean awaitingWritable;

  EpollDatagram(EpollEngine engine, Fd fd, DatagramListener listener, DatagramBatch batch)
      throws LinuxException {
    super(engine);
    this.fd = fd;
    this.listener = listener;
    this.delivery = new DatagramDelivery(listener);
    this.batch = batch;
    Blocking.makeNonBlocking(fd);
    int result = register(fd.number(), READ);
    if (result < 0) {
      throw LinuxException.of("epoll_ctl", result, fd.toString());
    }
  }

  @Override
  public void startReceiving() {
    if (isRegistered() && !delivery.isOpen()) {
      delivery.start();
      if (readable) {
        report(Epoll.EPOLLIN);
      }
    }
  }

  @Override
  public void stopReceiving() {
    delivery.stop();
  }

  @Override
  public int trySend(MessageArray messages, int count) {
    return SocketCalls.sendmmsg(fd.number(), messages.address(0), count);
  }

  @Override
  public int sendAtTurnEnd(MessageArray messages) {
    return trySend(messages, 1);
  }

  @Override
  public void awaitWritable() {
    awaitingWritable = true;
    interest(READ | Epoll.EPOLLOUT);
  }

  private void interest(int events) {
    if (modify(fd.number(), events) < 0) {
      // ENOMEM at the worst; the next call on the descriptor reports what is wrong with it.
      report(Epoll.EPOLLOUT);
    }
  }

  @Override
  void handle(int events) {
    if ((events & (Epoll.EPOLLIN | BROKEN)) != 0) {
      readable = true;
      untilEmpty |= (events & BROKEN) != 0;
      if (delivery.isOpen()) {
        receive();
      }
    }
    if ((events & (Epoll.EPOLLOUT | BROKEN)) != 0 && awaitingWritable && isRegistered()) {
      awaitingWritable = false;
      interest(READ);
      listener.writable();
    }
  }

  private void receive() {
    int count = batch.receive(fd.number());
    if (count < 0) {
      untilEmpty = count != -Errno.EAGAIN;
    }
    readable = untilEmpty || count == DatagramBatch.DATAGRAMS;
    if (readable) {
      report(Epoll.EPOLLIN); // in the next turn: others come in between
    }
    if (count > 0) {
      batch.handOver(count, delivery);
    } else if (count != -Errno.EAGAIN) {
      delivery.failed(count);
    }
  }

  @Override
  public int fd() {
    return fd.number();
  }

  @Override
  public boolean cancel() {
    delivery.stop();
    awaitingWritable = false;
    unregister(fd.number());
    return true;
  }

  @Override
  public void release() {
    fd.close();
  }

  @Override
  void dispose() {
    cancel();
    release();
  }
}
