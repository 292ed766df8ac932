// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An immutable map from {@link ContextVar} to value that contexts share.
 *
 * <p>A program has few variables and sets them seldom, but every scheduled callback captures them
 * all: capturing is one reference, setting copies an array that is sorted by the variables' serial
 * numbers.
 */
final class ContextMap {
  static final ContextMap EMPTY = new ContextMap(new ContextVar<?>[0], new Object[0]);

  private final ContextVar<?>[] variables;
  private final Object[] values;

  private ContextMap(ContextVar<?>[] variables, Object[] values) {
    this.variables = variables;
    this.values = values;
  }

  int size() {
    return variables.length;
  }

  /** Where {@code variable} is, or −1 − where it would be. */
  int indexOf(ContextVar<?> variable) {
    int low = 0;
    int high = variables.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      long serial = variables[middle].serial;
      if (serial == variable.serial) {
        return middle;
      }
      if (serial < variable.serial) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1 - low;
  }

  Object valueAt(int index) {
    return values[index];
  }

  ContextMap with(ContextVar<?> variable, Object value) {
    int index = indexOf(variable);
    if (index >= 0) {
      Object[] changed = values.clone();
      changed[index] = value;
      return new ContextMap(variables, changed);
    }
    int at = -1 - index;
    ContextVar<?>[] moreVariables = Arrays.copyOf(variables, variables.length + 1);
    Object[] moreValues = Arrays.copyOf(values, values.length + 1);
    System.arraycopy(variables, at, moreVariables, at + 1, variables.length - at);
    System.arraycopy(values, at, moreValues, at + 1, values.length - at);
    moreVariables[at] = variable;
    moreValues[at] = value;
    return new ContextMap(moreVariables, moreValues);
  }

  ContextMap without(ContextVar<?> variable) {
    int index = indexOf(variable);
    if (index < 0) {
      return this;
    }
    int last = variables.length - 1;
    ContextVar<?>[] fewerVariables = Arrays.copyOf(variables, last);
    Object[] fewerValues = Arrays.copyOf(values, last);
    System.arraycopy(variables, index + 1, fewerVariables, index, last - index);
    System.arraycopy(values, index + 1, fewerValues, index, last - index);
    return new ContextMap(fewerVariables, fewerValues);
  }

  Map<ContextVar<?>, Object> toMap() {
    Map<ContextVar<?>, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < variables.length; i++) {
      map.put(variables[i], values[i]);
    }
    return map;
  }
}
