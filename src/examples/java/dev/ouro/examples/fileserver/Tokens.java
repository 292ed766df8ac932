// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

/** Which characters HTTP allows where. */
final class Tokens {
  private static final boolean[] TOKEN = alphanumericAnd("!#$%&'*+-.^_`|~");
  private static final boolean[] HOST = alphanumericAnd("-._~%!$&'()*+,;=:[]");

  private Tokens() {}

  /** Whether {@code text} is a token, RFC 9110 section 5.6.2: a method or a field's name. */
  static boolean isToken(String text) {
    return !text.isEmpty() && consistsOf(text, TOKEN);
  }

  /** Whether {@code text} may be the value of a Host field; that may be empty. */
  static boolean isHost(String text) {
    return consistsOf(text, HOST);
  }

  /** Whether {@code text} has digits only, and one at least. */
  static boolean isDigits(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return !text.isEmpty();
  }

  private static boolean consistsOf(String text, boolean[] allowed) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= allowed.length || !allowed[text.charAt(i)]) {
        return false;
      }
    }
    return true;
  }

  private static boolean[] alphanumericAnd(String others) {
    boolean[] allowed = new boolean[128];
    for (char c = 0; c < allowed.length; c++) {
      boolean letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
      allowed[c] = letter || (c >= '0' && c <= '9') || others.indexOf(c) >= 0;
    }
    return allowed;
  }
}
