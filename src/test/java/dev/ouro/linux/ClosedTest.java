// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.testing.LeakCheck;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What owns memory does not touch it once it is closed, nor beyond its ends. */
@ExtendWith(LeakCheck.class)
class ClosedTest {
  private static void assertAllThrow(Class<?> exception, List<ThrowingCallable> calls) {
    for (int i = 0; i < calls.size(); i++) {
      assertThatThrownBy(calls.get(i)).as("call %d", i).isInstanceOf(exception);
    }
  }

  @Test
  void shouldRefuseWhenMappingIsClosed() throws Exception {
    Mapping mapping = Mapping.anonymous(1);
    mapping.close();
    mapping.close();

    assertThatThrownBy(mapping::address).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldAnswerEbadfWhenEpollIsClosed() throws Exception {
    Epoll epoll = Epoll.create(2);
    epoll.close();
    epoll.close();

    assertThat(epoll.add(0, Epoll.EPOLLIN, 0)).isEqualTo(-Errno.EBADF);
    assertThat(epoll.modify(0, Epoll.EPOLLIN, 0)).isEqualTo(-Errno.EBADF);
    assertThat(epoll.delete(0)).isEqualTo(-Errno.EBADF);
    assertThat(epoll.await(0)).isEqualTo(-Errno.EBADF);
    assertThat(epoll.await(-1)).isEqualTo(-Errno.EBADF);
    assertAllThrow(
        IllegalStateException.class, List.of(() -> epoll.events(0), () -> epoll.data(1)));
  }

  @Test
  void shouldRefuseEventsThatEpollHasNoRoomFor() throws Exception {
    try (Epoll epoll = Epoll.create(2)) {
      assertAllThrow(
          IndexOutOfBoundsException.class,
          List.of(
              () -> epoll.events(-1),
              () -> epoll.events(2),
              () -> epoll.data(-1),
              () -> epoll.data(Integer.MAX_VALUE)));
    }
  }

  @Test
  void shouldRefuseWhenMessageArrayIsClosed() throws Exception {
    MessageArray array = MessageArray.allocate(1, 1);
    array.close();
    array.close();

    assertAllThrow(
        IllegalStateException.class,
        List.of(
            () -> array.address(0),
            () -> array.iovec(0, 0, 0),
            () -> array.toSend(0, 0, 0, 1, 100),
            () -> array.toReceive(0, 0),
            () -> array.pieces(0),
            () -> array.length(0),
            () -> array.nameLength(0),
            () -> array.segmentBytes(0),
            () -> array.copyMessage(0, 0)));
  }

  @Test
  void shouldRefuseMessagesThatArrayHasNoRoomFor() throws Exception {
    try (MessageArray array = MessageArray.allocate(2, 3)) {
      assertThatCode(() -> array.toSend(1, 0, 3, 0, 0)).doesNotThrowAnyException();
      assertAllThrow(
          IndexOutOfBoundsException.class,
          List.of(
              () -> array.address(2),
              () -> array.name(-1),
              () -> array.iovec(3, 0, 0),
              () -> array.toSend(2, 0, 0, 1, 0),
              () -> array.toSend(-1, 0, 0, 1, 100),
              () -> array.toSend(0, 0, 2, 2, 0),
              () -> array.toSend(0, SockAddr.SIZE_BYTES + 1, 0, 1, 0),
              () -> array.toSend(0, -1, 0, 1, 0),
              () -> array.toReceive(0, 3),
              () -> array.length(2)));
    }
  }

  @Test
  void shouldCopyMessagesOfOnePieceAtMost() throws Exception {
    try (MessageArray array = MessageArray.allocate(2, 3);
        Mapping copy = Mapping.anonymous(MessageArray.COPY_BYTES)) {
      array.toSend(0, 0, 0, 2, 0);
      array.toSend(1, 0, 3, 0, 0);

      assertThatThrownBy(() -> array.copyMessage(0, copy.address()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("message 0 has 2 pieces");
      array.copyMessage(1, copy.address());
    }
  }

  @Test
  void shouldRefuseWhenSpawnIsClosed() throws Exception {
    Spawn spawn = Spawn.create();
    spawn.close();
    spawn.close();

    assertAllThrow(
        IllegalStateException.class,
        List.of(
            () -> spawn.dup2(0, 1),
            () -> spawn.closeDescriptor(3),
            () -> spawn.closeFrom(3),
            () -> spawn.chdir(new byte[] {'/'}),
            () -> spawn.processGroup(0),
            () -> spawn.signalMask(SignalSet.EMPTY),
            () -> spawn.defaultActions(SignalSet.EMPTY),
            () -> spawn.start(new byte[] {'/'}, List.of(), List.of())));
  }

  @Test
  void shouldDoNothingWhenEventFdIsClosed() throws Exception {
    EventFd eventFd = EventFd.create();
    eventFd.close();
    eventFd.close();

    assertThat(eventFd.signal()).isZero();
    assertThat(eventFd.reset()).isEqualTo(-Errno.EBADF);
  }

  /** {@code signalfd(2)} of −1 would make another one. */
  @Test
  void shouldAnswerEbadfWhenSignalFdIsClosed() throws Exception {
    SignalFd signalFd = SignalFd.create(SignalSet.EMPTY);
    signalFd.close();
    signalFd.close();

    assertThatThrownBy(() -> signalFd.set(SignalSet.of(Signal.SIGUSR1)))
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADF));
    assertThat(signalFd.read(info -> {})).isEqualTo(-Errno.EBADF);
  }
}
