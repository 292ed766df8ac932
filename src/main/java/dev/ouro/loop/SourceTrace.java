// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.List;

/** Where handles and futures are created, as debug mode records it. */
final class SourceTrace {
  /** asyncio's DEBUG_STACK_DEPTH. */
  private static final int DEPTH = 10;

  private static final StackWalker WALKER = StackWalker.getInstance();
  private static final String THIS_PACKAGE = SourceTrace.class.getPackageName() + ".";

  private SourceTrace() {}

  /** The innermost frames of the calling thread that are not the loop's own. */
  static List<StackTraceElement> capture() {
    return WALKER.walk(frames ->
        frames
            .dropWhile(frame -> frame.getClassName().startsWith(THIS_PACKAGE))
            .limit(DEPTH)
            .map(StackWalker.StackFrame::toStackTraceElement)
            .toList());
  }

  /** The innermost frame in the form {@code File.java:line}. */
  static String site(List<StackTraceElement> trace) {
    StackTraceElement frame = trace.getFirst();
    return frame.getFileName() + ":" + frame.getLineNumber();
  }
}
