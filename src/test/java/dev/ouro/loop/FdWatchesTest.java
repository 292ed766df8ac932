// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.Epoll;
import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.poll.FakeWatch;
import dev.ouro.testing.FakeLoop;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FdWatchesTest {
  private static final int FD = 5;

  private final FakeLoop loop = FakeLoop.create();
  private final List<String> trace = new ArrayList<>();

  @AfterEach
  void close() {
    loop.close();
  }

  private Runnable note(String what) {
    return () -> trace.add(what);
  }

  @Test
  void shouldWatchForWhatThereIs() throws LinuxException { // behaviour 90
    loop.addReader(FD, note("read"));
    assertThat(loop.engine().watch(FD).interest()).isEqualTo(Epoll.EPOLLIN);
    loop.addWriter(FD, note("write"));
    assertThat(loop.engine().watch(FD).interest()).isEqualTo(Epoll.EPOLLIN | Epoll.EPOLLOUT);

    loop.removeReader(FD);
    assertThat(loop.engine().watch(FD).interest()).isEqualTo(Epoll.EPOLLOUT);
    loop.removeWriter(FD);

    assertThat(loop.engine().watches(FD)).isEmpty();
  }

  @Test
  void shouldCallReaderThenWriterOncePerTurn() throws LinuxException { // behaviours 92, 96
    loop.addReader(FD, note("read"));
    loop.addWriter(FD, note("write"));
    FakeWatch watch = loop.engine().watch(FD);
    for (int events : List.of(Epoll.EPOLLIN, Epoll.EPOLLOUT, Epoll.EPOLLERR, Epoll.EPOLLHUP, 0)) {
      watch.ready(events);
      loop.runTurn();
      trace.add(".");
    }

    assertThat(trace)
        .containsExactly(
            "read", ".", "write", ".", "read", "write", ".", "read", "write", ".", ".");
  }

  @Test
  void shouldDropTheEventThatIsQueuedForAReplacedReader() throws LinuxException { // 89
    loop.callSoon(() -> {
      add("replacement");
      loop.engine().watch(FD).ready(Epoll.EPOLLIN);
    });
    loop.addReader(FD, note("replaced"));
    loop.engine().watch(FD).ready(Epoll.EPOLLIN);

    loop.runTurn();
    assertThat(trace).isEmpty();

    loop.runTurn();
    assertThat(trace).containsExactly("replacement");
  }

  @Test
  void shouldNotHandANewReaderAnEventFromBeforeItWasAdded() throws LinuxException { // 91
    loop.addWriter(FD, note("write"));
    loop.engine().watch(FD).ready(Epoll.EPOLLHUP);
    loop.callSoon(() -> add("read"));

    loop.runTurn();

    assertThat(trace).doesNotContain("read");
  }

  private void add(String what) {
    try {
      loop.addReader(FD, note(what));
    } catch (LinuxException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldNotDeliverTwiceInATurnWhatTwoPollsReported() throws LinuxException { // behaviour 4
    loop.addReader(FD, note("read"));
    loop.engine().watch(FD).ready(Epoll.EPOLLIN);
    loop.callSoon(() -> {
      throw new LoopExit("leaves the first event queued");
    });
    assertThatThrownBy(loop::runForever).isInstanceOf(LoopExit.class);

    loop.runTurn();

    assertThat(trace).containsExactly("read");
  }

  @Test
  void shouldForgetEverythingWhenRefused() throws LinuxException { // behaviour 97
    loop.addReader(FD, note("read"));
    Handle reader = loop.addReader(FD, note("read"));
    loop.engine().onPoll(() -> {});
    loop.engine().watch(FD).refuse(Errno.EBADF);

    boolean removed = loop.removeReader(FD);

    assertThat(removed).isTrue();
    assertThat(reader.cancelled()).isTrue();
    assertThat(loop.engine().watches(FD)).isEmpty();
  }

  @Test
  void shouldCancelTheOtherDirectionWhenTheDescriptorIsGone() throws LinuxException { // 95
    loop.addReader(FD, note("read"));
    Handle writer = loop.addWriter(FD, note("write"));
    loop.engine().watch(FD).refuse(Errno.EBADF);

    loop.removeReader(FD);

    assertThat(writer.cancelled()).isTrue();
    assertThat(loop.removeWriter(FD)).isFalse();
    assertThat(loop.engine().watches(FD)).isEmpty();
  }

  @Test
  void shouldDropWatchesWhenClosed() throws LinuxException { // behaviour 21
    Handle reader = loop.addReader(FD, note("read"));

    loop.close();

    assertThat(loop.removeReader(FD)).isFalse();
    reader.cancel();
    assertThat(reader.cancelled()).isTrue();
  }

  @Test
  void shouldKnowDescriptorsWithLargeNumbersAsTransports() throws LinuxException { // 94
    loop.claimDescriptor(100_000, "transport");

    assertThatThrownBy(() -> loop.addReader(100_000, note("")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("File descriptor 100000 is used by transport transport");
    loop.releaseDescriptor(100_000, "transport");
    loop.releaseDescriptor(-1, "transport");
    loop.addReader(100_000, note("")).cancel();
  }
}
