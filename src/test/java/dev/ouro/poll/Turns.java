// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;

/** The least that an engine needs above it: a ready queue, and somebody who turns it. */
final class Turns implements Completions, AutoCloseable {
  private record Entry(Ready ready, long completion, long data) {}

  private final ArrayDeque<Entry> entries = new ArrayDeque<>();
  private Engine engine;

  /** An engine of {@code kind} over these turns, attached to this thread. */
  Engine open(EngineKind kind) throws Exception {
    openUnattached(kind).attach();
    return engine;
  }

  /** An engine of {@code kind} over these turns, that no thread has run yet. */
  Engine openUnattached(EngineKind kind) throws Exception {
    engine = kind.open(this);
    return engine;
  }

  @Override
  public void add(Ready ready, long completion, long data) {
    entries.add(new Entry(ready, completion, data));
  }

  /** One turn, which waits when nothing is queued. */
  void turn() {
    engine.poll(entries.isEmpty() ? -1 : 0);
    runQueued();
  }

  /** One turn that does not wait. */
  void turnWithoutWaiting() {
    engine.poll(0);
    runQueued();
  }

  /** Forgets what is queued, as a loop that closes. */
  void drop() {
    entries.forEach(entry -> entry.ready().drop(entry.completion()));
    entries.clear();
  }

  private void runQueued() {
    for (int left = entries.size(); left > 0; left--) {
      Entry entry = entries.remove();
      entry.ready().run(entry.completion(), entry.data());
    }
  }

  /** Turns until {@code condition} holds. */
  void until(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      turn();
    }
  }

  @Override
  public void close() {
    engine.close();
  }
}
