// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.io.PrintStream;
import java.util.List;
import java.util.stream.Stream;

/** The stacks of tasks, for people. */
final class TaskStack {
  private static final String LOOP = TaskStack.class.getPackageName() + ".";

  private TaskStack() {}

  static List<StackTraceElement> of(Task<?> task) {
    Throwable failure = failureOf(task);
    Thread thread = task.thread();
    if (failure == null && (thread == null || task.done())) {
      return List.of();
    }
    StackTraceElement[] frames = failure != null ? failure.getStackTrace() : thread.getStackTrace();
    List<StackTraceElement> stack =
        Stream.of(frames)
            .dropWhile(frame -> isMachinery(frame.getClassName()))
            .takeWhile(frame -> !frame.getClassName().equals(Task.class.getName()))
            .toList();
    int size = stack.size();
    while (size > 0 && stack.get(size - 1).getClassName().startsWith(LOOP)) {
      size--; // an adapter of what the task runs, such as TaskBody's
    }
    return stack.subList(0, size);
  }

  /** Of the frames on top: a thread that has given control back may still be on its way to park. */
  private static boolean isMachinery(String className) {
    return className.startsWith(LOOP)
        || className.startsWith("java.lang.")
        || className.startsWith("jdk.internal.")
        || className.startsWith("java.util.concurrent.locks.");
  }

  static void print(Task<?> task, PrintStream out) {
    List<StackTraceElement> stack = of(task);
    Throwable failure = failureOf(task);
    if (stack.isEmpty()) {
      out.println("No stack for " + task);
      return;
    }
    out.println((failure == null ? "Stack for " : "Traceback for ") + task + ":");
    stack.forEach(frame -> out.println("    at " + frame));
    if (failure != null) {
      out.println(failure);
    }
  }

  /** What the task ended with, without having retrieved it. */
  private static Throwable failureOf(Task<?> task) {
    return task.peekException();
  }
}
