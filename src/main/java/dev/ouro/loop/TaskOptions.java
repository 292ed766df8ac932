// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

/**
 * How a task is made: the keyword arguments of asyncio's {@code create_task}. Immutable: every
 * {@code with…} answers a changed copy.
 */
public final class TaskOptions {
  /** A name of the form {@code Task-1}, a copy of the current context, no eager start. */
  public static final TaskOptions DEFAULT = new TaskOptions(null, null, null);

  private final String name;
  private final Context context;
  private final Boolean eagerStart;

  private TaskOptions(String name, Context context, Boolean eagerStart) {
    this.name = name;
    this.context = context;
    this.eagerStart = eagerStart;
  }

  /** {@link #DEFAULT} with a name. */
  public static TaskOptions named(String name) {
    return DEFAULT.withName(name);
  }

  /** With this name; null: one of the form {@code Task-1}. */
  public TaskOptions withName(String name) {
    return new TaskOptions(name, context, eagerStart);
  }

  /** In this context; null: in a copy of the current one. */
  public TaskOptions withContext(Context context) {
    return new TaskOptions(name, context, eagerStart);
  }

  /**
   * Running at once until it first waits, inside {@code createTask}, or only in the next turn
   * (default, unless the task factory has another).
   */
  public TaskOptions withEagerStart(boolean eagerStart) {
    return new TaskOptions(name, context, eagerStart);
  }

  /** The name, or null. */
  public String name() {
    return name;
  }

  /** The context, or null. */
  public Context context() {
    return context;
  }

  /** Whether to start at once; null: nobody has said. */
  public Boolean eagerStart() {
    return eagerStart;
  }
}
