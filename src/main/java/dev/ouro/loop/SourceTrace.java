// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.List;
import java.util.Set;

/** Where handles and futures are created, as debug mode records it. */
final class SourceTrace {
  /** asyncio's DEBUG_STACK_DEPTH. */
  private static final int DEPTH = 10;

  private static final StackWalker WALKER = StackWalker.getInstance();

  /** What stands between the code that asked and the loop. */
  private static final Set<String> PACKAGES =
      Set.of(
          "dev.ouro.loop",
          "dev.ouro.tasks",
          "dev.ouro.sync",
          "dev.ouro.transport",
          "dev.ouro.streams");

  private static final Set<String> FRONT_DOOR =
      Set.of("dev.ouro.Asyncio", "dev.ouro.EventLoop", "dev.ouro.BaseEventLoop", "dev.ouro.Runner");

  private SourceTrace() {}

  /** The innermost frames of the calling thread that are not Ouro's own. */
  static List<StackTraceElement> capture() {
    return WALKER.walk(frames ->
        frames
            .dropWhile(SourceTrace::isOwn)
            .limit(DEPTH)
            .map(StackWalker.StackFrame::toStackTraceElement)
            .toList());
  }

  private static boolean isOwn(StackWalker.StackFrame frame) {
    String name = frame.getClassName();
    int dot = name.lastIndexOf('.'); // none for a class without a package
    return dot > 0 && PACKAGES.contains(name.substring(0, dot)) || FRONT_DOOR.contains(name);
  }

  /** The innermost frame in the form {@code File.java:line}. */
  static String site(List<StackTraceElement> trace) {
    StackTraceElement frame = trace.getFirst();
    return frame.getFileName() + ":" + frame.getLineNumber();
  }
}
