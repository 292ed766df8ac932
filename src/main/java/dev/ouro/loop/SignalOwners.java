// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Signal;
import dev.ouro.linux.SignalPipe;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What the loops of a process share about signals: which loop owns which, and the pipes, which are
 * never closed ({@link SignalPipe} says why) and go from loop to loop.
 */
@SuppressWarnings("ReferenceEquality") // of loops
final class SignalOwners {
  private static final EngineLoop[] OWNERS = new EngineLoop[65];
  private static final Deque<SignalPipe> FREE = new ArrayDeque<>();

  private SignalOwners() {}

  /**
   * Makes {@code signal} the loop's own.
   *
   * @throws IllegalStateException another loop owns it
   */
  static synchronized void claim(Signal signal, EngineLoop loop) {
    EngineLoop owner = OWNERS[signal.number()];
    if (owner != null && owner != loop) {
      throw new IllegalStateException(
          "sig " + signal.number() + " cannot be caught: " + owner + " handles " + signal);
    }
    OWNERS[signal.number()] = loop;
  }

  static synchronized void release(Signal signal, EngineLoop loop) {
    if (OWNERS[signal.number()] == loop) {
      OWNERS[signal.number()] = null;
    }
  }

  static synchronized SignalPipe takePipe() throws LinuxException {
    SignalPipe free = FREE.poll();
    return free != null ? free : SignalPipe.open();
  }

  static synchronized void givePipe(SignalPipe pipe) {
    FREE.push(pipe);
  }
}
