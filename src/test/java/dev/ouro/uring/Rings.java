// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Rings for tests, and what comes out of them. */
final class Rings {
  /** Nothing that a test waits for takes so long; when it does the test fails. */
  static final long PATIENCE_NANOS = 100_000_000_000L;

  /** A completion that was read. */
  record Cqe(long userData, int result, int flags) {
    boolean more() {
      return (flags & CqeFlag.IORING_CQE_F_MORE) != 0;
    }
  }

  private Rings() {}

  /**
   * Opens a ring, or ends the test with the reason: as skipped, or, where CI demands it, failed.
   */
  static Uring open(UringOptions options) throws LinuxException {
    try {
      return Uring.open(options);
    } catch (LinuxException e) {
      boolean missing = e.errno() == Errno.EPERM || e.errno() == Errno.ENOSYS;
      if (missing && !"true".equals(System.getenv("CI"))) {
        System.err.println("no io_uring: " + e.getMessage());
        Assumptions.abort(e.getMessage());
      }
      throw e;
    }
  }

  /** One that has as long to close as tests wait for anything. */
  static Uring open(int entries) throws LinuxException {
    return open(UringOptions.entries(entries).withCloseTimeout(Duration.ofNanos(PATIENCE_NANOS)));
  }

  /** Submits, and waits until {@code count} completions were read. */
  static List<Cqe> await(Uring ring, int count) {
    List<Cqe> cqes = new ArrayList<>();
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (cqes.size() < count) {
      long left = end - System.nanoTime();
      assertThat(left).as("time left, with %s of %s completions", cqes, count).isPositive();
      ring.submitAndWait(1, left);
      ring.forEachCompletion(
          (userData, result, flags) -> cqes.add(new Cqe(userData, result, flags)),
          count - cqes.size());
    }
    return cqes;
  }

  /** Submits, and reads one completion. */
  static Cqe awaitOne(Uring ring) {
    return await(ring, 1).getFirst();
  }

  /** Submits, and reads what completes without waiting. */
  static List<Cqe> poll(Uring ring) {
    List<Cqe> cqes = new ArrayList<>();
    do {
      ring.submitAndWait(0);
    } while (0
        < ring.forEachCompletion(
            (userData, result, flags) -> cqes.add(new Cqe(userData, result, flags))));
    return cqes;
  }
}
