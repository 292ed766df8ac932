// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Handle;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.LoopFixture;
import dev.ouro.testing.NextOwner;
import dev.ouro.testing.OnBothEngines;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@OnBothEngines
class WatchFdContractTest {
  private static final int SHUT_WR = 1;

  @RegisterExtension final LoopFixture loops;
  private final List<String> trace = new ArrayList<>();
  private EngineLoop loop;
  private Socket here;
  private Socket there;
  private int number;

  WatchFdContractTest(EngineKind kind) {
    loops = new LoopFixture(kind);
  }

  @BeforeEach
  void open() throws IOException {
    loop = loops.open();
    Socket[] pair = Socket.pair();
    here = pair[0];
    there = pair[1];
    number = here.fd().number();
  }

  @AfterEach
  void close() {
    if (here != null) {
      loop.removeReader(number);
      loop.removeWriter(number);
      here.close();
      there.close();
    }
  }

  private Runnable note(String what) {
    return () -> trace.add(what);
  }

  /** Adds {@code what} so often, then stops the loop. */
  private Runnable noteAndStop(String what, int times) {
    return () -> {
      trace.add(what);
      if (trace.stream().filter(what::equals).count() == times) {
        loop.stop();
      }
    };
  }

  private void runTurn() {
    loop.stop();
    loop.runForever();
  }

  /** Runs so many turns without waiting: enough for any event that there is. */
  private void runTurns() {
    for (int i = 0; i < 5; i++) {
      runTurn();
    }
  }

  private void makeReadable() throws LinuxException {
    there.shutdown(SHUT_WR);
  }

  @Test
  void shouldCallAgainInEveryTurnWhileReady() throws IOException { // behaviour 92
    makeReadable();
    loop.addReader(here, noteAndStop("read", 3));

    loop.runForever();

    assertThat(trace).containsExactly("read", "read", "read");
  }

  @Test
  void shouldCallTheWriterWhileWritable() throws IOException { // behaviour 92
    loop.addWriter(here, noteAndStop("write", 3));

    loop.runForever();

    assertThat(trace).containsExactly("write", "write", "write");
  }

  @Test
  void shouldNotCallTheReaderWhileNothingCanBeRead() throws IOException { // behaviour 92
    loop.addReader(here, note("read"));

    runTurns();

    assertThat(trace).isEmpty();
  }

  @Test
  void shouldReplaceTheReader() throws IOException { // behaviour 89
    makeReadable();
    Handle first = loop.addReader(here, note("first"));
    Handle second = loop.addReader(here, noteAndStop("second", 2));

    loop.runForever();

    assertThat(trace).containsExactly("second", "second");
    assertThat(first.cancelled()).isTrue();
    assertThat(second.cancelled()).isFalse();
  }

  @Test
  void shouldReplaceTheWriter() throws IOException { // behaviour 89
    Handle first = loop.addWriter(here, note("first"));
    loop.addWriter(here, noteAndStop("second", 2));

    loop.runForever();

    assertThat(trace).containsExactly("second", "second");
    assertThat(first.cancelled()).isTrue();
    loop.removeWriter(here);
  }

  @Test
  void shouldReplaceAReaderWhoseEventIsQueued() throws IOException { // behaviour 89
    makeReadable();
    there.close();
    Socket[] other = Socket.pair();
    try (Socket one = other[0];
        Socket two = other[1]) {
      two.shutdown(SHUT_WR);
      Runnable replaceBoth =
          () -> {
            add(here, noteAndStop("replaced", 1));
            add(one, noteAndStop("replaced", 1));
          };
      loop.addReader(here, replaceBoth);
      loop.addReader(one, replaceBoth);

      loop.runForever();

      assertThat(trace).startsWith("replaced").containsOnly("replaced");
      loop.removeReader(one);
    }
  }

  private void add(Socket socket, Runnable reader) {
    try {
      loop.addReader(socket, reader);
    } catch (LinuxException e) {
      throw new AssertionError(e);
    }
  }

