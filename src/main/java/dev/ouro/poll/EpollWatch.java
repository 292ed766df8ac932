// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Epoll;
import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;

/** A watched descriptor in the epoll set, level-triggered. */
final class EpollWatch extends EpollTarget implements Watch {
  private final int fd;
  private final WatchListener listener;
  private int interest;

  EpollWatch(EpollEngine engine, int fd, WatchListener listener) {
    super(engine);
    this.fd = fd;
    this.listener = listener;
  }

  @Override
  public void interest(int events) throws LinuxException {
    if (events == 0) {
      unregister(fd);
    } else {
      int result = isRegistered() ? modify(fd, events) : register(fd, events);
      if (result == -Errno.ENOENT) {
        // The descriptor was closed and its number is another file's now, which is not in the set.
        unregister(fd);
        result = register(fd, events);
      }
      LinuxException.check("epoll_ctl", result);
    }
    interest = events;
  }

  @Override
  void handle(int events) {
    // Those that were reported for an interest given up meanwhile are dropped.
    int wanted = events & (interest | Epoll.EPOLLERR | Epoll.EPOLLHUP);
    if (wanted != 0) {
      listener.ready(wanted);
    }
  }

  @Override
  public void close() {
    unregister(fd);
  }

  @Override
  void dispose() {
    close();
  }
}
