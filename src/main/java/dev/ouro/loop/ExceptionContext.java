// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What is known about an error: the {@code context} dictionary of asyncio's {@code
 * call_exception_handler}. Immutable; usable from any thread as far as its values are.
 *
 * <p>The keys are asyncio's: {@code message}, and where it makes sense {@code exception}, {@code
 * future}, {@code task}, {@code handle}, {@code protocol}, {@code transport}, {@code socket},
 * {@code asyncgen} and, in debug mode, {@code source_traceback}; any other is allowed.
 *
 * {@snippet :
 * loop.callExceptionHandler(
 *     ExceptionContext.of("Fatal write error", failure).with("transport", transport));
 * }
 */
public final class ExceptionContext {
  private final Map<String, Object> entries;

  private ExceptionContext(Map<String, Object> entries) {
    this.entries = Collections.unmodifiableMap(entries);
  }

  /** With {@code message} alone. */
  public static ExceptionContext of(String message) {
    Map<String, Object> entries = new LinkedHashMap<>();
    entries.put("message", Objects.requireNonNull(message, "message"));
    return new ExceptionContext(entries);
  }

  /** With {@code message} and {@code exception}. */
  public static ExceptionContext of(String message, Throwable exception) {
    Objects.requireNonNull(exception, "exception");
    return of(message).with("exception", exception);
  }

  /** With all of {@code entries}, which may lack a message. */
  public static ExceptionContext of(Map<String, ?> entries) {
    return new ExceptionContext(new LinkedHashMap<>(entries));
  }

  /** The same with {@code value} under {@code key}; for a null value, the same without the key. */
  public ExceptionContext with(String key, Object value) {
    Objects.requireNonNull(key, "key");
    Map<String, Object> more = new LinkedHashMap<>(entries);
    if (value == null) {
      more.remove(key);
    } else {
      more.put(key, value);
    }
    return new ExceptionContext(more);
  }

  /** What is under {@code key}, or null. */
  public Object get(String key) {
    return entries.get(key);
  }

  /** Everything, in the order in which it was added; unmodifiable. */
  public Map<String, Object> asMap() {
    return entries;
  }

  /** What went wrong, in words, or null. */
  public String message() {
    return (String) get("message");
  }

  /** What was thrown, or null. */
  public Throwable exception() {
    return (Throwable) get("exception");
  }

  /**
   * The future that failed, or null. A future that the garbage collector took is represented by
   * another one in the same state.
   */
  public Future<?> future() {
    return (Future<?>) get("future");
  }

  /** The task that failed, or null. */
  public Task<?> task() {
    return (Task<?>) get("task");
  }

  /** The callback that failed, or null. */
  public Handle handle() {
    return (Handle) get("handle");
  }

  /** The protocol whose method failed, or null. */
  public Object protocol() {
    return get("protocol");
  }

  /** The transport concerned, or null. */
  public Object transport() {
    return get("transport");
  }

  /** The socket concerned, or null. */
  public Object socket() {
    return get("socket");
  }

  /** The asynchronous generator concerned, or null. */
  public Object asyncgen() {
    return get("asyncgen");
  }

  /** Where the handle or future was created, innermost frame first; in debug mode, else null. */
  @SuppressWarnings("unchecked")
  public List<StackTraceElement> sourceTraceback() {
    return (List<StackTraceElement>) get("source_traceback");
  }

  @Override
  public String toString() {
    return entries.toString();
  }
}
