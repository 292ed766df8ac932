// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.lang.ref.Cleaner;

/**
 * Warns, in debug mode, of a loop that became garbage without having been closed: asyncio's {@code
 * ResourceWarning}. Its descriptors stay open.
 */
final class UnclosedLoop implements Runnable {
  private final String description;
  private Cleaner.Cleanable cleanable;
  private volatile boolean closed;

  private UnclosedLoop(String description) {
    this.description = description;
  }

  static UnclosedLoop watch(EngineLoop loop) {
    UnclosedLoop watch = new UnclosedLoop(loop.pollEngine().description());
    watch.cleanable = LoopCleaner.CLEANER.register(loop, watch);
    return watch;
  }

  void closed() {
    closed = true;
    cleanable.clean();
  }

  /** The loop is garbage, or was closed. */
  @Override
  public void run() {
    if (!closed) {
      System.getLogger("dev.ouro")
          .log(System.Logger.Level.WARNING, "unclosed event loop on " + description);
    }
  }
}
