// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Nr;
import dev.ouro.testing.Seccomp;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The set-up ladder, and behaviour 39: each refusal gives its reason. */
class SetupTest {
  private static final int BASE =
      Setup.IORING_SETUP_R_DISABLED | Setup.IORING_SETUP_CLAMP | Setup.IORING_SETUP_CQSIZE;
  private static final int COOP = Setup.IORING_SETUP_COOP_TASKRUN | Setup.IORING_SETUP_TASKRUN_FLAG;

  @Test
  void shouldRunOperationsWhenOpenedWithDefaults() throws Exception {
    try (Uring ring = Rings.open(UringOptions.entries(100))) {
      ring.prepareNop().userData(7).submit();

      assertThat(Rings.awaitOne(ring)).isEqualTo(new Rings.Cqe(7, 0, 0));
      assertThat(ring.entries()).isEqualTo(128);
      assertThat(ring.cqEntries()).isGreaterThanOrEqualTo(400);
      assertThat(ring.owner()).isEqualTo(Thread.currentThread());
    }
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0,
        Setup.IORING_SETUP_SUBMIT_ALL,
        COOP | Setup.IORING_SETUP_SUBMIT_ALL,
        COOP | Setup.IORING_SETUP_SINGLE_ISSUER,
        Setup.IORING_SETUP_SINGLE_ISSUER | Setup.IORING_SETUP_DEFER_TASKRUN,
        Setup.IORING_SETUP_SQE128 | Setup.IORING_SETUP_CQE32
      })
  void shouldReceiveWhenOnAnyRungOfTheLadder(int flags) throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(UringOptions.entries(8).withSetupFlags(BASE | flags))) {
      int[] pair = kernel.socketPair();
      long buffer = kernel.allocate(16);
      for (int i = 0; i < 20; i++) {
        ring.prepareRecv(pair[0], buffer, 16, 0).userData(i).submit();
        ring.submit();
        kernel.write(pair[1], "x" + i % 10);

        assertThat(Rings.awaitOne(ring)).isEqualTo(new Rings.Cqe(i, 2, 0));
        assertThat(Kernel.text(buffer, 2)).isEqualTo("x" + i % 10);
      }
    }
  }

  @Test
  void shouldAnswerNothingBeforeItIsEnabledWhenStartedDisabled() throws Exception {
    try (Uring ring = Rings.open(UringOptions.entries(8).withStartDisabled(true))) {
      ring.prepareNop().submit();

      assertThat(ring.owner()).isNull();
      assertThatThrownBy(ring::submit)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("not enabled");

      ring.enable();
      assertThat(Rings.awaitOne(ring).result()).isZero();
      assertThatThrownBy(ring::enable).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void shouldSayThatSeccompRefusesWhenSetupAnswersEperm() throws Exception {
    LinuxException e = refusal(Errno.EPERM);

    assertThat(e.errno()).isEqualTo(Errno.EPERM);
    assertThat(e).hasMessageContaining("seccomp").hasMessageContaining("kernel.io_uring_disabled");
  }

  @Test
  void shouldSayThatThereIsNoneWhenSetupAnswersEnosys() throws Exception {
    LinuxException e = refusal(Errno.ENOSYS);

    assertThat(e.errno()).isEqualTo(Errno.ENOSYS);
    assertThat(e).hasMessageContaining("no io_uring");
  }

  @Test
  void shouldNameTheLimitWhenSetupAnswersEnomemToTheSmallestRing() throws Exception {
    LinuxException e = refusal(Errno.ENOMEM);

    assertThat(e.errno()).isEqualTo(Errno.ENOMEM);
    assertThat(e).hasMessageContaining("RLIMIT_MEMLOCK");
  }

  @Test
  void shouldNameTheCallWhenNoRungIsTaken() throws Exception {
    LinuxException e = refusal(Errno.EINVAL);

    assertThat(e.errno()).isEqualTo(Errno.EINVAL);
    assertThat(e.call()).isEqualTo("io_uring_setup");
  }

  /** Behaviour 39: filters that let rings be made, and no more. */
  @ParameterizedTest
  @ValueSource(strings = {"io_uring_register", "io_uring_enter"})
  void shouldSayThatSeccompRefusesWhenALaterCallAnswersEperm(String call) throws Exception {
    Rings.open(8).close();
    int nr = call.equals("io_uring_enter") ? Nr.IO_URING_ENTER : Nr.IO_URING_REGISTER;

    LinuxException e =
        Seccomp.where(
            nr,
            Errno.EPERM,
            Seccomp.Condition.ALWAYS,
            () ->
                catchThrowableOfType(
                    LinuxException.class, () -> Uring.open(UringOptions.entries(8))));

    assertThat(e.call()).isEqualTo(call);
    assertThat(e).hasMessageContaining("seccomp");
  }

  private static LinuxException refusal(int errno) throws Exception {
    return Seccomp.where(
        Nr.IO_URING_SETUP,
        errno,
        Seccomp.Condition.ALWAYS,
        () -> {
          try (Uring ring = Uring.open(UringOptions.entries(64))) {
            throw new AssertionError("opened " + ring);
          } catch (LinuxException e) {
            return e;
          }
        });
  }

  @Test
  void shouldOpenASmallerRingWhenMemoryIsShort() throws Exception {
    Rings.open(8).close();

    int entries =
        Seccomp.where(
            Nr.IO_URING_SETUP,
            Errno.ENOMEM,
            Seccomp.Condition.greater(0, 32),
            () -> {
              try (Uring ring = Uring.open(UringOptions.entries(256))) {
                ring.prepareNop().submit();
                assertThat(Rings.awaitOne(ring).result()).isZero();
                return ring.entries();
              }
            });

    assertThat(entries).isEqualTo(32);
  }

  @Test
  void shouldFindOperationsWhenProbed() throws Exception {
    try (Uring ring = Rings.open(8)) {
      assertThat(ring.supports(Op.IORING_OP_NOP)).isTrue();
      assertThat(ring.supports(Op.IORING_OP_RECV)).isTrue();
      assertThat(ring.supports(255)).isFalse();
      assertThat(ring.supports(-1)).isFalse();
      assertThat(ring.probe().setupFlags() & ring.setupFlags()).isEqualTo(ring.setupFlags());
    }
  }

  @Test
  void shouldRefuseAVirtualThreadAsOwner() throws Exception {
    Thread[] thread = new Thread[1];
    Throwable[] thrown = new Throwable[1];
    thread[0] =
        Thread.ofVirtual()
            .start(() -> {
              try (Uring ring = Uring.open(UringOptions.entries(8))) {
                thrown[0] = new AssertionError("opened " + ring);
              } catch (Exception e) {
                thrown[0] = e;
              }
            });
    thread[0].join();

    assertThat(thrown[0])
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("virtual thread");
  }

  /** Behaviour 39: what is registered is charged, too. */
  @Test
  void shouldNameTheLimitWhenRegisterAnswersEnomem() throws Exception {
    Rings.open(8).close();
    Seccomp.where(
        Nr.IO_URING_REGISTER,
        Errno.ENOMEM,
        Seccomp.Condition.equal(1, Register.IORING_REGISTER_PBUF_RING),
        () -> {
          try (Uring ring = Rings.open(8)) {
            assertThatThrownBy(() -> BufferRing.register(ring, 0, 8, 64, false))
                .isInstanceOf(LinuxException.class)
                .hasMessageContaining("buffer group 0")
                .hasMessageContaining("RLIMIT_MEMLOCK");
          }
          return null;
        });
  }

  @Test
  void shouldNameTheOptionWhenItIsOutOfRange() {
    UringOptions options = UringOptions.entries(8);

    assertThatThrownBy(() -> UringOptions.entries(0)).hasMessageContaining("entries: 0");
    assertThatThrownBy(() -> UringOptions.entries(-1)).hasMessageContaining("entries: -1");
    assertThatThrownBy(() -> options.withCqEntries(4)).hasMessageContaining("cqEntries: 4");
    assertThatThrownBy(() -> options.withSetupFlags(Setup.IORING_SETUP_SQE_MIXED))
        .hasMessageContaining("setupFlags");
    assertThatThrownBy(() -> options.withSqpoll(Duration.ofSeconds(-1), 0))
        .hasMessageContaining("sqpollIdle");
    assertThatThrownBy(() -> options.withSqpoll(Duration.ofSeconds(1), -2))
        .hasMessageContaining("sqpollCpu");
    assertThatThrownBy(() -> options.withCloseTimeout(Duration.ofNanos(-1)))
        .hasMessageContaining("closeTimeout");
    assertThatThrownBy(() -> options.withCloseTimeout(null)).hasMessageContaining("closeTimeout");
  }
}
