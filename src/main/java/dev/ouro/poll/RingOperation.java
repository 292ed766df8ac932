// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.uring.CqeFlag;

/**
 * One kind of operation of one descriptor, submitted again and again: its slot is taken when it is
 * submitted and freed by the terminal completion, the one without {@code IORING_CQE_F_MORE}.
 *
 * <p>Between the two {@link #isInFlight} holds, and whatever memory the operation names belongs to
 * the kernel. It ends when the completion's turn comes, not when the ring is drained: so nobody
 * submits it again while its end still waits in the ready queue.
 */
abstract class RingOperation implements Ready {
  final RingEngine engine;
  private long token;
  private boolean inFlight;

  RingOperation(RingEngine engine) {
    this.engine = engine;
  }

  /** Acts on a completion; {@link #isInFlight} says already whether it was the terminal one. */
  abstract void complete(int result, int flags);

  /** Frees what the owner of this operation has: the engine has ended. */
  abstract void dispose();

  /** Takes a slot: the user data to submit with. */
  final long begin() {
    inFlight = true;
    token = engine.slots().claim(this);
    return token;
  }

  /** The user data of the last submission. */
  final long token() {
    return token;
  }

  /** Whether the kernel may still complete it, or a completion has not had its turn. */
  final boolean isInFlight() {
    return inFlight;
  }

  /** Asks the kernel to end it, when it runs. Its terminal completion says what became of it. */
  final void requestCancel() {
    if (inFlight) {
      engine.cancel(token);
    }
  }

  @Override
  public final void run(long completion, long data) {
    int flags = (int) (completion >>> Integer.SIZE);
    if ((flags & CqeFlag.IORING_CQE_F_MORE) == 0) {
      inFlight = false;
    }
    complete((int) completion, flags);
  }
}
