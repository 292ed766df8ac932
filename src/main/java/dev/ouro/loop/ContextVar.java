// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A variable whose value belongs to the current {@link Context}: Python's {@code
 * contextvars.ContextVar}. Variables are made once, in static fields: contexts hold on to them.
 *
 * <p>Usable from any thread; each sees its own current context.
 *
 * @param <T> what it holds; null is a value like others
 */
public final class ContextVar<T> {
  private static final AtomicLong SERIALS = new AtomicLong();

  final long serial = SERIALS.getAndIncrement();
  private final String name;
  private final boolean hasDefault;
  private final T defaultValue;

  /** A variable without a default; {@code name} is for people. */
  public ContextVar(String name) {
    this(name, false, null);
  }

  /** A variable that has {@code defaultValue} where it was not set; {@code name} is for people. */
  public ContextVar(String name, T defaultValue) {
    this(name, true, defaultValue);
  }

  private ContextVar(String name, boolean hasDefault, T defaultValue) {
    this.name = Objects.requireNonNull(name, "name");
    this.hasDefault = hasDefault;
    this.defaultValue = defaultValue;
  }

  /** The name that was given. */
  public String name() {
    return name;
  }

  /**
   * The value in the current context, or the default.
   *
   * @throws NoSuchElementException it was not set and has no default
   */
  public T get() {
    ContextMap values = ThreadState.current().context.values;
    int index = values.indexOf(this);
    if (index >= 0) {
      return cast(values.valueAt(index));
    }
    if (hasDefault) {
      return defaultValue;
    }
    throw new NoSuchElementException(this + " is not set and has no default");
  }

  /** The value in the current context, or {@code fallback}; the default does not count. */
  public T get(T fallback) {
    ContextMap values = ThreadState.current().context.values;
    int index = values.indexOf(this);
    return index >= 0 ? cast(values.valueAt(index)) : fallback;
  }

  /**
   * Sets the value in the current context.
   *
   * @return a token that {@link #reset} takes to bring back what was before
   */
  public Token<T> set(T value) {
    ContextCell current = ThreadState.current().context;
    ContextMap before = current.values;
    int index = before.indexOf(this);
    current.values = before.with(this, value);
    return new Token<>(this, current, index >= 0, index >= 0 ? cast(before.valueAt(index)) : null);
  }

  /**
   * Brings back what was before the {@link #set} that returned {@code token}.
   *
   * @throws IllegalStateException the token was used before
   * @throws IllegalArgumentException the token is another variable's, or another context's
   */
  @SuppressWarnings("ReferenceEquality")
  public void reset(Token<T> token) {
    Objects.requireNonNull(token, "token");
    ContextCell current = ThreadState.current().context;
    if (token.used) {
      throw new IllegalStateException("token: " + token + " has already been used once");
    }
    if (token.variable != this) {
      throw new IllegalArgumentException("token: " + token + " is not of " + this);
    }
    if (token.context != current) {
      throw new IllegalArgumentException("token: " + token + " was created in a different context");
    }
    token.used = true;
    current.values =
        token.wasSet ? current.values.with(this, token.oldValue) : current.values.without(this);
  }

  @SuppressWarnings("unchecked")
  T cast(Object value) {
    return (T) value;
  }

  @Override
  public String toString() {
    return "<ContextVar " + name + ">";
  }

  /**
   * What {@link #reset} needs to undo one {@link #set}.
   *
   * @param <T> what the variable holds
   */
  public static final class Token<T> {
    private final ContextVar<T> variable;
    private final ContextCell context;
    private final boolean wasSet;
    private final T oldValue;
    private boolean used;

    private Token(ContextVar<T> variable, ContextCell context, boolean wasSet, T oldValue) {
      this.variable = variable;
      this.context = context;
      this.wasSet = wasSet;
      this.oldValue = oldValue;
    }

    /** The variable whose value was set. */
    public ContextVar<T> var() {
      return variable;
    }

    /** Whether the variable had been set before, in the same context. */
    public boolean hadValue() {
      return wasSet;
    }

    /** The value before; null also where there was none. */
    public T oldValue() {
      return oldValue;
    }

    @Override
    public String toString() {
      return "<Token " + (used ? "used " : "") + "of " + variable + ">";
    }
  }
}
