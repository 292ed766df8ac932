// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import dev.ouro.linux.Errno;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Brings a ring to rest before it is closed.
 *
 * <p>Completions cannot be counted against submissions: some are silent, some come from other
 * rings. So: cancel everything; then submit an operation with {@link SqeFlag#IOSQE_IO_DRAIN}, which
 * the kernel does not start before all earlier ones have completed. When it completes, nothing of
 * this ring's is in the kernel. What cannot be cancelled, such as a read from a disk, is waited
 * for.
 *
 * <p>The kernel does not find what is on its way to a thread of its own, such as a connect to a
 * Unix listener without room: it tries that {@value #KERNEL_RETRIES} times, once with every enter,
 * and only then gives it to the thread. So what does not end soon is driven there, and cancelled
 * again.
 *
 * <p>A ring that has ever seen {@link SqeFlag#IOSQE_CQE_SKIP_SUCCESS} refuses to drain, EOPNOTSUPP.
 * There it is cancelling everything until nothing is found. So it is where {@link Restrictions}
 * refuse it.
 */
final class Quiescence implements CompletionHandler {
  private static final Duration PATIENCE = Duration.ofMillis(10);

  /** {@code APOLL_MAX_RETRY} in io_uring/poll.c. */
  private static final int KERNEL_RETRIES = 128;

  private static final int EVERYTHING =
      OpFlag.IORING_ASYNC_CANCEL_ANY | OpFlag.IORING_ASYNC_CANCEL_ALL;

  private final long token = ThreadLocalRandom.current().nextLong();
  private final long firstCancel = ~token;
  private final CompletionHandler others;
  private boolean reached;
  private boolean again;
  private boolean refused;

  private Quiescence(CompletionHandler others) {
    this.others = others;
  }

  /**
   * Whether everything ended within {@code timeoutNanos}. What completes goes to {@code others}.
   */
  static boolean reach(Uring ring, long timeoutNanos, CompletionHandler others) {
    return new Quiescence(others).run(ring, timeoutNanos);
  }

  private boolean run(Uring ring, long timeoutNanos) {
    long start = System.nanoTime();
    try {
      ring.discardQueued();
      ring.prepareCancelAll().userData(firstCancel).submit();
      ring.submitAndWait(0);
      ring.forEachCompletion(this);
      ring.prepareNop().flags(SqeFlag.IOSQE_IO_DRAIN).userData(token).submit();
      long left = timeoutNanos;
      do {
        int result = ring.submitAndWait(1, Math.clamp(left, 1, PATIENCE.toNanos()));
        ring.forEachCompletion(this);
        if (reached) {
          return true;
        } else if (refused) {
          return cancelAll(ring, left);
        } else if (again) {
          again = false;
          ring.prepareCancelAll().userData(token).submit();
        } else if (result == -Errno.ETIME) {
          cancelAgain(ring);
        }
        if (result < 0 && result != -Errno.ETIME && ring.ready() == 0 && !transientError(result)) {
          return false;
        }
        left = timeoutNanos - (System.nanoTime() - start);
      } while (left > 0);
    } catch (SubmissionQueueFullException e) {
      return false;
    }
    return false;
  }

  /** At once: an operation would wait behind the drain. Before Linux 6.0 it does nothing. */
  private static void cancelAgain(Uring ring) {
    for (int i = 0; i < KERNEL_RETRIES; i++) {
      ring.submitAndWait(0);
    }
    ring.cancelAndWait(0, -1, EVERYTHING, Duration.ZERO);
  }

  /** For a ring with {@link Restrictions}: whether nothing is left within {@code timeoutNanos}. */
  private boolean cancelAll(Uring ring, long timeoutNanos) {
    long start = System.nanoTime();
    long left = timeoutNanos;
    while (left > 0) {
      int result = ring.cancelAndWait(0, -1, EVERYTHING, Duration.ofNanos(left));
      if (result == 0 || result == -Errno.ENOENT) {
        return true;
      } else if (result < 0 && result != -Errno.ETIME) {
        return false;
      }
      // What was cancelled is found until its completion is made.
      ring.submitAndWait(0);
      ring.forEachCompletion(this);
      left = timeoutNanos - (System.nanoTime() - start);
    }
    return false;
  }

  private static boolean transientError(int result) {
    return result == -Errno.EBUSY || result == -Errno.EAGAIN || result == -Errno.EINTR;
  }

  @Override
  public void completed(long userData, int result, int flags) {
    if (userData == token) {
      // 0: the drained NOP, or a cancellation that found nothing.
      reached |= result == 0;
      refused = result == -Errno.EACCES;
      again = result != 0;
    } else if (userData != firstCancel) {
      others.completed(userData, result, flags);
    }
  }
}
