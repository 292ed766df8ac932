// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.NativeMemory;
import dev.ouro.linux.Nr;
import dev.ouro.linux.SockAddr;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import dev.ouro.linux.UnixAddress;
import dev.ouro.testing.Seccomp;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Behaviours 13 and 38: nothing is freed that the kernel may still write. */
class CloseTest {
  private static final long MARK = 0x6f75726f2d6d61L;

  /** Marks a buffer, so that it is known from what another thread may map in its place. */
  private static long marked(BufferRing group) {
    NativeMemory.putLong(group.address(0), MARK);
    return group.address(0);
  }

  /** Whether the memory is there that {@link #marked} marked; also where nothing is. */
  private static boolean isThere(long address) throws IOException {
    return readLong(address) == MARK;
  }

  private static long readLong(long address) throws IOException {
    try (RandomAccessFile memory = new RandomAccessFile("/proc/self/mem", "r")) {
      memory.seek(address);
      return Long.reverseBytes(memory.readLong());
    } catch (IOException notMapped) {
      assertThat(notMapped).hasMessageContaining("Input/output error");
      return 0;
    }
  }

  @Test
  void shouldEndEverythingAndFreeWhenOperationsRun() throws Exception {
    try (Kernel kernel = new Kernel()) {
      int[] pair = kernel.socketPair();
      int[] pipe = kernel.pipe();
      int listener = kernel.listener();
      long buffer = kernel.allocate(64);
      Uring ring = Rings.open(32);
      BufferRing group = BufferRing.register(ring, 0, 4, 4096, false);
      ring.prepareRecvMultishot(pair[0], group).submit();
      ring.prepareRecv(pair[1], buffer, 16, 0).submit();
      ring.prepareAcceptMultishot(listener, 0).submit();
      ring.prepareRead(pipe[0], buffer + 16, 16, 0).flags(SqeFlag.IOSQE_ASYNC).submit();
      ring.preparePollAdd(pipe[0], Kernel.POLLIN, OpFlag.IORING_POLL_ADD_MULTI).submit();
      ring.prepareTimeout(3600_000_000_000L, 0, 0).submit();
      ring.prepareTimeout(3600_000_000_000L, 0, OpFlag.IORING_TIMEOUT_MULTISHOT).submit();
      ring.submit();
      ring.prepareNop().submit();
      long mark = marked(group);
      assertThat(isThere(mark)).isTrue();

      ring.close();
      ring.close();

      assertThat(isThere(mark)).isFalse();
      kernel.write(pair[1], "late");
      assertThat(kernel.read(pair[0])).isEqualTo("late");
      kernel.write(pipe[1], "late");
      assertThat(kernel.read(pipe[0])).isEqualTo("late");
      assertThat(Kernel.text(buffer, 4)).isEqualTo("\0\0\0\0");
    }
  }

  /** The kernel cannot cancel it at first, nor does it end by itself. */
  @Test
  void shouldEndConnectThatWaitsForRoomInAListenersQueue(@TempDir Path folder) throws Exception {
    UnixAddress address = UnixAddress.of(folder.resolve("full"));
    try (Kernel kernel = new Kernel();
        Socket listener = unixSocket();
        Socket first = unixSocket();
        Socket waiting = unixSocket()) {
      listener.bind(address);
      listener.listen(0);
      first.connect(address);
      long memory = kernel.allocate(128);
      int length = SockAddr.write(address, memory);
      Uring ring = Rings.open(8);
      BufferRing group = BufferRing.register(ring, 0, 4, 4096, false);
      ring.prepareConnect(waiting.fd().number(), memory, length).submit();
      ring.submit();
      long mark = marked(group);

      ring.close();

      assertThat(ring.isQuiet()).isTrue();
      assertThat(isThere(mark)).isFalse();
    }
  }

  private static Socket unixSocket() throws LinuxException {
    Socket socket = Socket.open(SocketConstants.AF_UNIX, SocketConstants.SOCK_STREAM, 0);
    socket.setBlocking(true);
    return socket;
  }

  @Test
  void shouldLeakBufferMemoryWhenOperationsDoNotEndInTime() throws Exception {
    Rings.open(8).close();
    long address =
        Seccomp.where(
            Nr.IO_URING_ENTER,
            Errno.EAGAIN,
            Seccomp.Condition.greater(1, 0),
            () -> {
              Uring ring =
                  Uring.open(UringOptions.entries(8).withCloseTimeout(Duration.ofMillis(5)));
              long mark = marked(BufferRing.register(ring, 0, 4, 4096, false));
              ring.close();
              return mark;
            });

    assertThat(isThere(address)).isTrue();
  }

