// SPDX-License-Identifier: Apache-2.0
package dev.ouro.conformance;

import dev.ouro.loop.Context;
import dev.ouro.loop.ContextVar;

/**
 * Carries Python's current context in Ouro's: Python code runs in the context that Ouro's own
 * propagation says, and in no other.
 */
public final class PyContext {
  private static final ContextVar<PyObject> CURRENT = new ContextVar<>("python");

  private PyContext() {}

  /** Python's context as Ouro's current one has it, or null. */
  public static PyObject current() {
    return CURRENT.get(null);
  }

  /** A context of Ouro that carries {@code python}. */
  public static Context of(PyObject python) {
    Context context = new Context();
    context.run(() -> CURRENT.set(python));
    return context;
  }

  /** What {@code python} is to be replaced by afterwards: {@link #enter} of it again. */
  public static PyObject enter(PyObject python) {
    PyObject before = current();
    CURRENT.set(python);
    return before;
  }

  /** {@link PyCallback} as a {@link Runnable}. */
  public record Call(PyCallback target) implements Runnable {
    /** Python throws {@link PyError} or {@link PyExit}, unless a signal interrupts it just then. */
    @Override
    public void run() {
      try {
        target.call(current(), null);
      } catch (RuntimeException e) {
        if (e.getClass().getName().equals("org.jpype.PyExceptionProxy")) {
          throw new PyExit(e);
        }
        throw e;
      }
    }

    @Override
    public String toString() {
      return target.toString();
    }
  }
}
