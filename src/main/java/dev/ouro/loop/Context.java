// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.Collections;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.Callable;

/**
 * The values of all {@link ContextVar}s as some piece of code sees them: Python's {@code
 * contextvars.Context}.
 *
 * <p>Every thread has a current context. Whatever is scheduled on a loop without naming a context
 * runs in a copy of the one that was current when it was scheduled; whatever is given the same
 * context explicitly sees each other's changes. A copy shares the values until one side changes
 * some; it costs the same however many there are.
 *
 * <p>Threads: a context may be entered by one thread at a time, and not twice.
 *
 * {@snippet :
 * ContextVar<String> user = new ContextVar<>("user");
 * Context context = Context.copyContext();
 * context.run(() -> user.set("ada"));
 * assert context.get(user).equals("ada");
 * }
 */
public final class Context {
  final ContextCell cell;

  /** An empty context. */
  public Context() {
    this(new ContextCell(ContextMap.EMPTY));
  }

  Context(ContextCell cell) {
    this.cell = cell;
  }

  /** A copy of the calling thread's current context: {@code contextvars.copy_context()}. */
  public static Context copyContext() {
    return new Context(new ContextCell(ThreadState.current().context.values));
  }

  /** A copy of this context. */
  public Context copy() {
    return new Context(new ContextCell(cell.values));
  }

  /**
   * Runs {@code body} in this context, in this thread. What {@code body} sets stays in this
   * context.
   *
   * @throws IllegalStateException this context is entered already
   */
  public void run(Runnable body) {
    Objects.requireNonNull(body, "body");
    ThreadState state = ThreadState.current();
    ContextCell previous = cell.enter(state);
    try {
      body.run();
    } finally {
      cell.leave(state, previous);
    }
  }

  /**
   * Calls {@code body} in this context, in this thread. What {@code body} sets stays in this
   * context.
   *
   * @return what {@code body} returns
   * @throws IllegalStateException this context is entered already
   * @throws Exception what {@code body} throws
   */
  public <T> T call(Callable<T> body) throws Exception {
    Objects.requireNonNull(body, "body");
    ThreadState state = ThreadState.current();
    ContextCell previous = cell.enter(state);
    try {
      return body.call();
    } finally {
      cell.leave(state, previous);
    }
  }

  /** Whether {@code variable} was set in this context. */
  public boolean contains(ContextVar<?> variable) {
    return cell.values.indexOf(variable) >= 0;
  }

  /**
   * The value that {@code variable} was set to in this context; its default does not count.
   *
   * @throws NoSuchElementException it was not set
   */
  public <T> T get(ContextVar<T> variable) {
    ContextMap values = cell.values;
    int index = values.indexOf(variable);
    if (index < 0) {
      throw new NoSuchElementException(variable + " is not set in this context");
    }
    return variable.cast(values.valueAt(index));
  }

  /** The value that {@code variable} was set to in this context, or {@code fallback}. */
  public <T> T get(ContextVar<T> variable, T fallback) {
    ContextMap values = cell.values;
    int index = values.indexOf(variable);
    return index < 0 ? fallback : variable.cast(values.valueAt(index));
  }

  /** How many variables were set in this context. */
  public int size() {
    return cell.values.size();
  }

  /** The variables that were set and their values, as they are now. */
  public Map<ContextVar<?>, Object> asMap() {
    return Collections.unmodifiableMap(cell.values.toMap());
  }

  @Override
  public String toString() {
    return "<Context " + cell.values.toMap() + ">";
  }
}
