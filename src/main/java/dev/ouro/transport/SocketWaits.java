// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.RunningLoop;
import dev.ouro.loop.TimerHandle;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** The operations that wait for one socket: a queue of those that read, and of those that write. */
final class SocketWaits {
  private final EngineLoop loop;
  private final Map<Fd, SocketWaits> all;
  private final Fd fd;
  private final int number;
  private final Queue readers = new Queue(true);
  private final Queue writers = new Queue(false);

  private SocketWaits(EngineLoop loop, Map<Fd, SocketWaits> all, Fd fd) {
    this.loop = loop;
    this.all = all;
    this.fd = fd;
    this.number = fd.number();
  }

  /**
   * Tries {@code operation}, and has it wait in {@code all} if it cannot be done yet.
   *
   * @param reads which readiness it waits for
   */
  static void start(
      EngineLoop loop, Map<Fd, SocketWaits> all, SocketOperation<?> operation, boolean reads) {
    SocketWaits waits = all.get(operation.fd());
    boolean others = waits != null && waits.queue(reads).hasWaiting();
    if (!others && operation.attempt()) {
      return;
    }
    if (waits == null) {
      waits = new SocketWaits(loop, all, operation.fd());
      all.put(operation.fd(), waits);
      operation.fd().onClose(waits::descriptorCloses);
    }
    waits.queue(reads).add(operation);
  }

  private Queue queue(boolean reads) {
    return reads ? readers : writers;
  }

  /** Those that are not done. */
  List<SocketOperation<?>> pending() {
    List<SocketOperation<?>> pending = new ArrayList<>(readers.operations);
    pending.addAll(writers.operations);
    pending.removeIf(SocketOperation::leaves);
    return pending;
  }

  @SuppressWarnings("ReferenceEquality") // of loops
  private void descriptorCloses() {
    if (loop.isClosed()) {
      return;
    }
    if (RunningLoop.current() == loop || !loop.isRunning()) {
      end();
    } else {
      loop.callSoonThreadsafe(this::end);
    }
  }

  private void end() {
    List<SocketOperation<?>> pending = pending();
    readers.clear();
    writers.clear();
    forgetIfEmpty();
    pending.forEach(SocketOperation::socketClosed);
  }

  private void forgetIfEmpty() {
    if (readers.operations.isEmpty() && writers.operations.isEmpty() && all.remove(fd, this)) {
      fd.onClose(null);
    }
  }

  /** One direction. Watched, or tried again by time, as long as somebody is in it. */
  private final class Queue implements Runnable {
    private final boolean reads;
    private final Deque<SocketOperation<?>> operations = new ArrayDeque<>(2);
    private boolean watched;
    private TimerHandle retry;

    Queue(boolean reads) {
      this.reads = reads;
    }

    boolean hasWaiting() {
      dropDone();
      return !operations.isEmpty();
    }

    void add(SocketOperation<?> operation) {
      boolean first = operations.isEmpty();
      operations.add(operation);
      operation.whenCancelled(() -> {
        boolean wasFirst = operation.equals(operations.peek());
        if (operations.remove(operation)) {
          if (wasFirst) {
            stopRetrying(); // the next may go on at once
          }
          awaitFirst();
        }
      });
      if (first) {
        awaitFirst();
      }
    }

    /** Has {@link #run} called when the first may go on. */
    private void awaitFirst() {
      if (operations.isEmpty()) {
        clear();
        forgetIfEmpty();
        return;
      }
      Duration delay = retry == null ? operations.peek().retryDelay() : null;
      if (delay != null) {
        stopWatching();
        retry = loop.callLater(delay, this::retry);
      } else if (!watched && retry == null) {
        watch();
      }
    }

    private void watch() {
      try {
        loop.awaitReady(number, reads, this);
        watched = true;
      } catch (LinuxException e) {
        List<SocketOperation<?>> failed = List.copyOf(operations);
        operations.clear();
        forgetIfEmpty();
        failed.forEach(operation -> operation.failed(e));
      }
    }

    private void stopWatching() {
      if (watched) {
        watched = false;
        loop.stopAwaiting(number, reads, this);
      }
    }

    private void stopRetrying() {
      if (retry != null) {
        retry.cancel();
        retry = null;
      }
    }

    private void retry() {
      retry = null;
      run();
    }

    /** The socket is ready for this direction. */
    @Override
    public void run() {
      dropDone();
      SocketOperation<?> head = operations.peek();
      if (head != null && head.attempt()) {
        operations.remove();
        dropDone();
      }
      awaitFirst();
    }

    private void dropDone() {
      while (!operations.isEmpty() && operations.peek().leaves()) {
        operations.remove();
      }
    }

    void clear() {
      operations.clear();
      stopWatching();
      stopRetrying();
    }
  }
}
