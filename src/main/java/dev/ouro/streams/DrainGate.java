// SPDX-License-Identifier: Apache-2.0
package dev.ouro.streams;

import dev.ouro.linux.ConnectionResetException;
import dev.ouro.loop.CallbackLoop;
import dev.ouro.loop.Future;
import dev.ouro.loop.RunningLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Where writing tasks wait for room, and for the end: asyncio's {@code FlowControlMixin}. */
final class DrainGate {
  private final CallbackLoop loop;
  private final List<Future<Void>> drainers = new ArrayList<>(1);
  private final List<Future<Void>> closers = new ArrayList<>(1);
  private boolean paused;
  private boolean lost;
  private Throwable lostWith;

  DrainGate(CallbackLoop loop) {
    this.loop = loop;
  }

  void pause() {
    paused = true;
  }

  void resume() {
    paused = false;
    for (Future<Void> waiter : List.copyOf(drainers)) {
      if (!waiter.done()) {
        waiter.setResult(null);
      }
    }
  }

  void lose(Throwable exceptionOrNull) {
    lost = true;
    lostWith = exceptionOrNull;
    List.copyOf(drainers).forEach(this::end);
    List.copyOf(closers).forEach(this::end);
  }

  private void end(Future<Void> waiter) {
    if (waiter.done()) {
      return;
    }
    if (lostWith == null) {
      waiter.setResult(null);
    } else {
      waiter.setException(lostWith);
    }
  }

  /** Suspends the calling task while writing is paused. */
  void drain() throws IOException {
    if (lost) {
      throw new ConnectionResetException("drain", "Connection lost");
    }
    if (paused) {
      waitIn(drainers);
    }
  }

  /** Suspends the calling task until the connection is lost. */
  void waitClosed() throws IOException {
    RunningLoop.regainControl();
    if (!lost) {
      waitIn(closers);
    } else if (lostWith != null) {
      throw Unchecked.rethrow(lostWith);
    }
  }

  private void waitIn(List<Future<Void>> line) {
    Future<Void> waiter = loop.createFuture();
    line.add(waiter);
    try {
      waiter.await();
    } finally {
      line.remove(waiter);
    }
  }
}
