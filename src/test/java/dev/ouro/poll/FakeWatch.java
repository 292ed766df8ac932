// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Epoll;
import dev.ouro.linux.LinuxException;

/** A watch whose descriptor is as ready as a test says. */
public final class FakeWatch implements Watch {
  private final FakeEngine engine;
  private final int fd;
  private final WatchListener listener;
  private int interest;
  private int level;
  private int refusal;
  private boolean closed;

  FakeWatch(FakeEngine engine, int fd, WatchListener listener) {
    this.engine = engine;
    this.fd = fd;
    this.listener = listener;
  }

  /** The descriptor is ready for {@code events} from now on, until told otherwise. */
  public void ready(int events) {
    level = events;
  }

  /** The next {@link #interest(int)} fails with {@code errno}. */
  public void refuse(int errno) {
    refusal = errno;
  }

  public int interest() {
    return interest;
  }

  public int fd() {
    return fd;
  }

  @Override
  public void interest(int events) throws LinuxException {
    if (closed) {
      throw new AssertionError("interest after close");
    }
    if (refusal != 0) {
      int errno = refusal;
      refusal = 0;
      throw LinuxException.of("epoll_ctl", errno);
    }
    interest = events;
  }

  @Override
  public void close() {
    closed = true;
    engine.closed(this);
  }

  void report() {
    int wanted = interest == 0 ? 0 : level & (interest | Epoll.EPOLLERR | Epoll.EPOLLHUP);
    if (wanted != 0) {
      engine.complete(() -> {
        int stillWanted = wanted & (interest | Epoll.EPOLLERR | Epoll.EPOLLHUP);
        if (!closed && stillWanted != 0) {
          listener.ready(stillWanted);
        }
      });
    }
  }
}
