// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Epoll;
import dev.ouro.linux.Errno;
import dev.ouro.linux.Fd;
import dev.ouro.linux.FileCalls;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.NativeMemory;
import dev.ouro.linux.Sendfile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One direction of a pipe, a terminal, a device or a socket: {@code read(2)} or {@code write(2)}
 * when a level-triggered {@link Watch} says that it may go on. The same on both engines: a ring's
 * own reads of such files are polls and reads as well, some on threads of the kernel's.
 *
 * <p>Receiving on the direction that writes is to wait for the reader's going away, which is the
 * {@link StreamListener#endOfStream} there.
 */
final class PipeChannel implements StreamChannel, WatchListener, Ready {
  private static final int ENDS = Epoll.EPOLLERR | Epoll.EPOLLHUP | Epoll.EPOLLRDHUP;
  private static final int READABLE = Epoll.EPOLLIN | ENDS;
  private static final int WRITABLE = Epoll.EPOLLOUT | ENDS;

  private final Fd fd;
  private final boolean reads;
  private final StreamListener listener;
  private final Completions completions;
  private final Watch watch;
  private final long memory;
  private final ByteBuffer view;
  private int interest;
  private boolean receiving;
  private boolean ended;
  private boolean awaitingWritable;
  private long sendAddress;
  private int sendLength;
  // A device that cannot be polled is taken as ready in every turn.
  private boolean cannotPoll;
  private boolean queued;

  /**
   * Makes the channel of {@code fd}.
   *
   * @param reads which direction
   * @param memory where {@code sizeBytes} can be read to; in use only while they are handed over
   */
  PipeChannel(
      Engine engine,
      Completions completions,
      Fd fd,
      boolean reads,
      StreamListener listener,
      long memory,
      int sizeBytes) {
    this.fd = fd;
    this.reads = reads;
    this.listener = listener;
    this.completions = completions;
    this.memory = memory;
    this.view = reads ? NativeMemory.buffer(memory, sizeBytes) : null;
    this.watch = engine.watch(fd.number(), this);
    Blocking.makeNonBlocking(fd);
  }

  // Watching

  /** Watches for what is wanted now: 0, or −errno. */
  private int update() {
    int wanted = 0;
    if (receiving && !ended) {
      wanted = reads ? Epoll.EPOLLIN : Epoll.EPOLLRDHUP;
    }
    if (sendLength > 0 || awaitingWritable) {
      wanted |= Epoll.EPOLLOUT;
    }
    if (wanted != interest) {
      interest = wanted;
      if (!cannotPoll) {
        try {
          watch.interest(wanted);
        } catch (LinuxException e) {
          if (e.errno() != Errno.EPERM) {
            return -e.errno();
          }
          cannotPoll = true;
        }
      }
    }
    if (cannotPoll && interest != 0 && !queued) {
      queued = true;
      completions.add(this, 0, 0);
    }
    return 0;
  }

  /** A turn of a device that cannot be polled. */
  @Override
  public void run(long completion, long data) {
    queued = false;
    if (interest != 0) {
      ready(interest);
      update();
    }
  }

  @Override
  public void ready(int events) {
    if (receiving && (events & (reads ? READABLE : ENDS)) != 0) {
      if (reads) {
        receive();
      } else {
        end(0);
      }
    }
    if ((events & WRITABLE) != 0) {
      write();
    }
  }

  // Receiving

  @Override
  public void startReceiving() {
    if (!receiving && !ended) {
      receiving = true;
      int result = update();
      if (result < 0) {
        end(result);
      }
    }
  }

  @Override
  public void stopReceiving() {
    if (receiving) {
      receiving = false;
      update(); // to want less can only fail where nothing is left to want
    }
  }

  private void receive() {
    int result = FileCalls.read(fd.number(), memory, view.capacity());
    if (result > 0) {
      listener.received(view.clear().limit(result).order(ByteOrder.BIG_ENDIAN), memory);
    } else if (result != -Errno.EAGAIN) {
      end(result);
    }
  }

  private void end(int result) {
    ended = true;
    receiving = false;
    update();
    if (result == 0) {
      listener.endOfStream();
    } else {
      listener.receiveFailed(-result);
    }
  }

  // Sending

  @Override
  public int send(long address, int length, boolean awaited) {
    int result = trySend(address, length);
    if (result != -Errno.EAGAIN) {
      return result;
    }
    sendAddress = address;
    sendLength = length;
    int watched = update();
    if (watched < 0) {
      sendLength = 0;
      return watched;
    }
    return Engine.PENDING;
  }

  @Override
  public int trySend(long address, int length) {
    return FileCalls.write(fd.number(), address, length);
  }

  @Override
  public long sendfile(int file, long offset, long countBytes) {
    return Sendfile.sendfile(fd.number(), file, offset, countBytes);
  }

  @Override
  public void awaitWritable() {
    awaitingWritable = true;
    if (update() < 0) {
      // ENOMEM at the worst; the call that follows tells what is wrong with the descriptor.
      completions.add((completion, data) -> write(), 0, 0);
    }
  }

  private void write() {
    if (sendLength > 0) {
      int result = trySend(sendAddress, sendLength);
      if (result != -Errno.EAGAIN) {
        sendLength = 0;
        listener.sent(result);
        update(); // after what was sent next: to stop watching and to start again costs two calls
      }
    } else if (awaitingWritable) {
      awaitingWritable = false;
      listener.writable();
      update();
    }
  }

  // The end

  @Override
  public int fd() {
    return fd.number();
  }

  @Override
  public boolean cancel() {
    receiving = false;
    ended = true;
    sendLength = 0;
    awaitingWritable = false;
    interest = 0;
    watch.close();
    return true; // a watch has no memory
  }

  @Override
  public void release() {
    fd.close();
  }
}
