// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.Errno;
import dev.ouro.linux.Nr;
import dev.ouro.testing.Seccomp;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What goes into the submission queue comes out once, whatever an enter answers. */
class SubmissionTest {
  private static final int UNKNOWN_OP = 250;

  private static List<Long> userData(List<Rings.Cqe> cqes) {
    return cqes.stream().map(Rings.Cqe::userData).toList();
  }

  private static List<Long> upTo(int count) {
    return LongStream.range(0, count).boxed().toList();
  }

  /** Behaviour 4. */
  @Test
  void shouldSubmitEachOnceWhenMoreArePreparedThanFit() throws Exception {
    try (Uring ring = Rings.open(8)) {
      for (int i = 0; i < 40; i++) {
        ring.prepareNop().userData(i).submit();
      }

      assertThat(userData(Rings.await(ring, 40))).isEqualTo(upTo(40));
      assertThat(Rings.poll(ring)).isEmpty();
      assertThat(ring.dropped()).isZero();
    }
  }

  /** Behaviour 6. */
  @Test
  void shouldKeepTheRestWhenABadEntryStopsTheSubmission() throws Exception {
    UringOptions options = UringOptions.entries(8).withSetupFlags(Setup.IORING_SETUP_R_DISABLED);
    try (Uring ring = Rings.open(options)) {
      ring.prepareNop().userData(0).submit();
      ring.prepare(UNKNOWN_OP, -1, 0, 0, 0, 0).userData(1).submit();
      ring.prepareNop().userData(2).submit();
      ring.prepareNop().userData(3).submit();

      assertThat(ring.submit()).isEqualTo(2);
      assertThat(ring.pending()).isEqualTo(2);
      assertThat(ring.submit()).isEqualTo(2);

      assertThat(Rings.await(ring, 4))
          .extracting(Rings.Cqe::result)
          .containsExactly(0, -Errno.EINVAL, 0, 0);
    }
  }

  /** Behaviour 6. */
  @Test
  void shouldGoOnBehindABadEntryWhenTheRingSubmitsAll() throws Exception {
    UringOptions options =
        UringOptions.entries(8)
            .withSetupFlags(Setup.IORING_SETUP_R_DISABLED | Setup.IORING_SETUP_SUBMIT_ALL);
    try (Uring ring = Rings.open(options)) {
      ring.prepare(UNKNOWN_OP, -1, 0, 0, 0, 0).userData(0).submit();
      ring.prepareNop().userData(1).submit();

      assertThat(ring.submit()).isEqualTo(2);
      assertThat(Rings.await(ring, 2))
          .extracting(Rings.Cqe::result)
          .containsExactly(-Errno.EINVAL, 0);
    }
  }

  /** Behaviour 7. */
  @Test
  void shouldLoseNothingWhenEnterAnswersEbusy() throws Exception {
    Rings.open(8).close();
    Seccomp.where(
        Nr.IO_URING_ENTER,
        Errno.EBUSY,
        Seccomp.Condition.equal(1, 3),
        () -> {
          try (Uring ring = Uring.open(UringOptions.entries(8))) {
            for (int i = 0; i < 3; i++) {
              ring.prepareNop().userData(i).submit();
            }
            assertThat(ring.submit()).isEqualTo(-Errno.EBUSY);
            assertThat(ring.submitAndWait(1)).isEqualTo(-Errno.EBUSY);
            assertThat(ring.pending()).isEqualTo(3);

            ring.prepareNop().userData(3).submit();
            assertThat(ring.submit()).isEqualTo(4);
            assertThat(userData(Rings.await(ring, 4))).isEqualTo(upTo(4));
          }
          return null;
        });
  }

  /** Behaviour 7. */
  @Test
  void shouldThrowAndLoseNothingWhenTheQueueIsFullAndEnterAnswersEagain() throws Exception {
    Rings.open(8).close();
    Seccomp.where(
        Nr.IO_URING_ENTER,
        Errno.EAGAIN,
        Seccomp.Condition.equal(1, 8),
        () -> {
          try (Uring ring = Uring.open(UringOptions.entries(8))) {
            for (int i = 0; i < 8; i++) {
              ring.prepareNop().userData(i).submit();
            }

            assertThatThrownBy(ring::prepareNop)
                .isInstanceOfSatisfying(
                    SubmissionQueueFullException.class,
                    e -> assertThat(e.errno()).isEqualTo(Errno.EAGAIN));
            assertThat(ring.pending()).isEqualTo(8);
          }
          return null;
        });
  }

  @Test
  void shouldDropTheEntryWhenItIsPreparedButNotSubmitted() throws Exception {
    try (Uring ring = Rings.open(8)) {
      Sqe unused = ring.prepareNop().userData(1);
      assertThat(unused).isNotNull();
      ring.prepareNop().userData(2).submit();

      assertThat(Rings.awaitOne(ring).userData()).isEqualTo(2);
      assertThat(Rings.poll(ring)).isEmpty();
    }
  }

