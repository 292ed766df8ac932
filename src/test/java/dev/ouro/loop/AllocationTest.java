// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.ouro.linux.LinuxException;
import dev.ouro.poll.EngineKind;
import dev.ouro.poll.Ready;
import dev.ouro.testing.LoopFixture;
import java.lang.management.ManagementFactory;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** What transports do in every turn allocates nothing. */
class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int TURNS = 20_000;

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
    try (EngineLoop loop =
        new EngineLoop(
            completions -> LoopFixture.open(EngineKind.EPOLL, completions),
            WaitStrategy.adaptive())) {
      Busy busy = new Busy(loop);
      busy.runTurns();

      long before = THREADS.getCurrentThreadAllocatedBytes();
      busy.runTurns();
      long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;

      assertThat(busy.calls).isEqualTo(4 * TURNS);
      assertThat(allocated).isLessThan(TURNS);
    }
  }
}
