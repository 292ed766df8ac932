// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import dev.ouro.linux.LinuxException;
import dev.ouro.poll.Engine;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** A loop's readers and writers, and which descriptors are a transport's and may have none. */
final class FdWatches {
  private final EngineLoop loop;
  private final Engine engine;
  private final Map<Integer, FdWatch> watches = new HashMap<>();

  /** By descriptor; null where no transport lives. */
  private Object[] transports = new Object[64];

  FdWatches(EngineLoop loop, Engine engine) {
    this.loop = loop;
    this.engine = engine;
  }

  void claim(int fd, Object transport) {
    if (fd >= transports.length) {
      transports = Arrays.copyOf(transports, Math.max(fd + 1, 2 * transports.length));
    }
    transports[fd] = transport;
  }

  @SuppressWarnings("ReferenceEquality") // a transport is nobody but itself
  void release(int fd, Object transport) {
    if (fd >= 0 && fd < transports.length && transports[fd] == transport) {
      transports[fd] = null;
    }
  }

  Handle addReader(int fd, Runnable callback) throws LinuxException {
    Objects.requireNonNull(callback, "callback");
    checkFree(fd);
    return fresh(fd).setReader(callback);
  }

  Handle addWriter(int fd, Runnable callback) throws LinuxException {
    Objects.requireNonNull(callback, "callback");
    checkFree(fd);
    return fresh(fd).setWriter(callback);
  }

  boolean removeReader(int fd) {
    checkFree(fd);
    FdWatch watch = watches.get(fd);
    return watch != null && watch.removeReader();
  }

  boolean removeWriter(int fd) {
    checkFree(fd);
    FdWatch watch = watches.get(fd);
    return watch != null && watch.removeWriter();
  }

  void addWaiter(int fd, boolean reads, Runnable waiter) throws LinuxException {
    fresh(fd).setWaiter(reads, waiter);
  }

  void removeWaiter(int fd, boolean reads, Runnable waiter) {
    FdWatch watch = watches.get(fd);
    if (watch != null) {
      watch.removeWaiter(reads, waiter);
    }
  }

  /** The last direction of {@code watch} is gone. */
  void forget(int fd, FdWatch watch) {
    watches.remove(fd, watch);
  }

  void clear() {
    watches.clear();
    Arrays.fill(transports, null);
  }

  /**
   * The watch of {@code fd}, registered anew: the number may have been closed, and now belong to
   * another file than the one that is watched.
   */
  private FdWatch fresh(int fd) {
    FdWatch watch = watches.computeIfAbsent(fd, number -> new FdWatch(loop, this, number));
    watch.open(engine);
    return watch;
  }

  void checkFree(int fd) {
    if (fd < 0) {
      throw new IllegalArgumentException("fd: Invalid file descriptor: " + fd);
    }
    if (fd < transports.length && transports[fd] != null) {
      throw new IllegalStateException(
          "File descriptor " + fd + " is used by transport " + transports[fd]);
    }
  }
}
