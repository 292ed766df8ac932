// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The command line of an example, from left to right. Where it is wrong, the program ends with one
 * line on standard error that says what is, and status 2.
 *
 * {@snippet :
 * Arguments arguments = new Arguments("Proxy HOST PORT [SECONDS]", args);
 * String host = arguments.text("HOST");
 * int port = arguments.port("PORT");
 * int seconds = arguments.number("SECONDS", 1, 60, 10);
 * }
 */
public final class Arguments {
  private static final int WRONG = 2;
  private static final int LAST_PORT = 65535;

  private final String usage;
  private final Deque<String> left;

  /**
   * Refuses more arguments than {@code usage} has.
   *
   * @param usage the program's name, then a word for each argument; if the last is {@code …...]},
   *     there may be any number of it
   */
  public Arguments(String usage, String... args) {
    this.usage = usage;
    this.left = new ArrayDeque<>(List.of(args));
    if (args.length > usage.split(" ").length - 1 && !usage.endsWith("...]")) {
      throw exit("usage: " + usage);
    }
  }

  /** The next argument. */
  public String text(String name) {
    if (left.isEmpty()) {
      throw exit("usage: " + usage);
    }
    return left.pop();
  }

  /** The next argument; {@code otherwise} where there is none. */
  public String text(String name, String otherwise) {
    return left.isEmpty() ? otherwise : left.pop();
  }

  /** The next argument as a port. */
  public int port(String name) {
    return numberOrExit(name, text(name), 0, LAST_PORT);
  }

  /** The next argument as a port; {@code otherwise} where there is none. */
  public int port(String name, int otherwise) {
    return number(name, 0, LAST_PORT, otherwise);
  }

  /** The next argument as a number; {@code otherwise} where there is none. */
  public int number(String name, int least, int most, int otherwise) {
    return left.isEmpty() ? otherwise : numberOrExit(name, left.pop(), least, most);
  }

  /** All arguments that are left, of which there must be one. */
  public String[] rest(String name) {
    left.push(text(name));
    return left.toArray(String[]::new);
  }

  private int numberOrExit(String name, String text, int least, int most) {
    try {
      return parse(name, text, least, most);
    } catch (IllegalArgumentException e) {
      throw exit(usage.split(" ")[0] + ": " + e.getMessage());
    }
  }

  /**
   * The number that an argument is.
   *
   * @throws IllegalArgumentException it is none, or not from {@code least} to {@code most}; the
   *     message says so in one line
   */
  public static int parse(String name, String text, int least, int most) {
    if (text.matches("[0-9]{1,9}")) { // which an int holds
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    }
    throw new IllegalArgumentException(
        name + ": not a number from " + least + " to " + most + ": " + text);
  }

  /** Does not return; typed so that the compiler knows. */
  private static Error exit(String line) {
    System.err.println(line);
    System.exit(WRONG);
    return new AssertionError();
  }
}
