// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.harness;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A line of JSON as this project's own programs print it: numbers under names that occur once. */
public record JsonLine(String text) {
  /** The number under that name, or {@code NaN} if there is none. */
  public double number(String name) {
    Matcher matcher =
        Pattern.compile('"' + Pattern.quote(name) + "\":(-?[0-9][0-9.eE+-]*)").matcher(text);
    return matcher.find() ? Double.parseDouble(matcher.group(1)) : Double.NaN;
  }
}
