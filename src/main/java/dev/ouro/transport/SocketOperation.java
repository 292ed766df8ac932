// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Errno;
import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.loop.Future;
import dev.ouro.loop.LoopExit;
import java.time.Duration;

/**
 * One {@code sock_*} operation: a system call that is made again whenever the socket is ready,
 * until it is through.
 */
abstract class SocketOperation<T> {
  private final Fd fd;
  private final String call;
  private final Future<T> result;

  /** {@code call} is the name for errors. */
  SocketOperation(Fd fd, String call, Future<T> result) {
    this.fd = fd;
    this.call = call;
    this.result = result;
  }

  /** Makes the call without waiting: its result ≥ 0, or −errno. */
  abstract int call(int number);

  /** The call answered ≥ 0: completes {@link #result}, unless more calls are to follow. */
  abstract void succeeded(int answer);

  /** Whether −{@code errno} means to wait. */
  boolean waitsAfter(int errno) {
    return errno == Errno.EAGAIN;
  }

  /**
   * How long to wait after an attempt that was to wait, where no readiness tells when to go on;
   * null: until the socket is ready. Asked once for each attempt.
   */
  Duration retryDelay() {
    return null;
  }

  /** What the exception says besides the call and the errno, or null. */
  String detail() {
    return null;
  }

  final Fd fd() {
    return fd;
  }

  final Future<T> result() {
    return result;
  }

  final boolean isDone() {
    return result.done();
  }

  /** Whether it waits for the socket no more: it is done, or goes on by other means. */
  boolean leaves() {
    return isDone();
  }

  /** Has {@code callback} called soon when the operation is cancelled. */
  void whenCancelled(Runnable callback) {
    result.addDoneCallback(done -> {
      if (done.cancelled()) {
        callback.run();
      }
    });
  }

  /** Tries: whether it {@link #leaves} now. */
  final boolean attempt() {
    try {
      int answer = call(fd.number());
      if (answer >= 0) {
        succeeded(answer);
      } else if (!waitsAfter(-answer)) {
        failed(LinuxException.of(call, answer, detail()));
      }
    } catch (Throwable thrown) {
      LoopExit.rethrowIfFatal(thrown);
      failed(thrown);
    }
    return leaves();
  }

  /** The socket was closed. */
  final void socketClosed() {
    if (!isDone()) {
      failed(LinuxException.of(call, Errno.EBADF, "the socket was closed"));
    }
  }

  /** Ends it with {@code thrown}. */
  void failed(Throwable thrown) {
    if (!isDone()) {
      result.setException(thrown);
    }
  }

  @Override
  public String toString() {
    return call + " on " + fd;
  }
}
