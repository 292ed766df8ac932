// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.ouro.linux.LinuxException;
import dev.ouro.poll.EngineKind;
import dev.ouro.poll.Ready;
import java.lang.management.ManagementFactory;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** What transports do in every turn allocates nothing. */
class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int TURNS = 5_000;

  /** A transport's turn: something is ready, runs in a context, and leaves something to flush. */
  private static final class Busy implements Ready, Flushable {
    private static final BiConsumer<Busy, Context> BODY = (busy, context) -> busy.calls++;

    private final EngineLoop loop;
    private final Context context = new Context();
    private int left;
    private int calls;

    Busy(EngineLoop loop) {
      this.loop = loop;
    }

    @Override
    public void run(long completion, long data) {
      loop.runInContext(context, BODY, this, context);
      loop.beforePoll(this);
      if (--left == 0) {
        loop.stop();
      } else {
        loop.callSoonReady(this);
      }
    }

    @Override
    public void flush() {
      calls++;
    }

    void runTurns() {
      left = TURNS;
      loop.callSoonReady(this);
      loop.runForever();
    }
  }

  @Test
  void shouldAllocateNothingPerTurn() throws LinuxException {
    try (EngineLoop loop = new EngineLoop(EngineKind.EPOLL, WaitStrategy.adaptive())) {
      Busy busy = new Busy(loop);

      long least = Long.MAX_VALUE;
      for (int round = 0; round < 100 && least > 0; round++) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        busy.runTurns();
        least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
      }

      assertThat(least).as("bytes in %d turns, once compiled", TURNS).isLessThan(TURNS / 10);
      assertThat(busy.calls).isPositive();
    }
  }
}
