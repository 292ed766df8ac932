// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** What is open and to be closed before the loop is: {@link CallbackLoop#addAsyncgen}. */
final class Asyncgens {
  private final EngineLoop loop;
  private final Set<AutoCloseable> known = Collections.newSetFromMap(new IdentityHashMap<>());

  /** In the order in which they were added. */
  private final List<AutoCloseable> open = new ArrayList<>();

  private boolean shutDown;

  Asyncgens(EngineLoop loop) {
    this.loop = loop;
  }

  void add(AutoCloseable asyncgen) {
    if (shutDown) {
      System.getLogger("dev.ouro")
          .log(
              System.Logger.Level.WARNING,
              "asynchronous generator "
                  + asyncgen
                  + " was scheduled after loop.shutdownAsyncgens() call");
    }
    if (known.add(asyncgen)) {
      open.add(asyncgen);
    }
  }

  @SuppressWarnings("ReferenceEquality") // of what may be equal to others
  boolean remove(AutoCloseable asyncgen) {
    return known.remove(asyncgen) && open.removeIf(one -> one == asyncgen);
  }

  Future<Void> shutdown() {
    shutDown = true;
    Future<Void> closed = loop.createFuture();
    for (AutoCloseable asyncgen : open.reversed()) {
      loop.callSoon(() -> close(asyncgen));
    }
    if (open.isEmpty()) {
      closed.setResult(null);
    } else {
      loop.callSoon(() -> closed.offerResult(null));
    }
    open.clear();
    known.clear();
    return closed;
  }

  private void close(AutoCloseable asyncgen) {
    try {
      asyncgen.close();
    } catch (Throwable thrown) {
      LoopExit.rethrowIfFatal(thrown);
      loop.callExceptionHandler(
          ExceptionContext.of(
                  "an error occurred during closing of asynchronous generator " + asyncgen, thrown)
              .with("asyncgen", asyncgen));
    }
  }
}
