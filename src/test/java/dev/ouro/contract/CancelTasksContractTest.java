// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.linux.Socket;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.streams.StreamConnection;
import dev.ouro.streams.StreamReader;
import dev.ouro.sync.Queue;
import dev.ouro.testing.CancelEverywhere;
import dev.ouro.testing.OnBothEnginesAndTaskKinds;
import dev.ouro.testing.TaskFixture;
import dev.ouro.testing.TaskKind;
import dev.ouro.transport.ConnectionOptions;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Tasks that wait for a future, for time, for an item or for a stream, cancelled everywhere: what
 * the task did not get is there for the next one. Behaviour 55.
 */
@OnBothEnginesAndTaskKinds
class CancelTasksContractTest {
  private static final int LARGE = 600_000;

  @RegisterExtension final TaskFixture tasks;
  private final CancelEverywhere everywhere;
  private EventLoop loop;

  CancelTasksContractTest(EngineKind engine, TaskKind kind) {
    tasks = new TaskFixture(engine, kind);
    everywhere = new CancelEverywhere(tasks.network());
  }

  @BeforeEach
  void open() {
    loop = tasks.loop();
  }

  /** Runs {@code action} in the turn after the next. */
  private void later(Runnable action) {
    loop.callSoon(() -> loop.callSoon(action));
  }

  @Test
  void shouldCancelAwaits() throws Exception {
    everywhere.cancel(
        new CancelEverywhere.Operation() {
          private Future<String> awaited;

          @Override
          public Future<?> start() {
            Future<String> made = loop.createFuture();
            awaited = made;
            later(() -> {
              if (!made.done()) {
                made.setResult("result");
              }
            });
            return tasks.create(() -> made.await());
          }

          @Override
          public void end(Future<?> task) {
            if (!awaited.cancelled()) {
              assertThat(awaited.result()).isEqualTo("result"); // delivered or not
            }
          }
        });
  }

  @Test
  void shouldCancelSleeps() throws Exception {
    everywhere.cancel(() ->
        tasks.create(() -> {
          Asyncio.sleep(Duration.ZERO);
          Asyncio.sleep(Duration.ofNanos(1));
          Asyncio.sleep(Duration.ZERO);
        }));
  }

  @Test
  void shouldLoseNoItemOfAQueue() throws Exception {
    everywhere.cancel(
        new CancelEverywhere.Operation() {
          private Queue<String> queue;

          @Override
          public Future<?> start() {
            Queue<String> made = new Queue<>();
            queue = made;
            later(() -> made.putNowait("item"));
            return tasks.create(() -> made.get());
          }

          @Override
          public void end(Future<?> task) {
            assertThat(task.cancelled() ? queue.getNowait() : task.result()).isEqualTo("item");
            assertThat(queue.toString()).doesNotContain("getters");
          }
        });
  }

  // Streams

  /** Streams over one of two sockets. */
  private abstract class Streaming extends PairOperation {
    StreamConnection connection;

    @Override
    final Future<?> begin() {
      Socket ours = pair[0];
      connection = tasks.run(() -> Asyncio.openConnection(ConnectionOptions.of(ours)));
      return stream();
    }

    abstract Future<?> stream();

    final void send(String text) {
      loop.sockSendall(pair[1], text.getBytes(UTF_8)).result();
    }
  }

  /** What a task asks of a reader. */
  private interface Reading {
    byte[] from(StreamReader reader) throws Exception;
  }

  @Test
  void shouldLoseNoBytesThatAreRead() throws Exception {
    for (Reading reading :
        List.<Reading>of(
            reader -> reader.readexactly(5),
            StreamReader::readline,
            reader -> reader.readuntil("\n".getBytes(UTF_8)))) {
      everywhere.cancel(
          new Streaming() {
            @Override
            Future<?> stream() {
              later(() -> {
                send("li");
                later(() -> send("ne\n"));
              });
              StreamReader reader = connection.reader();
              return tasks.create(() -> reading.from(reader));
            }

            @Override
            void check(Future<?> task) {
              StreamReader reader = connection.reader();
              Object line = task.cancelled() ? tasks.run(() -> reader.readline()) : task.result();
              assertThat(line).isEqualTo("line\n".getBytes(UTF_8));
              connection.close();
            }
          });
    }
  }

  @Test
  void shouldLoseNoBytesThatAreWritten() throws Exception {
    byte[] content = Bytes.pattern(LARGE);
    everywhere.cancel(
        new Streaming() {
          private final ByteArrayOutputStream received = new ByteArrayOutputStream();

          @Override
          Future<?> stream() {
            received.reset();
            receiveMore(pair[1]);
            StreamConnection writing = connection;
            return tasks.create(() -> {
              writing.writer().write(content);
              writing.writer().drain();
            });
          }

          /** A piece a turn. */
          private void receiveMore(Socket from) {
            Future<byte[]> piece = loop.sockRecv(from, 50_000);
            piece.addDoneCallback(done -> {
              if (done.exception() == null && done.result().length > 0) {
                received.writeBytes(done.result());
                receiveMore(from);
              }
            });
          }

          @Override
          void check(Future<?> task) {
            connection.close();
            tasks.runUntil(() -> connection.writer().transport().getWriteBufferSize() == 0);
            everywhere.settle();
            byte[] all = received.toByteArray();
            assertThat(all).isEqualTo(all.length == 0 ? new byte[0] : content); // or never began
          }
        });
  }
}