  @Test
  void shouldKeepBufferMemoryUntilTheLastPieceIsReleasedWhenClosed() throws Exception {
    try (Kernel kernel = new Kernel()) {
      int[] pair = kernel.socketPair();
      Uring ring = Rings.open(8);
      BufferRing group = BufferRing.register(ring, 0, 4, 4096, false);
      kernel.write(pair[1], "kept");
      ring.prepareRecv(pair[0], group, 0, 0, 0).submit();
      Rings.Cqe cqe = Rings.awaitOne(ring);
      long data = group.take(cqe.flags(), cqe.result());

      ring.close();

      assertThat(Kernel.text(data, 4)).isEqualTo("kept");
      NativeMemory.putLong(data, MARK);
      group.release(BufferRing.bufferId(cqe.flags()));
      assertThat(isThere(data)).isFalse();
    }
  }

  @Test
  void shouldHandOverWhatWasNotReadWhenClosed() throws Exception {
    try (Kernel kernel = new Kernel()) {
      int[] pair = kernel.socketPair();
      Uring ring = Rings.open(8);
      List<String> unread = new ArrayList<>();
      ring.prepareNop().userData(1).submit();
      ring.prepareRecv(pair[0], kernel.allocate(8), 8, 0).userData(2).submit();
      ring.submit();
      ring.prepareNop().userData(3).submit(); // is dropped

      ring.close((userData, result, flags) -> unread.add(userData + ": " + result));
      ring.close((userData, result, flags) -> unread.add("again"));

      assertThat(unread).containsExactly("1: 0", "2: " + -Errno.ECANCELED);
    }
  }

  @Test
  void shouldCloseWhenTheHandlerThrows() throws Exception {
    Uring ring = Rings.open(8);
    ring.prepareNop().submit();
    ring.submit();

    assertThatThrownBy(() ->
            ring.close((userData, result, flags) -> {
              throw new IllegalStateException("thrown");
            }))
        .hasMessage("thrown");
    assertThatThrownBy(ring::prepareNop).hasMessageContaining("closed");
  }