  private void addWriter(Socket socket, Runnable writer) {
    try {
      loop.addWriter(socket, writer);
    } catch (LinuxException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldKeepReaderAndWriterApart() throws IOException { // behaviour 90
    makeReadable();
    loop.addReader(here, note("read"));
    loop.addWriter(here, note("write"));
    runTurns();
    assertThat(trace).contains("read", "write");

    assertThat(loop.removeReader(here)).isTrue();
    runTurns();
    trace.clear();
    runTurns();
    assertThat(trace).isNotEmpty().containsOnly("write");

    loop.addReader(here, note("read"));
    assertThat(loop.removeWriter(here)).isTrue();
    runTurns();
    trace.clear();
    runTurns();
    assertThat(trace).isNotEmpty().containsOnly("read");
  }

  @Test
  void shouldSayWhetherThereWasSomethingToRemove() throws IOException { // behaviour 91
    assertThat(loop.removeReader(here)).isFalse();
    assertThat(loop.removeWriter(here)).isFalse();
    Handle reader = loop.addReader(here, note(""));

    assertThat(loop.removeWriter(here)).isFalse();
    assertThat(loop.removeReader(here)).isTrue();
    assertThat(loop.removeReader(here)).isFalse();
    assertThat(reader.cancelled()).isTrue();
  }

  @Test
  void shouldNotDeliverWhatIsQueuedWhenRemoved() throws IOException { // behaviour 91
    makeReadable();
    Socket[] other = Socket.pair();
    try (Socket one = other[0];
        Socket two = other[1]) {
      two.shutdown(SHUT_WR);
      Runnable removeBoth =
          () -> {
            trace.add("read");
            loop.removeReader(here);
            loop.removeReader(one);
          };
      loop.addReader(here, removeBoth);
      loop.addReader(one, removeBoth);

      runTurns();

      assertThat(trace).containsExactly("read");
    }
  }

  @Test
  void shouldRemoveTheReaderWhoseHandleIsCancelled() throws IOException { // behaviour 91
    makeReadable();
    Handle reader = loop.addReader(here, note("read"));

    reader.cancel();
    runTurns();

    assertThat(trace).isEmpty();
    assertThat(loop.removeReader(here)).isFalse();
  }

  @Test
  void shouldTakeNumbersDescriptorsAndSockets() throws IOException { // behaviour 93
    loop.addReader(here, note(""));
    assertThat(loop.removeReader(here.fd())).isTrue();
    loop.addReader(here.fd(), note(""));
    assertThat(loop.removeReader(here.fd().number())).isTrue();
    loop.addWriter(here.fd().number(), note(""));
    assertThat(loop.removeWriter(here)).isTrue();
  }

  @Test
  void shouldRefuseWhatIsNoDescriptor() throws IOException { // behaviour 93
    assertThatThrownBy(() -> loop.addReader(-1, note("")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
    assertThatThrownBy(() -> loop.addWriter(here, null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("callback");
    assertThat(loop.removeWriter(here)).isFalse();
  }

  @Test
  void shouldRefuseADescriptorOfATransportUntilThatCloses() throws IOException { // behaviour 94
    int fd = here.fd().number();
    loop.claimDescriptor(fd, "the transport");

    List<ThrowingCallable> calls =
        List.of(
            () -> loop.addReader(fd, note("")),
            () -> loop.addWriter(here.fd(), note("")),
            () -> loop.removeReader(here),
            () -> loop.removeWriter(fd));
    assertThat(calls)
        .allSatisfy(call ->
            assertThatThrownBy(call)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("File descriptor " + fd + " is used by transport the transport"));
    loop.releaseDescriptor(fd, "another transport");
    assertThatThrownBy(() -> loop.removeReader(fd)).isInstanceOf(IllegalStateException.class);

    loop.releaseDescriptor(fd, "the transport");
    assertThat(loop.removeReader(fd)).isFalse();
  }

  @Test
  void shouldNotTakeAReusedNumberForTheOldFile() throws IOException { // behaviour 95
    loop.addReader(here, note("old"));
    runTurn();
    here.close();
    there.close();
    Socket[] pair = NextOwner.of(number);
    here = pair[0];
    there = pair[1];

    makeReadable();
    loop.addReader(here, noteAndStop("new", 2));
    loop.runForever();

    assertThat(trace).containsExactly("new", "new");
  }

  @Test
  void shouldNotReportAFileThatWasClosedBeforeItsReaderWasRemoved() throws IOException { // 95
    makeReadable();
    loop.addReader(here, note("old"));
    here.close();

    assertThat(loop.removeReader(number)).isTrue();
    runTurns();

    assertThat(trace).isEmpty();
  }

  @Test
  void shouldSurviveAStormOfAddsAndRemoves() throws IOException { // behaviour 95
    makeReadable();
    Runnable storm =
        () -> {
          for (int i = 0; i < 2_000; i++) {
            add(here, noteAndStop("read " + i, 1));
            addWriter(here, note("write " + i));
            loop.removeWriter(here);
            if (i % 2 == 0) {
              loop.removeReader(here);
            }
          }
        };
    loop.callSoon(storm);

    loop.runForever();

    assertThat(trace).containsExactly("read 1999");
  }

  @Test
  void shouldSurviveSocketsThatAreClosedAndReopenedWhileWatched() throws IOException { // 95
    for (int i = 0; i < 500; i++) {
      Socket[] pair = Socket.pair();
      String current = "current " + i;
      try (Socket reading = pair[0];
          Socket writing = pair[1]) {
        writing.shutdown(SHUT_WR);
        loop.addReader(reading, noteAndStop(current, 1));
        loop.runForever();
        assertThat(trace).containsExactly(current);
        trace.clear();
        loop.removeReader(reading);
      }
    }
  }

  @Test
  void shouldWakeBothWhenThePeerIsGone() throws IOException { // behaviour 96
    loop.addReader(here, note("read"));
    loop.addWriter(here, note("write"));
    there.close();

    runTurns();

    assertThat(trace).contains("read", "write");
  }

  @Test
  void shouldWakeAReaderAloneWhenThePeerIsGone() throws IOException { // behaviour 96
    loop.addReader(here, noteAndStop("read", 1));
    there.close();

    loop.runForever();

    assertThat(trace).containsExactly("read");
  }

  @Test
  void shouldRefuseARegularFile() throws IOException { // behaviour 97
    java.nio.file.Path file = java.nio.file.Files.createTempFile("ouro", ".txt");
    try (java.io.FileInputStream open = new java.io.FileInputStream(file.toFile())) {
      int regular = descriptorOf(file);

      assertThatThrownBy(() -> loop.addReader(regular, note("")))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EPERM));
      assertThat(loop.removeReader(regular)).isFalse();
      assertThat(open.read()).isEqualTo(-1);
    } finally {
      java.nio.file.Files.delete(file);
    }
  }

  private static int descriptorOf(java.nio.file.Path file) throws IOException {
    try (java.nio.file.DirectoryStream<java.nio.file.Path> links =
        java.nio.file.Files.newDirectoryStream(java.nio.file.Path.of("/proc/self/fd"))) {
      for (java.nio.file.Path link : links) {
        if (java.nio.file.Files.exists(link) && java.nio.file.Files.isSameFile(link, file)) {
          return Integer.parseInt(link.getFileName().toString());
        }
      }
    }
    throw new AssertionError(file + " is not open");
  }

  @Test
  void shouldRefuseADescriptorThatIsNotOpen() { // behaviour 97
    assertThatThrownBy(() -> loop.addReader(1_000_000, note("")))
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADF));
    assertThat(loop.removeReader(1_000_000)).isFalse();
  }

  @Test
  void shouldGoOnWhenAReaderThrows() throws IOException { // behaviour 57
    makeReadable();
    List<Throwable> reported = new ArrayList<>();
    loop.setExceptionHandler((on, context) -> reported.add(context.exception()));
    loop.addReader(
        here,
        () -> {
          trace.add("read");
          throw new IllegalStateException("failed");
        });

    runTurns();

    assertThat(trace).hasSizeGreaterThan(1);
    assertThat(reported).hasSameSizeAs(trace);
  }
}
