// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Epoll;
import dev.ouro.linux.Errno;
import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.MessageArray;
import dev.ouro.linux.Sendfile;
import dev.ouro.linux.SocketCalls;
import dev.ouro.linux.SocketConstants;
import java.io.UncheckedIOException;

/**
 * A stream in an edge-triggered epoll set: an edge means "call until it says EAGAIN", or until it
 * brings less than it might. A receive also brings less at the mark of urgent data, and behind
 * descriptors that a peer passes along: then only EAGAIN counts.
 *
 * <p>Interest in writability is added the first time a send finds no room, and stays: a stream that
 * always finds room, and a Unix socket whose peer reads, would otherwise be woken for nothing.
 */
final class EpollStream extends EpollTarget implements StreamChannel {
  private static final int READ = Epoll.EPOLLIN | Epoll.EPOLLPRI | Epoll.EPOLLRDHUP | Epoll.EPOLLET;
  private static final int READ_WRITE = READ | Epoll.EPOLLOUT;
  private static final int BROKEN = Epoll.EPOLLERR | Epoll.EPOLLHUP;
  private static final int READABLE = Epoll.EPOLLIN | Epoll.EPOLLPRI | Epoll.EPOLLRDHUP | BROKEN;
  private static final int WRITABLE = Epoll.EPOLLOUT | BROKEN;

  private final Fd fd;
  private final StreamListener listener;
  // Of a Unix socket, whose peer can pass descriptors; else null.
  private final MessageArray message;
  private boolean receiving;
  private boolean ended;
  // An edge was seen and not all of it has been read.
  private boolean readable;
  // After RDHUP or HUP no further edge comes: only 0 or an error ends the drain.
  private boolean noMoreEdges;
  // Something may stop a receive before all has been read.
  private boolean untilEmpty;
  private boolean writeInterest;
  private boolean awaitingWritable;
  private long sendAddress;
  private int sendLength;

  EpollStream(EpollEngine engine, Fd fd, StreamListener listener) {
    super(engine);
    this.fd = fd;
    this.listener = listener;
    this.message = isUnix() ? messageOf(engine) : null;
    Blocking.makeNonBlocking(fd);
    int result = register(fd.number(), READ);
    if (result < 0) {
      throw new UncheckedIOException(LinuxException.of("epoll_ctl", result, fd.toString()));
    }
  }

  private boolean isUnix() {
    return SocketCalls.family(fd.number(), engine.scratch()) == SocketConstants.AF_UNIX;
  }

  private static MessageArray messageOf(EpollEngine engine) {
    try {
      return engine.receiveMessage();
    } catch (LinuxException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void startReceiving() {
    if (!receiving && !ended && isRegistered()) {
      receiving = true;
      if (readable) {
        report(Epoll.EPOLLIN);
      }
    }
  }

  @Override
  public void stopReceiving() {
    receiving = false;
  }

  @Override
  public int send(long address, int length, boolean awaited) {
    int result = SocketCalls.send(fd.number(), address, length, 0);
    if (result == -Errno.EAGAIN) {
      sendAddress = address;
      sendLength = length;
      armWrite();
      return Engine.PENDING;
    }
    return result;
  }

  @Override
  public int trySend(long address, int length) {
    return SocketCalls.send(fd.number(), address, length, 0);
  }

  @Override
  public long sendfile(int file, long offset, long countBytes) {
    return Sendfile.sendfile(fd.number(), file, offset, countBytes);
  }

  @Override
  public void awaitWritable() {
    awaitingWritable = true;
    armWrite();
  }

  private void armWrite() {
    if (writeInterest && !awaitingWritable) {
      return; // the send that found no room is what makes the next edge come
    }
    writeInterest = true;
    int result = modify(fd.number(), READ_WRITE);
    if (result < 0) {
      // ENOMEM at the worst; the next call on the descriptor reports what is wrong with it.
      report(Epoll.EPOLLOUT);
    }
  }

  @Override
  void handle(int events) {
    if ((events & READABLE) != 0) {
      readable = true;
      noMoreEdges |= (events & (Epoll.EPOLLRDHUP | BROKEN)) != 0;
      untilEmpty |= (events & Epoll.EPOLLPRI) != 0;
      if (receiving) {
        receive();
      }
    }
    if ((events & WRITABLE) != 0 && isRegistered()) {
      write();
    }
  }

  private void receive() {
    long address = engine.receiveAddress();
    int result = message != null ? receiveMessage() : receiveBytes(address);
    if (result > 0) {
      readable = noMoreEdges || untilEmpty || result == EpollEngine.RECEIVE_BYTES;
      listener.received(engine.receiveView(result), address);
      if (readable && receiving && isRegistered()) {
        report(Epoll.EPOLLIN); // in the next turn: others come in between
      }
    } else if (result == -Errno.EAGAIN) {
      readable = false;
      untilEmpty = false;
    } else {
      ended = true;
      receiving = false;
      readable = false;
      if (result == 0) {
        listener.endOfStream();
      } else {
        listener.receiveFailed(-result);
      }
    }
  }

  private int receiveBytes(long address) {
    return SocketCalls.recv(fd.number(), address, EpollEngine.RECEIVE_BYTES, 0);
  }

  /** The same, and whether descriptors were passed along, which close. */
  private int receiveMessage() {
    int result = SocketCalls.recvmsg(fd.number(), message.address(0), 0);
    untilEmpty |= result > 0 && (message.flags(0) & SocketConstants.MSG_CTRUNC) != 0;
    return result;
  }

  private void write() {
    if (sendLength > 0) {
      int result = SocketCalls.send(fd.number(), sendAddress, sendLength, 0);
      if (result != -Errno.EAGAIN) {
        sendLength = 0;
        listener.sent(result);
      }
    } else if (awaitingWritable) {
      awaitingWritable = false;
      listener.writable();
    }
  }

  @Override
  public int fd() {
    return fd.number();
  }

  @Override
  public boolean cancel() {
    receiving = false;
    sendLength = 0;
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
