// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Epoll;
import dev.ouro.linux.Errno;
import dev.ouro.linux.FileStatus;
import dev.ouro.linux.LinuxException;
import dev.ouro.uring.RingOperations;

/**
 * A watched descriptor on the ring: a poll for one event, submitted again after each. That is what
 * makes it level-triggered: a poll of a descriptor that is ready still completes at once.
 */
final class RingWatch extends RingOperation implements Watch {
  private final int fd;
  private final WatchListener listener;
  private int interest;

  RingWatch(RingEngine engine, int fd, WatchListener listener) {
    super(engine);
    this.fd = fd;
    this.listener = listener;
  }

  @Override
  public void interest(int events) throws LinuxException {
    if (events != 0) {
      // A ring would report regular files as always ready; epoll refuses them, and so do we.
      FileStatus status = FileStatus.of(fd);
      if (status.isRegular() || status.isDirectory()) {
        throw LinuxException.of("poll", Errno.EPERM, "fd " + fd);
      }
    }
    interest = events;
    if (isInFlight()) {
      // Also when the events are the same: the number may be another file's by now.
      requestCancel();
    } else {
      arm();
    }
  }

  private void arm() {
    if (interest != 0 && !isInFlight()) {
      engine.ring().preparePollAdd(fd, interest, RingOperations.ONCE).userData(begin()).submit();
    }
  }

  @Override
  void complete(int result, int flags) {
    try {
      int wanted = result & (interest | Epoll.EPOLLERR | Epoll.EPOLLHUP);
      if (result > 0 && interest != 0 && wanted != 0) {
        listener.ready(wanted);
      }
    } finally {
      // An error of the descriptor's own, EBADF for one that was closed, would come again at once.
      if (result >= 0 || result == -Errno.ECANCELED) {
        arm();
      }
    }
  }

  @Override
  public void close() {
    interest = 0;
    requestCancel();
  }

  @Override
  void dispose() {
    // The descriptor is the caller's.
  }
}
