// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.loop.Future;
import dev.ouro.loop.Task;
import dev.ouro.loop.TaskBody;
import dev.ouro.loop.TaskOptions;
import dev.ouro.poll.EngineKind;
import dev.ouro.streams.StreamReader;
import dev.ouro.tasks.TaskGroup;
import dev.ouro.testing.OnBothEnginesAndTaskKinds;
import dev.ouro.testing.TaskFixture;
import dev.ouro.testing.TaskKind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The forms in which code is passed: that they compile is half of each test. */
@OnBothEnginesAndTaskKinds
class CallFormsContractTest {
  private static final Duration LONG = Duration.ofDays(1);

  @RegisterExtension final TaskFixture tasks;
  private EventLoop loop;

  CallFormsContractTest(EngineKind engine, TaskKind kind) {
    tasks = new TaskFixture(engine, kind);
  }

  @BeforeEach
  void open() {
    loop = tasks.loop();
  }

  /** Of such a method reference the compiler does not know at first whether it has a result. */
  @Test
  void shouldTakeReferencesToMethodsThatHaveOverloads() {
    tasks.run(() -> {
      StreamReader reader = new StreamReader();
      reader.feedData("1\n2\n3\n4\n5\n6\n7\n8\n9\na\nb\nc\nd\ne\nf\n".getBytes(US_ASCII));
      Task<byte[]> task = Asyncio.createTask(reader::readline);
      Task<byte[]> named = Asyncio.createTask(reader::readline, TaskOptions.named("named"));
      Task<byte[]> ofLoop = loop.createTask(reader::readline);
      Task<byte[]> namedOfLoop = loop.createTask(reader::readline, TaskOptions.named("named"));
      Future<byte[]> ensured = Asyncio.ensureFuture(reader::readline);
      List<byte[]> lines = Asyncio.gather(List.of(task, named, ofLoop, namedOfLoop, ensured));
      assertThat(text(lines)).containsExactly("1", "2", "3", "4", "5");
      assertThat(text(Asyncio.gather(reader::readline, reader::readline)))
          .containsExactly("6", "7");
      List<Object> two = Asyncio.gatherReturnExceptions(reader::readline, reader::readline);
      assertThat((byte[]) two.get(1)).asString(US_ASCII).isEqualTo("9\n");
      byte[] waited = Asyncio.waitFor(reader::readline, LONG);
      byte[] shielded = Asyncio.shield(reader::readline);
      byte[] limited = Asyncio.timeout(LONG, reader::readline);
      byte[] limitedAt = Asyncio.timeoutAt(Long.MAX_VALUE, reader::readline);
      assertThat(text(List.of(waited, shielded, limited, limitedAt)))
          .containsExactly("a", "b", "c", "d");
      List<Task<byte[]>> grouped = new ArrayList<>();
      TaskGroup.run(group -> {
        grouped.add(group.createTask(reader::readline));
        grouped.add(group.createTask(reader::readline, TaskOptions.named("named")));
      });
      assertThat(text(List.of(grouped.get(0).result(), grouped.get(1).result())))
          .containsExactly("e", "f");
    });
  }

  private static List<String> text(List<byte[]> lines) {
    return lines.stream().map(line -> new String(line, US_ASCII).strip()).toList();
  }

  /** The forms in which code and futures are passed: each to one overload. */
  @Test
  void shouldTakeEveryFormOfCode() {
    tasks.run(() -> {
      StreamReader reader = new StreamReader();
      reader.feedData("1\n2\n3\n".getBytes(US_ASCII));
      List<String> trace = new ArrayList<>();
      Callable<Integer> callable = () -> 1;
      TaskBody body = () -> trace.add("body");
      Runnable runnable = () -> trace.add("runnable");
      Future<Integer> future = loop.createFuture();
      future.setResult(2);

      byte[] ofLambda = Asyncio.waitFor(() -> reader.readline(), LONG);
      String asText = Asyncio.waitFor(() -> reader.readline(US_ASCII), LONG);
      byte[] ofBlock =
          Asyncio.waitFor(
              () -> {
                trace.add("block");
                return reader.readline();
              },
              null);
      assertThat(ofLambda).asString(US_ASCII).isEqualTo("1\n");
      assertThat(asText).isEqualTo("2\n");
      assertThat(ofBlock).asString(US_ASCII).isEqualTo("3\n");
      assertThat(Asyncio.<Integer>waitFor(callable, LONG)).isEqualTo(1);
      assertThat(Asyncio.<Integer>waitFor(future, LONG)).isEqualTo(2);
      assertThat(Asyncio.<Integer>waitFor(future, null)).isEqualTo(2);
      Asyncio.waitFor(body, LONG);
      Asyncio.waitFor(runnable::run, LONG);
      Asyncio.waitFor(() -> trace.add("expression"), LONG);
      Asyncio.waitFor(() -> runnable.run(), LONG);
      assertThat(trace).containsExactly("block", "body", "runnable", "expression", "runnable");
      assertThatThrownBy(() ->
              Asyncio.waitFor(
                  () -> {
                    throw new IOException("thrown");
                  },
                  LONG))
          .hasMessage("thrown");
      assertThat(Asyncio.<Integer>gather(callable, callable)).containsExactly(1, 1);
      assertThat(Asyncio.gather(body, runnable::run)).containsExactly(null, null);
      assertThat(Asyncio.<Integer>shield(callable)).isEqualTo(1);
      assertThat(Asyncio.createTask(callable).await()).isEqualTo(1);
      assertThat(Asyncio.createTask(body).await()).isNull();
    });
  }
}
