// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.linux.ChildWait;
import dev.ouro.linux.Signal;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import dev.ouro.linux.UnixAddress;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.Future;
import dev.ouro.loop.Task;
import dev.ouro.loop.TaskBody;
import dev.ouro.poll.EngineKind;
import dev.ouro.streams.Process;
import dev.ouro.streams.StreamConnection;
import dev.ouro.sync.Event;
import dev.ouro.sync.Queue;
import dev.ouro.testing.LogCapture;
import dev.ouro.testing.OnBothEnginesAndTaskKinds;
import dev.ouro.testing.TaskFixture;
import dev.ouro.testing.TaskKind;
import dev.ouro.transport.ConnectionOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A loop that is closed with a task in each kind of wait: each is reported and unwound, and what it
 * has open is closed. Behaviours 22 and 56.
 */
@OnBothEnginesAndTaskKinds
class LoopCloseTasksContractTest {
  private static final int LARGE = 20_000_000;

  @RegisterExtension final TaskFixture tasks;
  @TempDir Path folder;
  private final List<String> expected = new ArrayList<>();
  private final List<String> unwound = new ArrayList<>();
  private final List<Task<Void>> all = new ArrayList<>();
  private EventLoop loop;

  LoopCloseTasksContractTest(EngineKind engine, TaskKind kind) {
    tasks = new TaskFixture(engine, kind);
  }

  @BeforeEach
  void open() {
    loop = tasks.loop();
  }

  private void waitIn(String what, TaskBody wait) {
    expected.add(what);
    all.add(
        tasks.create(() -> {
          try {
            wait.run();
          } finally {
            unwound.add(what);
          }
        }));
  }

  private Process child(String... command) {
    return tasks.run(() -> Asyncio.createSubprocessExec(command));
  }

  private Socket[] pair() throws Exception {
    Socket[] pair = Socket.pair();
    tasks.network().closing(pair[0]);
    tasks.network().closing(pair[1]);
    return pair;
  }

  /** The path of a listener that nobody accepts from, and whose queue is full. */
  private String fullListener() throws Exception {
    Path path = folder.resolve("full");
    UnixAddress address = UnixAddress.of(path);
    for (boolean listens : new boolean[] {true, false}) {
      Socket socket =
          tasks
              .network()
              .closing(Socket.open(SocketConstants.AF_UNIX, SocketConstants.SOCK_STREAM, 0));
      if (listens) {
        socket.bind(address);
        socket.listen(0);
      } else {
        socket.connect(address);
      }
    }
    return path.toString();
  }

  /** Closes the loop; each of {@code all} must be reported and unwound. */
  private void close() {
    tasks.runTurns(5);
    try (LogCapture log = new LogCapture()) {
      loop.close();

      assertThat(log.records()).extracting(LogRecord::getMessage).isEmpty();
    }
    assertThat(unwound).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(all).noneMatch(Future::done);
    assertThat(tasks.takeErrors())
        .extracting(ExceptionContext::message)
        .containsOnly("Task was destroyed but it is pending!")
        .hasSizeGreaterThanOrEqualTo(all.size());
  }

  @Test
  void shouldUnwindTasksThatWaitForEachOther() {
    Future<String> future = loop.createFuture();
    Queue<String> queue = new Queue<>();
    Event event = new Event();
    waitIn("await", future::await);
    waitIn("sleep", () -> Asyncio.sleep(Duration.ofDays(1)));
    waitIn("queue", queue::get);
    waitIn("event", event::await);
    waitIn("task", () -> all.getFirst().await());
    waitIn("gather", () -> Asyncio.gather(all.get(0), all.get(1)));
    waitIn("timeout", () -> Asyncio.timeout(Duration.ofDays(1), () -> event.await()));

    close();
  }

  /** A close of streams that comes with the unwinding throws nothing. */
  @Test
  void shouldUnwindTasksThatWaitForStreams() throws Exception {
    Socket[] read = pair();
    Socket[] written = pair();
    waitIn(
        "read",
        () -> {
          StreamConnection streams = Asyncio.openConnection(ConnectionOptions.of(read[0]));
          try (streams) {
            streams.reader().read();
          }
          throw new AssertionError("it has not been closed");
        });
    expected.add("closed");
    waitIn(
        "drain",
        () -> {
          StreamConnection streams = Asyncio.openConnection(ConnectionOptions.of(written[0]));
          try {
            streams.writer().write(new byte[LARGE]);
            streams.writer().drain();
          } finally {
            streams.writer().write("not sent", UTF_8);
            streams.close();
            unwound.add("closed");
          }
        });
    String full = fullListener();
    waitIn("open", () -> Asyncio.openUnixConnection(full));

    close();
  }

  @Test
  void shouldUnwindTasksThatWaitForChildren() throws Exception {
    Process waited = child("sleep", "1000");
    Process communicating = child("sleep", "1000");
    waitIn("wait", () -> waited.waitFor());
    waitIn("communicate", () -> communicating.communicate());

    close();

    for (Process process : List.of(waited, communicating)) {
      Signal.SIGKILL.send(process.pid());
      assertThat(ChildWait.await(process.pid()).returncode()).isEqualTo(-9);
    }
  }
}
