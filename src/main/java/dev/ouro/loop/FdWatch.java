// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import dev.ouro.linux.Epoll;
import dev.ouro.linux.LinuxException;
import dev.ouro.poll.Engine;
import dev.ouro.poll.Watch;
import dev.ouro.poll.WatchListener;

/**
 * The reader and the writer of one descriptor, and beside each of them a waiter: operations of the
 * library's own.
 */
final class FdWatch implements WatchListener {
  private final EngineLoop loop;
  private final FdWatches owner;
  private final int fd;
  private Watch watch;
  private WatchHandle reader;
  private WatchHandle writer;
  private Runnable readWaiter;
  private Runnable writeWaiter;

  FdWatch(EngineLoop loop, FdWatches owner, int fd) {
    this.loop = loop;
    this.owner = owner;
    this.fd = fd;
  }

  /** Begins to watch whatever file {@link #fd} is now; an older watch ends. */
  void open(Engine engine) {
    if (watch != null) {
      watch.close();
    }
    watch = engine.watch(fd, this);
  }

  Handle setReader(Runnable callback) throws LinuxException {
    WatchHandle replaced = reader;
    reader = new WatchHandle(callback);
    if (replaced != null) {
      replaced.cancel();
    }
    updateInterest();
    return reader;
  }

  Handle setWriter(Runnable callback) throws LinuxException {
    WatchHandle replaced = writer;
    writer = new WatchHandle(callback);
    if (replaced != null) {
      replaced.cancel();
    }
    updateInterest();
    return writer;
  }

  boolean removeReader() {
    WatchHandle removed = reader;
    if (removed != null) {
      removed.cancel();
    }
    return removed != null;
  }

  boolean removeWriter() {
    WatchHandle removed = writer;
    if (removed != null) {
      removed.cancel();
    }
    return removed != null;
  }

  void setWaiter(boolean reads, Runnable waiter) throws LinuxException {
    if (reads) {
      readWaiter = waiter;
    } else {
      writeWaiter = waiter;
    }
    updateInterest();
  }

  @SuppressWarnings("ReferenceEquality") // a waiter is nobody but itself
  void removeWaiter(boolean reads, Runnable waiter) {
    if (reads && readWaiter == waiter) {
      readWaiter = null;
    } else if (!reads && writeWaiter == waiter) {
      writeWaiter = null;
    } else {
      return;
    }
    lowerInterest();
  }

  /** The descriptor cannot be watched. */
  void cancelBoth() {
    readWaiter = null;
    writeWaiter = null;
    removeReader();
    removeWriter();
    if (watch != null) {
      close();
    }
  }

  /** Errors and hang-ups, which are always reported, wake both. */
  @Override
  public void ready(int events) {
    WatchHandle toRead = reader;
    WatchHandle toWrite = writer;
    if (toRead != null && (events & ~Epoll.EPOLLOUT) != 0) {
      toRead.runOncePerTurn();
    }
    if (toWrite != null && (events & ~Epoll.EPOLLIN) != 0) {
      toWrite.runOncePerTurn();
    }
    if (readWaiter != null && (events & ~Epoll.EPOLLOUT) != 0) {
      readWaiter.run();
    }
    if (writeWaiter != null && (events & ~Epoll.EPOLLIN) != 0) {
      writeWaiter.run();
    }
  }

  private void close() {
    if (watch != null) {
      watch.close();
      watch = null;
    }
    owner.forget(fd, this);
  }

  private void removed(WatchHandle handle) {
    if (handle == reader) {
      reader = null;
    } else if (handle == writer) {
      writer = null;
    } else {
      return;
    }
    lowerInterest();
  }

  private void lowerInterest() {
    if (interest() == 0) {
      close();
      return;
    }
    try {
      watch.interest(interest());
    } catch (LinuxException closedBefore) {
      cancelBoth(); // nothing to wait for on a descriptor that is gone
    }
  }

  private void updateInterest() throws LinuxException {
    try {
      watch.interest(interest());
    } catch (LinuxException refused) {
      cancelBoth();
      throw refused;
    }
  }

  private int interest() {
    boolean reads = reader != null || readWaiter != null;
    boolean writes = writer != null || writeWaiter != null;
    return (reads ? Epoll.EPOLLIN : 0) | (writes ? Epoll.EPOLLOUT : 0);
  }

  /** Runs in every turn in which the descriptor is ready; cancelling it is removing it. */
  private final class WatchHandle extends Handle {
    /** The turn in which it ran last, or was added: what was reported by then is not for it. */
    private long seenTurn = loop.turn();

    WatchHandle(Runnable callback) {
      super(callback, loop, null);
    }

    @Override
    String kind() {
      return "Handle";
    }

    @Override
    boolean runsOnce() {
      return false;
    }

    @Override
    public void cancel() {
      super.cancel();
      removed(this);
    }

    void runOncePerTurn() {
      if (seenTurn != loop.turn()) {
        seenTurn = loop.turn();
        loop.runHandle(this);
      }
    }
  }
}
