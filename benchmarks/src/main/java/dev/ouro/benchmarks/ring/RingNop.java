// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.ring;

import dev.ouro.linux.LinuxException;
import dev.ouro.uring.CompletionHandler;
import dev.ouro.uring.Uring;
import dev.ouro.uring.UringOptions;
import java.util.Arrays;
import java.util.Locale;

/** What {@code native/bench/ring_nop.c} does, through {@code dev.ouro.uring}. */
public final class RingNop {
  private static final int BATCH = 32;
  private static final int BATCHES = (1 << 20) / BATCH;
  private static final int WARM_UP_ROUNDS = 5;
  private static final int ROUNDS = 21;
  private static final int RING_ENTRIES = 256;

  private RingNop() {}

  /** Prints the median nanoseconds per NOP as one line of JSON. */
  public static void main(String[] arguments) throws LinuxException {
    double[] nanos = new double[ROUNDS];
    try (Uring ring = Uring.open(UringOptions.entries(RING_ENTRIES))) {
      Batch batch = new Batch(ring);
      for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
        long start = System.nanoTime();
        for (int i = 0; i < BATCHES; i++) {
          batch.run();
        }
        if (round >= 0) {
          nanos[round] = (double) (System.nanoTime() - start) / ((long) BATCHES * BATCH);
        }
      }
    }
    Arrays.sort(nanos);
    System.out.printf(
        Locale.ROOT, "{\"batch\":%d,\"nanos_per_operation\":%.2f}%n", BATCH, nanos[ROUNDS / 2]);
  }

  /** One batch of NOPs, submitted by one system call, every completion looked at. */
  private static final class Batch implements CompletionHandler {
    private final Uring ring;
    private int expected;

    Batch(Uring ring) {
      this.ring = ring;
    }

    void run() throws LinuxException {
      for (int i = 0; i < BATCH; i++) {
        ring.prepareNop().userData(i).submit();
      }
      ring.submitAndWait(BATCH);
      expected = 0;
      ring.forEachCompletion(this);
      if (expected != BATCH) {
        throw new IllegalStateException(expected + " completions of " + BATCH);
      }
    }

    @Override
    public void completed(long userData, int result, int flags) {
      if (userData != expected || result != 0) {
        throw new IllegalStateException("NOP " + expected + ": result " + result);
      }
      expected++;
    }
  }
}
