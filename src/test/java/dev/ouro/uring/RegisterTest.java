// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.NativeMemory;
import dev.ouro.linux.Nr;
import dev.ouro.linux.Syscall;
import java.util.concurrent.FutureTask;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What {@code io_uring_register(2)} sets up, but files and buffers. */
class RegisterTest {
  private static final UringOptions DISABLED = UringOptions.entries(8).withStartDisabled(true);

  private static void assertErrno(int errno, ThrowingCallable call) {
    assertThatExceptionOfType(LinuxException.class)
        .isThrownBy(call)
        .satisfies(e -> assertThat(e.errno()).isEqualTo(errno));
  }

  /** Ends the test where the kernel is too old: EINVAL. */
  private static void assume(boolean has, String what) {
    if (!has) {
      System.err.println("this kernel has no " + what);
    }
    Assumptions.assumeTrue(has, what);
  }

  @Test
  void shouldDoOnlyWhatIsAllowedWhenRestricted() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(DISABLED)) {
      int[] pipe = kernel.pipe();
      ring.registerRestrictions(
          Restrictions.NOTHING
              .allowOp(Op.IORING_OP_WRITE)
              .allowRegisterOp(Register.IORING_REGISTER_BUFFERS2)
              .allowFlags(SqeFlag.IOSQE_IO_LINK));
      assertErrno(Errno.EBUSY, () -> ring.registerRestrictions(Restrictions.NOTHING));
      ring.enable();

      ring.prepareWrite(pipe[1], kernel.bytes("abc"), 3, -1).submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(3);
      ring.prepareRead(pipe[0], kernel.allocate(8), 8, -1).submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(-Errno.EACCES);
      ring.prepareWrite(pipe[1], kernel.bytes("x"), 1, -1).flags(SqeFlag.IOSQE_ASYNC).submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(-Errno.EACCES);
      assertThat(RegisteredBuffers.sparse(ring, 1).slots()).isEqualTo(1);
      assertErrno(Errno.EACCES, () -> RegisteredFiles.sparse(ring, 1));
    }
  }

  /** Its close may neither cancel nor drain by operations. */
  @Test
  void shouldEndWhatRunsWhenARestrictedRingIsClosed() throws Exception {
    try (Kernel kernel = new Kernel()) {
      int[] pair = kernel.socketPair();
      Uring ring = Rings.open(DISABLED);
      ring.registerRestrictions(Restrictions.NOTHING.allowOp(Op.IORING_OP_RECV));
      ring.enable();
      ring.prepareRecv(pair[0], kernel.allocate(16), 16, 0).submit();
      ring.submit();

      ring.close();

      assertThat(ring.isQuiet()).isTrue();
    }
  }

  @Test
  void shouldDemandFlagsWhenRestrictedToThem() throws Exception {
    try (Uring ring = Rings.open(DISABLED)) {
      ring.registerRestrictions(
          Restrictions.NOTHING.allowOp(Op.IORING_OP_NOP).requireFlags(SqeFlag.IOSQE_ASYNC));
      ring.enable();

      ring.prepareNop().submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(-Errno.EACCES);
      ring.prepareNop().flags(SqeFlag.IOSQE_ASYNC).submit();
      assertThat(Rings.awaitOne(ring).result()).isZero();
    }
  }

  @Test
  void shouldRefuseRestrictionsWhenItIsTooLateOrTheyAreWrong() throws Exception {
    try (Uring ring = Rings.open(8)) {
      assertErrno(Errno.EBADFD, () -> ring.registerRestrictions(Restrictions.NOTHING));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Restrictions.NOTHING.allowOp(256))
        .withMessage("op: 256");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Restrictions.NOTHING.requireFlags(-1))
        .withMessage("sqeFlags: -1");
  }

  @Test
  void shouldKnowPersonalitiesUntilTheyAreForgotten() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int[] pipe = kernel.pipe();
      int personality = ring.registerPersonality();

      ring.prepareWrite(pipe[1], kernel.bytes("x"), 1, -1).personality(personality).submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(1);
      ring.unregisterPersonality(personality);
      ring.prepareWrite(pipe[1], kernel.bytes("x"), 1, -1).personality(personality).submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(-Errno.EINVAL);
      assertErrno(Errno.EINVAL, () -> ring.unregisterPersonality(personality));
    }
  }

  @Test
  void shouldTellTheFormerSettingsWhenBusyPollingChanges() throws Exception {
    try (Uring ring = Rings.open(8)) {
      Napi first = new Napi(50, true, Napi.IO_URING_NAPI_TRACKING_DYNAMIC);
      try {
        assertThat(ring.registerNapi(first).busyPollMicros()).isZero();
      } catch (LinuxException e) {
        assertThat(e.errno()).isEqualTo(Errno.EINVAL);
        assume(false, "IORING_REGISTER_NAPI");
      }

      assertThat(ring.registerNapi(Napi.of(20))).isEqualTo(first);
      assertErrno(Errno.EINVAL, () -> ring.addNapiId(100_000)); // it tracks them itself
      assertThat(ring.unregisterNapi()).isEqualTo(Napi.of(20));
      assertThat(ring.submitAndWait(1, 1)).isEqualTo(-Errno.ETIME);
    }
  }

  @Test
  void shouldWaitUpToThePointInTime() throws Exception {
    try (Uring ring = Rings.open(8)) {
      assertThat(ring.submitAndWaitUntil(1, System.nanoTime() + 1000)).isEqualTo(-Errno.ETIME);
      assertThat(ring.submitAndWaitUntil(1, 1)).isEqualTo(-Errno.ETIME);

      ring.prepareNop().submit();
      assertThat(ring.submitAndWaitUntil(1, Long.MAX_VALUE)).isEqualTo(1);
      ring.prepareNop().submit();
      assertThat(ring.submitAndWaitUntil(3, System.nanoTime() + 1000)).isEqualTo(1);
      assertThat(ring.submitAndWaitUntil(3, System.nanoTime() + 1000)).isEqualTo(-Errno.ETIME);
      assertThat(ring.ready()).isEqualTo(2);
      assertThat(ring.submitAndWaitUntil(0, 0)).isZero();
    }
  }

  @Test
  void shouldWaitByTheClockThatIsRegistered() throws Exception {
    try (Uring ring = Rings.open(8)) {
      try {
        ring.registerClock(OpFlag.CLOCK_BOOTTIME);
      } catch (LinuxException e) {
        assertThat(e.errno()).isEqualTo(Errno.EINVAL);
        assume(false, "IORING_REGISTER_CLOCK");
      }

      assertThat(ring.submitAndWait(1, 1000)).isEqualTo(-Errno.ETIME);
      ring.prepareNop().submit();
      assertThat(ring.submitAndWaitUntil(2, 1)).isEqualTo(1);
      int realTime = 0;
      assertErrno(Errno.EINVAL, () -> ring.registerClock(realTime));
    }
  }

  @Test
  void shouldWaitAsRegistered() throws Exception {
    try (Uring ring = Rings.open(DISABLED);
        Uring other = Rings.open(8)) {
      assume(
          ring.probe().registerOps() > Register.IORING_REGISTER_MEM_REGION,
          "IORING_REGISTER_MEM_REGION");
      RegisteredWaits waits = RegisteredWaits.register(ring, 65);
      waits.set(0, 1000, 0);
      waits.set(64, Rings.PATIENCE_NANOS, 1);
      ring.enable();

      assertThat(ring.submitAndWait(1, waits, 0)).isEqualTo(-Errno.ETIME);
      ring.prepareNop().submit();
      assertThat(ring.submitAndWait(1, waits, 1)).isEqualTo(1); // without limit
      ring.prepareNop().submit();
      assertThat(ring.submitAndWait(3, waits, 0)).isEqualTo(1);
      assertThat(ring.submitAndWait(3, waits, 64)).isZero(); // two are there, one is enough
      assertThat(ring.ready()).isEqualTo(2);

      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> ring.submitAndWait(1, waits, 65));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> other.submitAndWait(1, waits, 0))
          .withMessage("waits: of another ring");
      assertErrno(Errno.EINVAL, () -> RegisteredWaits.register(other, 1));
      waits.close();
      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(() -> ring.submitAndWait(1, waits, 0));
    }
  }

  @Test
  void shouldTakeMessagesFromThreadsWithoutARing() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int fd = ring.fd();
      FutureTask<Integer> task =
          new FutureTask<>(() -> RegisterOperations.sendMsgRing(fd, -5, 1L << 63));
      Thread.ofVirtual().start(task);
      assume(task.get() != -Errno.EINVAL, "IORING_REGISTER_SEND_MSG_RING");

      assertThat(task.get()).isZero();
      assertThat(Rings.awaitOne(ring)).isEqualTo(new Rings.Cqe(1L << 63, -5, 0));
      assertThat(RegisterOperations.sendMsgRing(kernel.eventFd(), 0, 0)).isEqualTo(-Errno.EBADFD);
      assertThat(RegisterOperations.sendMsgRing(-1, 0, 0)).isEqualTo(-Errno.EBADF);
    }
  }

  @Test
  void shouldSignalTheEventFdOnlyForWorkersWhenAsynchronous() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int eventFd = kernel.eventFd();
      ring.registerEventFdAsync(eventFd);

      ring.prepareNop().submit();
      Rings.awaitOne(ring);
      ring.prepareNop().flags(SqeFlag.IOSQE_ASYNC).submit();
      Rings.awaitOne(ring);

      long count = kernel.allocate(8);
      assertThat(Syscall.call(Nr.READ, eventFd, count, 8)).isEqualTo(8);
      assertThat(NativeMemory.getLong(count)).isEqualTo(1);
      ring.unregisterEventFd();
      assertErrno(Errno.ENXIO, ring::unregisterEventFd);
    }
  }

  @Test
  void shouldLeaveTheEventFdAloneWhenSignalsAreOff() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      int eventFd = kernel.eventFd();
      ring.registerEventFd(eventFd);

      ring.signalEventFd(false);
      ring.prepareNop().submit();
      Rings.awaitOne(ring);
      ring.signalEventFd(true);
      ring.prepareNop().submit();
      Rings.awaitOne(ring);

      long count = kernel.allocate(8);
      Syscall.call(Nr.READ, eventFd, count, 8);
      assertThat(NativeMemory.getLong(count)).isEqualTo(1);
    }
  }

  @Test
  void shouldTellTheFormerLimitsWhenWorkersAreLimited() throws Exception {
    try (Uring ring = Rings.open(8)) {
      ring.limitWorkers(3, 4);

      assertThat(ring.limitWorkers(0, 0)).containsExactly(3, 4);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ring.limitWorkers(0, -1))
          .withMessage("unbounded: -1");
    }
  }

  /** No machine for tests has a device that could: the call must say so, not crash. */
  @Test
  void shouldRefuseADeviceQueueWhenThereIsNone() throws Exception {
    try (Kernel kernel = new Kernel();
        Uring ring = Rings.open(8)) {
      assertThatExceptionOfType(LinuxException.class)
          .isThrownBy(() -> ring.registerIfq(kernel.allocate(96)));
      ring.prepareRecvZc(kernel.socketPair()[0], 0, 0).submit();
      assertThat(Rings.awaitOne(ring).result()).isEqualTo(-Errno.EINVAL);
    }
  }
}
