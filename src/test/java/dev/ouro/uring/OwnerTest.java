// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Behaviour 12: a ring belongs to one thread. Part of behaviour 38: that thread may end. */
class OwnerTest {
  private static <T> T elsewhere(Callable<T> body) throws Exception {
    FutureTask<T> task = new FutureTask<>(body);
    Thread thread = new Thread(task, "elsewhere");
    thread.start();
    thread.join();
    return task.get();
  }

  @ParameterizedTest
  @ValueSource(
      ints = {UringOptions.LADDER, Setup.IORING_SETUP_R_DISABLED | Setup.IORING_SETUP_SUBMIT_ALL})
  void shouldSayWhoseRingItIsWhenAnotherThreadSubmits(int setupFlags) throws Exception {
    String me = Thread.currentThread().getName();
    try (Uring ring = Rings.open(UringOptions.entries(8).withSetupFlags(setupFlags))) {
      ring.prepareNop().userData(1).submit();

      elsewhere(() -> {
        // A ring of this thread's own takes the same place in its table of registered rings.
        try (Uring other = Rings.open(8)) {
          assertThatThrownBy(ring::submit)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining(me)
              .hasMessageContaining("elsewhere");
          assertThatThrownBy(() -> ring.submitAndWait(1)).isInstanceOf(IllegalStateException.class);
          assertThatThrownBy(ring::close).isInstanceOf(IllegalStateException.class);
          assertThat(other.ready()).isZero();
        }
        return null;
      });

      assertThat(ring.pending()).isEqualTo(1);
      assertThat(Rings.awaitOne(ring)).isEqualTo(new Rings.Cqe(1, 0, 0));
    }
  }

  @Test
  void shouldSayWhoseRingItIsWhenAnotherThreadRegisters() throws Exception {
    try (Uring ring = Rings.open(8)) {
      if ((ring.setupFlags() & Setup.IORING_SETUP_SINGLE_ISSUER) != 0) {
        elsewhere(() -> {
          assertThatThrownBy(() -> ring.limitWorkers(1, 1))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("belongs to thread");
          return null;
        });
      }
      ring.limitWorkers(2, 2);
    }
  }

  @Test
  void shouldBelongToTheThreadThatEnablesItWhenStartedDisabled() throws Exception {
    Uring ring = Rings.open(UringOptions.entries(8).withStartDisabled(true));

    elsewhere(() -> {
      try (ring) {
        ring.enable();
        ring.prepareNop().userData(4).submit();
        assertThat(Rings.awaitOne(ring).userData()).isEqualTo(4);
      }
      return null;
    });

    assertThatThrownBy(ring::prepareNop).hasMessageContaining("closed");
  }

  /** Behaviour 38. */
  @Test
  void shouldCloseFromAnotherThreadWhenTheOwnerHasEnded() throws Exception {
    try (Kernel kernel = new Kernel()) {
      int[] pair = kernel.socketPair();
      Uring ring = Rings.open(UringOptions.entries(8).withStartDisabled(true));
      long buffer = kernel.allocate(16);
      elsewhere(() -> {
        ring.enable();
        ring.prepareRecv(pair[0], buffer, 16, 0).submit();
        return ring.submit();
      });

      ring.close();
      kernel.write(pair[1], "late");

      assertThat(kernel.read(pair[0])).isEqualTo("late");
      assertThat(Kernel.text(buffer, 4)).isEqualTo("\0\0\0\0");
    }
  }
}