  @Test
  void shouldRefuseEveryUseWhenClosed() throws Exception {
    Uring ring = Rings.open(8);
    Sqe sqe = ring.prepareNop();
    ring.close();

    assertThatThrownBy(ring::prepareNop).hasMessageContaining("closed");
    assertThatThrownBy(sqe.userData(1).flags(1)::submit).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> ring.register(0, 0, 0)).hasMessageContaining("closed");
    assertThatThrownBy(() -> ring.submitAndWait(1)).hasMessageContaining("closed");
    assertThatThrownBy(() -> ring.resize(8, 8)).hasMessageContaining("closed");
    assertThatThrownBy(ring::enable).hasMessageContaining("closed");
    assertThat(ring.submit()).isZero();
    assertThat(ring.submit()).isZero();
    assertThat(ring.ready()).isZero();
    assertThat(ring.forEachCompletion((u, r, f) -> {})).isZero();
    assertThat(ring).hasToString(ring.toString());
  }

  @Test
  void shouldLeaveNoDescriptorWhenOpenedAndClosedManyTimes() throws Exception {
    Rings.open(8).close();
    final int before = rings();

    for (int i = 0; i < 50; i++) {
      try (Uring ring = Rings.open(8)) {
        ring.prepareNop().submit();
        ring.submit();
      }
    }

    assertThat(rings()).isEqualTo(before);
  }

  /** How many descriptors are rings. Others may come and go: the JVM's threads have some. */
  private static int rings() throws IOException {
    int count = 0;
    try (DirectoryStream<Path> links = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path link : links) {
        count += isRing(link) ? 1 : 0;
      }
    }
    return count;
  }

  private static boolean isRing(Path link) throws IOException {
    try {
      return Files.readSymbolicLink(link).toString().contains("[io_uring]");
    } catch (NoSuchFileException closedMeanwhile) {
      return false;
    }
  }

  /** Its arguments' memory is gone: whatever would use it is refused. */
  @Test
  void shouldRefuseEverythingThatUsesMemoryWhenClosed() throws Exception {
    Uring ring = Rings.open(4);
    BufferRing group = BufferRing.register(ring, 0, 4, 64, false);
    ring.close();

    List<ThrowingCallable> calls =
        List.of(
            ring::prepareNop,
            ring::enable,
            ring::probe,
            () -> ring.submitAndWait(1),
            () -> ring.submitAndWait(1, 1000),
            () -> ring.timespec(1),
            () -> ring.prepareTimeout(1, 0, 0),
            () -> ring.register(Register.IORING_REGISTER_PROBE, 0, 0),
            () -> ring.registerEventFd(0),
            ring::unregisterEventFd,
            () -> ring.signalEventFd(true),
            ring::registerPersonality,
            () -> ring.registerNapi(Napi.of(1)),
            () -> ring.registerRestrictions(Restrictions.NOTHING),
            () -> ring.submitAndWaitUntil(1, Long.MAX_VALUE),
            () -> RegisteredWaits.register(ring, 1),
            () -> ring.limitWorkers(1, 1),
            () -> ring.cancelAndWait(0, 0, 0, Duration.ZERO),
            () -> ring.resize(4, 8),
            () -> RegisteredFiles.sparse(ring, 1),
            () -> RegisteredBuffers.sparse(ring, 1),
            () -> BufferRing.register(ring, 1, 4, 64, false),
            () -> group.take(CqeFlag.IORING_CQE_F_BUFFER, 1));
    for (int i = 0; i < calls.size(); i++) {
      assertThatThrownBy(calls.get(i))
          .as("call %d", i)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the ring is closed");
    }
    assertThat(ring.submit()).isZero();
    assertThat(ring.ready()).isZero();
    assertThat(ring.forEachCompletion((data, result, flags) -> {})).isZero();
    assertThat(ring.cqeUserData(-1)).isZero();
    group.close();
  }

  @Test
  void shouldRefuseSegmentsThatTheKernelMustNotUse() throws Exception {
    try (Uring ring = Rings.open(4);
        Arena open = Arena.ofConfined()) {
      MemorySegment heap = MemorySegment.ofArray(new byte[1]);
      MemorySegment constant = open.allocate(1).asReadOnly();
      MemorySegment gone;
      try (Arena closed = Arena.ofConfined()) {
        gone = closed.allocate(1);
      }

      assertThatThrownBy(() -> ring.prepareRecv(0, heap))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> ring.prepareSend(0, heap))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> ring.prepareRecv(0, constant))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> ring.prepareRecv(0, gone)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> ring.prepareSend(0, gone)).isInstanceOf(IllegalStateException.class);
      ring.prepareSend(0, constant);
    }
  }

  @Test
  void shouldEndTheIterationWhenAHandlerCloses() throws Exception {
    Uring ring = Rings.open(8);
    for (int i = 0; i < 4; i++) {
      ring.prepareNop().userData(i).submit();
    }
    ring.submit();
    List<Long> seen = new ArrayList<>();

    int count =
        ring.forEachCompletion((userData, result, flags) -> {
          seen.add(userData);
          ring.close();
        });

    assertThat(count).isEqualTo(1);
    assertThat(seen).containsExactly(0L);
    assertThat(ring.isQuiet()).isTrue();
  }

  @Test
  void shouldCloseWhenTimeoutIsAsLongAsThereIs() throws Exception {
    Duration forever = ChronoUnit.FOREVER.getDuration();
    Uring ring = Rings.open(UringOptions.entries(4).withCloseTimeout(forever));
    assertThat(ring.cancelAndWait(1, 0, 0, forever)).isEqualTo(-Errno.ENOENT);

    ring.close();

    assertThat(ring.isQuiet()).isTrue();
  }

  @Test
  void shouldRefuseTimespecWhenNothingIsPrepared() throws Exception {
    try (Uring ring = Rings.open(4)) {
      assertThatThrownBy(() -> ring.timespec(1)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> ring.cqeExtra(0, 2)).isInstanceOf(IllegalStateException.class);
    }
    UringOptions wide = UringOptions.entries(4).withSetupFlags(Setup.IORING_SETUP_CQE32);
    try (Uring ring = Rings.open(wide)) {
      assertThatThrownBy(() -> ring.cqeExtra(0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> ring.cqeExtra(0, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }
}
