// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.Objects;

/** How callbacks are named in messages. */
final class CallbackText {
  private CallbackText() {}

  /** What the callback calls itself, or else its class; for a lambda, the class that it is in. */
  static String of(Object callback) {
    String text = String.valueOf(callback);
    if (!text.equals(Objects.toIdentityString(callback))) {
      return text;
    }
    String name = callback.getClass().getName();
    int lambda = name.indexOf("$$Lambda");
    return lambda < 0 ? name : name.substring(0, lambda) + " lambda";
  }
}
