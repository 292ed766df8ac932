// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.SigAction;
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

  /** While a loop has SIGINT only until somebody wants it: what it did before. Else null. */
  private static SigAction beforeInterrupts;

  private SignalOwners() {}

  /**
   * Makes {@code signal} the loop's own. SIGINT does then what it did before {@link
   * #claimInterrupts}.
   *
   * @throws IllegalStateException another loop owns it
   */
  static synchronized void claim(Signal signal, EngineLoop loop) {
    if (signal == Signal.SIGINT) {
      restoreInterrupts();
    }
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

  /**
   * Makes SIGINT the loop's, one at a time, until another claims it.
   *
   * @return false when it is left as it is: a loop owns it, or nobody handles it
   */
  static synchronized boolean claimInterrupts(EngineLoop loop, SignalSource source)
      throws LinuxException {
    if (OWNERS[Signal.SIGINT.number()] != null) {
      return false;
    }
    SigAction before = SigAction.get(Signal.SIGINT);
    if (before.isDefault() || before.isIgnore()) {
      return false;
    }
    source.oneAtATime(before).install(Signal.SIGINT);
    OWNERS[Signal.SIGINT.number()] = loop;
    beforeInterrupts = before;
    return true;
  }

  /** Ends {@link #claimInterrupts}, unless another has claimed it meanwhile. */
  static synchronized void releaseInterrupts(EngineLoop loop) {
    if (OWNERS[Signal.SIGINT.number()] == loop) {
      restoreInterrupts();
    }
  }

  private static void restoreInterrupts() {
    if (beforeInterrupts != null) {
      SignalSource.restore(Signal.SIGINT, beforeInterrupts);
      beforeInterrupts = null;
      OWNERS[Signal.SIGINT.number()] = null;
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
