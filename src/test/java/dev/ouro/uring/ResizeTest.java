// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Behaviour 3: queues of another size, with everything that was in them. */
class ResizeTest {
  private static void resize(Uring ring, int entries, int cqEntries) throws LinuxException {
    try {
      ring.resize(entries, cqEntries);
    } catch (LinuxException e) {
      Assumptions.assumeTrue(e.errno() != Errno.EINVAL, "the kernel cannot resize rings");
      throw e;
    }
  }

  private static List<Long> userData(Uring ring, int count) {
    return Rings.await(ring, count).stream().map(Rings.Cqe::userData).toList();
  }

  @Test
  void shouldLoseNothingWhenItGrows() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(UringOptions.entries(4).withCqEntries(8))) {
      int[] pair = kernel.socketPair();
      ring.prepareRecv(pair[0], kernel.allocate(16), 16, 0).userData(100).submit();
      for (int i = 0; i < 3; i++) {
        ring.prepareNop().userData(i).submit();
      }
      ring.submit();
      for (int i = 3; i < 6; i++) {
        ring.prepareNop().userData(i).submit();
      }

      resize(ring, 32, 64);

      assertThat(ring.entries()).isEqualTo(32);
      assertThat(ring.cqEntries()).isEqualTo(64);
      assertThat(userData(ring, 6)).isEqualTo(LongStream.range(0, 6).boxed().toList());
      for (int i = 0; i < 32; i++) {
        ring.prepareNop().userData(i).submit();
      }
      assertThat(ring.submit()).isEqualTo(32);
      assertThat(userData(ring, 32)).isEqualTo(LongStream.range(0, 32).boxed().toList());
      kernel.write(pair[1], "x");
      assertThat(Rings.awaitOne(ring)).isEqualTo(new Rings.Cqe(100, 1, 0));
    }
  }

  @Test
  void shouldLoseNothingWhenItShrinks() throws Exception {
    try (Uring ring = Rings.open(UringOptions.entries(64).withCqEntries(128))) {
      for (int i = 0; i < 5; i++) {
        ring.prepareNop().userData(i).submit();
      }
      ring.submit();

      resize(ring, 8, 16);

      assertThat(ring.entries()).isEqualTo(8);
      assertThat(userData(ring, 5)).isEqualTo(LongStream.range(0, 5).boxed().toList());
    }
  }

  @Test
  void shouldGoOnAsItWasWhenTooMuchIsWaiting() throws Exception {
    try (Uring ring = Rings.open(UringOptions.entries(16).withCqEntries(32))) {
      resize(ring, 16, 32);
      for (int i = 0; i < 10; i++) {
        ring.prepareNop().userData(i).submit();
      }
      ring.submit();

      assertThatThrownBy(() -> ring.resize(2, 4))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EOVERFLOW));

      assertThat(ring.entries()).isEqualTo(16);
      ring.prepareNop().userData(10).submit();
      assertThat(userData(ring, 11)).isEqualTo(LongStream.range(0, 11).boxed().toList());
    }
  }

  @Test
  void shouldNameTheArgumentWhenItIsWrong() throws Exception {
    try (Uring ring = Rings.open(8)) {
      assertThatThrownBy(() -> ring.resize(0, 8)).hasMessageContaining("entries: 0");
      assertThatThrownBy(() -> ring.resize(8, 4)).hasMessageContaining("cqEntries: 4");
    }
  }

  @Test
  void shouldKeepTheTimeOfTimeoutsThatAreQueuedWhenResizedAgainAndAgain() throws Exception {
    try (Uring ring = Rings.open(UringOptions.entries(4).withCqEntries(16))) {
      ring.prepareTimeout(1, 0, 0).userData(7).submit();

      resize(ring, 8, 16);
      resize(ring, 16, 32);
      resize(ring, 32, 64);

      assertThat(Rings.awaitOne(ring)).isEqualTo(new Rings.Cqe(7, -Errno.ETIME, 0));
    }
  }

  @Test
  void shouldLeaveTheRestToTheNextCallWhenAHandlerResizes() throws Exception {
    try (Uring ring = Rings.open(UringOptions.entries(4).withCqEntries(8))) {
      resize(ring, 4, 8);
      for (int i = 0; i < 3; i++) {
        ring.prepareNop().userData(i).submit();
      }
      ring.submit();
      List<Long> seen = new ArrayList<>();

      int first =
          ring.forEachCompletion((userData, result, flags) -> {
            seen.add(userData);
            try {
              ring.resize(16, 64);
            } catch (LinuxException e) {
              throw new AssertionError(e);
            }
          });
      int rest = ring.forEachCompletion((userData, result, flags) -> seen.add(userData));

      assertThat(first).isEqualTo(1);
      assertThat(rest).isEqualTo(2);
      assertThat(seen).containsExactly(0L, 1L, 2L);
    }
  }
}
