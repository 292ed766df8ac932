// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.LinkedHashSet;
import java.util.Set;

/** The tasks of a loop that are not done, in the order in which they were made. */
final class TaskList {
  private Task<?> first;
  private Task<?> last;

  boolean isEmpty() {
    return first == null;
  }

  void add(Task<?> task) {
    task.previous = last;
    if (last == null) {
      first = task;
    } else {
      last.next = task;
    }
    last = task;
  }

  @SuppressWarnings("ReferenceEquality")
  void remove(Task<?> task) {
    if (task.previous == null && first != task) {
      return; // not in it
    }
    if (task.previous == null) {
      first = task.next;
    } else {
      task.previous.next = task.next;
    }
    if (task.next == null) {
      last = task.previous;
    } else {
      task.next.previous = task.previous;
    }
    task.previous = null;
    task.next = null;
  }

  Set<Task<?>> snapshot() {
    Set<Task<?>> tasks = new LinkedHashSet<>();
    for (Task<?> task = first; task != null; task = task.next) {
      tasks.add(task);
    }
    return tasks;
  }
}
