// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Handles that other threads schedule, on their way to the loop.
 *
 * <p>Any thread adds; one at a time takes all. The handles are a stack linked through {@link
 * Handle#next}, so that adding is one compare-and-set and allocates nothing; taking turns it
 * around, which gives back the order in which they were added.
 */
final class Inbox {
  private static final VarHandle TOP;

  static {
    try {
      TOP = MethodHandles.lookup().findVarHandle(Inbox.class, "top", Handle.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private volatile Handle top;

  boolean isEmpty() {
    return top == null;
  }

  /** Adds {@code handle}; a full fence, which {@link EngineLoop}'s wake-up relies on. */
  void add(Handle handle) {
    Handle below;
    do {
      below = top;
      handle.next = below;
    } while (!TOP.compareAndSet(this, below, handle));
  }

  /** Takes everything out: the first that was added, linked to those after it; null for nothing. */
  Handle takeAll() {
    if (top == null) {
      return null;
    }
    Handle handle = (Handle) TOP.getAndSet(this, (Handle) null);
    Handle first = null;
    while (handle != null) {
      Handle below = handle.next;
      handle.next = first;
      first = handle;
      handle = below;
    }
    return first;
  }
}
