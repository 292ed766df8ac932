// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.Asyncio;
import dev.ouro.loop.Future;
import dev.ouro.loop.FutureCallGraph;
import dev.ouro.loop.Task;
import dev.ouro.loop.TaskBody;
import dev.ouro.loop.TaskOptions;
import dev.ouro.poll.EngineKind;
import dev.ouro.tasks.Gathering;
import dev.ouro.tasks.Shield;
import dev.ouro.tasks.TaskGroup;
import dev.ouro.testing.OnBothEnginesAndTaskKinds;
import dev.ouro.testing.TaskFixture;
import dev.ouro.testing.TaskKind;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who waits for whom: asyncio's call graphs. */
@OnBothEnginesAndTaskKinds
class CallGraphContractTest {
  @RegisterExtension final TaskFixture tasks;

  CallGraphContractTest(EngineKind engine, TaskKind kind) {
    tasks = new TaskFixture(engine, kind);
  }

  /** The example of asyncio's page. */
  @Test
  void shouldTellWhereTheCallerIsAndWhoWaitsForIt() {
    tasks.run(() -> {
      Task<?> parent = Asyncio.currentTask();
      TaskGroup.run(group -> group.createTask(() -> tellCaller(parent), TaskOptions.named("test")));
    });
  }

  private static void tellCaller(Task<?> parent) {
    FutureCallGraph graph = Asyncio.captureCallGraph();
    assertThat((Object) graph.future()).isSameAs(Asyncio.currentTask());
    assertThat(graph.callStack().getFirst().getMethodName()).isEqualTo("tellCaller");
    assertThat(graph.awaitedBy()).hasSize(1);
    assertThat((Object) graph.awaitedBy().getFirst().future()).isSameAs(parent);
    assertThat(graph.awaitedBy().getFirst().awaitedBy()).isEmpty();
    String[] lines = Asyncio.formatCallGraph().split("\\R");
    assertThat(lines[0]).matches("\\* Task\\(name='test', id=0x[0-9a-f]+\\)");
    assertThat(lines[1]).isEqualTo("  + Call stack:");
    assertThat(lines[2]).startsWith("  |   at ").contains("tellCaller");
    assertThat(lines).contains("  + Awaited by:");
    assertThat(lines).anyMatch(line -> line.startsWith("     * Task(name='" + parent.getName()));
  }

  @Test
  void shouldNameWhoAwaitsInWhateverWay() {
    Future<Integer> awaited = tasks.loop().createFuture();
    Task<Integer> direct = tasks.create(() -> awaited.await());
    Task<List<Integer>> gathering = tasks.create(() -> Asyncio.gather(List.of(awaited)));
    Task<Integer> shielding = tasks.create(() -> Asyncio.shield(awaited));
    TaskBody waits = () -> Asyncio.wait(List.of(awaited));
    Task<Void> waiting = tasks.create(waits);
    Task<Integer> iterating =
        tasks.create(() -> Asyncio.asCompleted(List.of(awaited)).iterator().next().await());
    tasks.runTurns(2);

    FutureCallGraph graph = Asyncio.captureCallGraph(awaited);

    assertThat(graph.callStack()).isEmpty();
    List<FutureCallGraph> by = graph.awaitedBy();
    assertThat(by).hasSize(5);
    assertThat((Object) by.get(0).future()).isSameAs(direct);
    assertThat((Object) by.get(1).future()).isInstanceOf(Gathering.class);
    assertThat((Object) by.get(1).awaitedBy().getFirst().future()).isSameAs(gathering);
    assertThat((Object) by.get(2).future()).isInstanceOf(Shield.class);
    assertThat((Object) by.get(2).awaitedBy().getFirst().future()).isSameAs(shielding);
    assertThat((Object) by.get(3).future()).isSameAs(waiting);
    assertThat((Object) by.get(4).future()).isSameAs(iterating);
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    Asyncio.printCallGraph(awaited, new PrintStream(printed, true, StandardCharsets.UTF_8));
    assertThat(printed.toString(StandardCharsets.UTF_8).strip())
        .isEqualTo(Asyncio.formatCallGraph(awaited))
        .startsWith("* Future(id=0x")
        .contains("     * Gathering(id=0x");
    awaited.setResult(1);
    tasks.run(() -> {
      Asyncio.wait(List.of(direct, gathering, shielding, waiting, iterating));
    });
    assertThat(Asyncio.captureCallGraph(awaited).awaitedBy()).isEmpty();
  }

  /** asyncio shows what the user wrote; a body without a result runs in a frame of ours. */
  @Test
  void shouldShowUsersFramesOnlyWhenCodeHasNoResult() {
    Future<Integer> awaited = tasks.loop().createFuture();
    TaskBody awaits = () -> awaited.await();
    Task<Void> task = tasks.create(awaits);
    List<String> asked = new ArrayList<>();
    TaskBody asks =
        () -> {
          asked.add(Asyncio.captureCallGraph().format());
          asked.add(Asyncio.formatCallGraph());
        };
    tasks.create(asks);
    tasks.runTurns(2);

    assertThat(task.getStack())
        .hasSize(1)
        .allMatch(frame -> frame.getClassName().equals(CallGraphContractTest.class.getName()));
    assertThat(asked)
        .hasSize(2)
        .allSatisfy(text -> assertThat(text.lines()).hasSize(3))
        .allSatisfy(text -> assertThat(text).doesNotContain("dev.ouro.loop", "dev.ouro.Asyncio"));
    awaited.setResult(1);
    tasks.runTurns(2);
  }

  @Test
  void shouldHaveNoGraphInACallback() {
    Future<FutureCallGraph> captured = tasks.loop().createFuture();
    tasks.loop().callSoon(() -> captured.setResult(Asyncio.captureCallGraph()));
    assertThat(tasks.loop().runUntilComplete(captured)).isNull();
    assertThatThrownBy(Asyncio::captureCallGraph)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no running event loop");
  }
}
