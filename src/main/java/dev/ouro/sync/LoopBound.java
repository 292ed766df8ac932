// SPDX-License-Identifier: Apache-2.0
package dev.ouro.sync;

import dev.ouro.loop.CallbackLoop;
import dev.ouro.loop.Future;
import dev.ouro.loop.RunningLoop;

/** What belongs to the loop whose task was the first to wait: asyncio's {@code _LoopBoundMixin}. */
abstract class LoopBound {
  private CallbackLoop loop;

  LoopBound() {}

  /** Before its state is touched. */
  static void enter() {
    RunningLoop.regainControl();
  }

  /** A future of the running loop, for a task that waits. */
  @SuppressWarnings("ReferenceEquality")
  final <T> Future<T> newWaiter() {
    CallbackLoop running = RunningLoop.require();
    if (loop == null) {
      loop = running;
    } else if (loop != running) {
      throw new IllegalStateException(this + " is bound to a different event loop");
    }
    return running.createFuture();
  }
}
