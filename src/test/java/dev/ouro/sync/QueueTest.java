// SPDX-License-Identifier: Apache-2.0
package dev.ouro.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.loop.Task;
import dev.ouro.testing.FakeLoop;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QueueTest {
  private final FakeLoop loop = FakeLoop.create();

  @AfterEach
  void close() {
    loop.close();
  }

  private <T> Task<T> get(Queue<T> queue) {
    Task<T> task = loop.createTask(() -> queue.get());
    loop.runTurn();
    return task;
  }

  private <T> Task<Void> put(Queue<T> queue, T item) {
    Task<Void> task = loop.createTask(() -> queue.put(item));
    loop.runTurn();
    return task;
  }

  private static <T> List<T> drain(Queue<T> queue) {
    List<T> items = new ArrayList<>();
    while (!queue.empty()) {
      items.add(queue.getNowait());
    }
    return items;
  }

  @Test
  void shouldPassItemsOnInOrder() {
    Queue<Integer> queue = new Queue<>();
    List.of(3, 1, 2).forEach(queue::putNowait);
    assertThat(queue.qsize()).isEqualTo(3);
    assertThat(queue.full()).isFalse();
    assertThat(drain(queue)).containsExactly(3, 1, 2);
    assertThatThrownBy(queue::getNowait).isInstanceOf(QueueEmptyException.class);
  }

  @Test
  void shouldGiveSmallestOrLatestFirst() {
    PriorityQueue<Integer> smallest = new PriorityQueue<>();
    PriorityQueue<Integer> greatest = new PriorityQueue<>(Comparator.reverseOrder());
    LifoQueue<Integer> latest = new LifoQueue<>();
    for (Queue<Integer> queue : List.of(smallest, greatest, latest)) {
      List.of(3, 1, 2).forEach(queue::putNowait);
    }
    assertThat(drain(smallest)).containsExactly(1, 2, 3);
    assertThat(drain(greatest)).containsExactly(3, 2, 1);
    assertThat(drain(latest)).containsExactly(2, 1, 3);
  }

  @Test
  void shouldServeWhoWaitsFirstFirst() {
    Queue<String> queue = new Queue<>();
    Task<String> first = get(queue);
    Task<String> second = get(queue);
    queue.putNowait("a");
    queue.putNowait("b");
    assertThat(loop.runUntilComplete(second)).isEqualTo("b");
    assertThat(first.result()).isEqualTo("a");
  }

  @Test
  void shouldWaitForRoom() {
    Queue<String> queue = new Queue<>(1);
    assertThat(queue.maxsize()).isEqualTo(1);
    Task<Void> first = put(queue, "a");
    Task<Void> second = put(queue, "b");
    assertThat(first.done()).isTrue();
    assertThat(second.done()).isFalse();
    assertThat(queue.full()).isTrue();
    assertThatThrownBy(() -> queue.putNowait("c")).isInstanceOf(QueueFullException.class);
    assertThat(queue.getNowait()).isEqualTo("a");
    loop.runTurn();
    assertThat(second.done()).isTrue();
    assertThat(queue.getNowait()).isEqualTo("b");
  }

  @Test
  void shouldServeNextWhenServedTaskIsCancelled() {
    Queue<String> queue = new Queue<>();
    Task<String> cancelled = get(queue);
    Task<String> next = get(queue);
    queue.putNowait("item");
    cancelled.cancel();
    assertThat(loop.runUntilComplete(next)).isEqualTo("item");
    assertThatThrownBy(cancelled::result).isInstanceOf(CancellationException.class);
  }

  @Test
  void shouldJoinOnceAllIsDone() {
    Queue<String> queue = new Queue<>();
    queue.putNowait("a");
    queue.putNowait("b");
    Task<Void> joining = loop.createTask(queue::join);
    loop.runTurn();
    drain(queue);
    queue.taskDone();
    loop.runTurn();
    assertThat(joining.done()).isFalse();
    queue.taskDone();
    loop.runTurn();
    assertThat(joining.done()).isTrue();
    assertThatThrownBy(queue::taskDone)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("task_done() called too many times");
  }

  @Test
  void shouldLeaveItemsWhenShutDown() {
    Queue<String> queue = new Queue<>(1);
    queue.putNowait("a");
    Task<Void> putting = put(queue, "b");
    queue.shutdown();
    loop.runTurn();
    assertThatThrownBy(putting::result).isInstanceOf(QueueShutDownException.class);
    assertThatThrownBy(() -> queue.putNowait("c")).isInstanceOf(QueueShutDownException.class);
    assertThat(queue.getNowait()).isEqualTo("a");
    assertThatThrownBy(queue::getNowait).isInstanceOf(QueueShutDownException.class);
    Task<String> getting = get(queue);
    assertThatThrownBy(getting::result).isInstanceOf(QueueShutDownException.class);
  }

  @Test
  void shouldDropItemsWhenShutDownAtOnce() {
    Queue<String> queue = new Queue<>();
    Task<String> getting = get(queue);
    queue.shutdown(true);
    loop.runTurn();
    assertThatThrownBy(getting::result).isInstanceOf(QueueShutDownException.class);
    Queue<String> filled = new Queue<>();
    filled.putNowait("a");
    Task<Void> joining = loop.createTask(filled::join);
    loop.runTurn();
    filled.shutdown(true);
    loop.runTurn();
    assertThat(joining.done()).isTrue();
    assertThat(filled.empty()).isTrue();
    assertThat(filled.toString()).isEqualTo("<Queue maxsize=0 shutdown>");
  }
}