  @Test
  void shouldRefuseWhenTheSameEntryIsSubmittedTwice() throws Exception {
    try (Uring ring = Rings.open(8)) {
      Sqe sqe = ring.prepareNop();
      sqe.submit();

      assertThatThrownBy(sqe::submit).isInstanceOf(IllegalStateException.class);
      assertThat(Rings.await(ring, 1)).hasSize(1);
      assertThat(Rings.poll(ring)).isEmpty();
    }
  }

  @Test
  void shouldLeaveNothingOfTheFormerEntryWhenAnEntryIsReused() throws Exception {
    try (Uring ring = Rings.open(1)) {
      ring.prepare(UNKNOWN_OP, 99, -1, -1, -1, -1)
          .userData(-1)
          .flags(SqeFlag.IOSQE_ASYNC)
          .ioprio(-1)
          .fileIndex(-1)
          .personality(-1)
          .addr3(-1)
          .submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(-Errno.EINVAL);

      ring.prepareNop().submit();
      assertThat(Rings.awaitOne(ring)).isEqualTo(new Rings.Cqe(0, 0, 0));
    }
  }

  @Test
  void shouldMakeNoSystemCallWhenThereIsNothingToDo() throws Exception {
    Rings.open(8).close();
    Seccomp.where(
        Nr.IO_URING_ENTER,
        Errno.EIO,
        Seccomp.Condition.equal(1, 0),
        () -> {
          try (Uring ring = Uring.open(UringOptions.entries(8))) {
            assertThat(ring.submit()).isZero();
            assertThat(ring.submitAndWait(0)).isZero();
            assertThat(ring.needsEnter()).isFalse();

            ring.prepareNop().submit();
            assertThat(ring.needsEnter()).isTrue();
            ring.submit();
            assertThat(ring.submitAndWait(1)).isZero();
          }
          return null;
        });
  }

  @Test
  void shouldNameTheArgumentWhenItIsWrong() throws Exception {
    try (Uring ring = Rings.open(8)) {
      assertThatThrownBy(() -> ring.prepareRecv(0, 0L, -1, 0)).hasMessageContaining("length: -1");
      assertThatThrownBy(() -> ring.submitAndWait(-1)).hasMessageContaining("waitNr: -1");
      assertThatThrownBy(() -> ring.advance(1)).hasMessageContaining("count: 1");
      assertThatThrownBy(() -> ring.forEachCompletion((u, r, f) -> {}, -1))
          .hasMessageContaining("max: -1");
      assertThat(ring.pending()).isZero();
    }
  }

  @Test
  void shouldHandOverAtMostSoManyWhenCapped() throws Exception {
    try (Uring ring = Rings.open(8)) {
      IntStream.range(0, 5).forEach(i -> ring.prepareNop().userData(i).submit());
      ring.submit();

      assertThat(ring.forEachCompletion((u, r, f) -> {}, 2)).isEqualTo(2);
      assertThat(ring.ready()).isEqualTo(3);
      assertThat(ring.cqeUserData(0)).isEqualTo(2);
      assertThat(ring.cqeUserData(2)).isEqualTo(4);
      ring.advance(3);
      assertThat(ring.ready()).isZero();
    }
  }

  @Test
  void shouldCountACompletionAsReadWhenItsHandlerThrows() throws Exception {
    try (Uring ring = Rings.open(8)) {
      IntStream.range(0, 3).forEach(i -> ring.prepareNop().userData(i).submit());
      ring.submit();

      assertThatThrownBy(() ->
              ring.forEachCompletion((userData, result, flags) -> {
                if (userData == 1) {
                  throw new IllegalArgumentException("mine");
                }
              }))
          .hasMessage("mine");
      assertThat(userData(Rings.await(ring, 1))).containsExactly(2L);
    }
  }

  @Test
  void shouldSeeEachOnceWhenAHandlerReadsOnByItself() throws Exception {
    try (Uring ring = Rings.open(8)) {
      IntStream.range(0, 4).forEach(i -> ring.prepareNop().userData(i).submit());
      ring.submit();
      List<Long> seen = new java.util.ArrayList<>();

      ring.forEachCompletion((userData, result, flags) -> {
        seen.add(userData);
        ring.forEachCompletion((inner, r, f) -> seen.add(inner), 2);
      });

      assertThat(seen).isEqualTo(upTo(4));
    }
  }

  @Test
  void shouldRunWhatAHandlerSubmitsWhenTheQueueIsFull() throws Exception {
    try (Uring ring = Rings.open(2)) {
      ring.prepareNop().userData(-1).submit();
      ring.submit();

      ring.forEachCompletion(
          (userData, result, flags) -> {
            for (int i = 0; i < 8; i++) {
              ring.prepareNop().userData(i).submit();
            }
          },
          1);

      assertThat(userData(Rings.await(ring, 8))).isEqualTo(upTo(8));
    }
  }
}
