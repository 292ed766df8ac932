// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.jmh;

import dev.ouro.linux.LinuxException;
import dev.ouro.uring.Uring;
import dev.ouro.uring.UringOptions;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A NOP through the ring, in batches: preparing, one enter, reading the completions. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class RingNopBenchmark {
  private static final int BATCH = 32;

  private Uring ring;
  private long sum;

  /** Opens the ring on the thread that will use it, which a SINGLE_ISSUER ring wants. */
  @Setup
  public void open() throws LinuxException {
    ring = Uring.open(UringOptions.entries(256));
  }

  @TearDown
  public void close() {
    ring.close();
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long batch() throws LinuxException {
    for (int i = 0; i < BATCH; i++) {
      ring.prepareNop().userData(i).submit();
    }
    ring.submitAndWait(BATCH);
    ring.forEachCompletion((userData, result, flags) -> sum += userData);
    return sum;
  }
}
