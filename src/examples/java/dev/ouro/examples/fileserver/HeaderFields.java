// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import java.util.ArrayList;
import java.util.List;

/** Header fields in their order; names in any case, one name any number of times. */
final class HeaderFields {
  private final List<String> names = new ArrayList<>();
  private final List<String> values = new ArrayList<>();

  /** Appends a field. */
  HeaderFields add(String name, String value) {
    names.add(name);
    values.add(value);
    return this;
  }

  /** How many fields there are. */
  int size() {
    return names.size();
  }

  /** The name of field {@code index}, as it was added. */
  String name(int index) {
    return names.get(index);
  }

  /** The value of field {@code index}. */
  String value(int index) {
    return values.get(index);
  }

  /** How many fields have this name. */
  int count(String name) {
    int count = 0;
    for (String each : names) {
      if (each.equalsIgnoreCase(name)) {
        count++;
      }
    }
    return count;
  }

  /**
   * The value of the fields of this name, several ones joined by commas as RFC 9110 section 5.3
   * wants; null when there is none.
   */
  String value(String name) {
    String found = null;
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).equalsIgnoreCase(name)) {
        found = found == null ? values.get(i) : found + ", " + values.get(i);
      }
    }
    return found;
  }

  /** Whether the list of comma-separated values of this name has {@code token}, in any case. */
  boolean hasToken(String name, String token) {
    String list = value(name);
    if (list == null) {
      return false;
    }
    for (String each : list.split(",", -1)) {
      if (each.strip().equalsIgnoreCase(token)) {
        return true;
      }
    }
    return false;
  }
}
