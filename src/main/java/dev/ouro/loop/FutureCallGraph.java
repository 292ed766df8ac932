// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Who waits for whom: a future, where it is, and what waits for it. asyncio's {@code
 * FutureCallGraph}.
 *
 * @param future a task, mostly
 * @param callStack where the task is, innermost frame first, as {@link Task#getStack}; empty for
 *     other futures
 * @param awaitedBy the tasks that await it, and the futures that are made of it, such as that of
 *     {@code gather}
 */
public record FutureCallGraph(
    Future<?> future, List<StackTraceElement> callStack, List<FutureCallGraph> awaitedBy) {
  /**
   * What it is now; on the loop's thread.
   *
   * @param depth how many frames to leave out of the stack of {@code future}
   */
  public static FutureCallGraph capture(Future<?> future, int depth) {
    Objects.requireNonNull(future, "future");
    return capture(future, depth, Collections.newSetFromMap(new IdentityHashMap<>()));
  }

  private static FutureCallGraph capture(Future<?> future, int depth, Set<Future<?>> above) {
    List<StackTraceElement> stack = future instanceof Task<?> task ? task.getStack() : List.of();
    List<FutureCallGraph> waiting = new ArrayList<>();
    if (above.add(future)) { // else they wait for each other
      for (Future<?> waits : future.awaitedBy()) {
        waiting.add(capture(waits, 0, above));
      }
      above.remove(future);
    }
    return new FutureCallGraph(future, stack.stream().skip(depth).toList(), List.copyOf(waiting));
  }

  /** asyncio's form, for people: a line per future and frame, indented by who waits for whom. */
  public String format() {
    StringBuilder text = new StringBuilder();
    format(text, "");
    return text.toString().stripTrailing();
  }

  private void format(StringBuilder text, String indent) {
    text.append(indent).append("* ").append(future.kind()).append('(');
    if (future instanceof Task<?> task) {
      text.append("name='").append(task.getName()).append("', ");
    }
    text.append(String.format("id=0x%x)%n", System.identityHashCode(future)));
    if (!callStack.isEmpty()) {
      text.append(indent).append("  + Call stack:").append(System.lineSeparator());
      for (StackTraceElement frame : callStack) {
        text.append(indent).append("  |   at ").append(frame).append(System.lineSeparator());
      }
    }
    if (!awaitedBy.isEmpty()) {
      text.append(indent).append("  + Awaited by:").append(System.lineSeparator());
      awaitedBy.forEach(waiting -> waiting.format(text, indent + "     "));
    }
  }
}
