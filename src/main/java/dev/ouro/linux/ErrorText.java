// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;

/** What an error number is called, and what libc says of it. Slow: for messages only. */
public final class ErrorText {
  private static final MethodHandle STRERROR = Syscall.function("strerror");

  private ErrorText() {}

  /** The constant's name, such as {@code ECONNREFUSED}; {@code errno N} for an unknown number. */
  public static String name(int errno) {
    for (Field field : Errno.class.getFields()) {
      try {
        if (field.getInt(null) == errno) {
          return field.getName();
        }
      } catch (IllegalAccessException e) {
        throw new AssertionError("a public field", e);
      }
    }
    return "errno " + errno;
  }

  /** {@code strerror(3)}. */
  public static String describe(int errno) {
    return text(STRERROR, errno);
  }

  /** {@code gai_strerror(3)}. */
  static String describeAddressInfo(int code) {
    return text(Syscall.function("gai_strerror"), code);
  }

  private static String text(MethodHandle function, int number) {
    long text;
    try {
      text = (long) function.invokeExact((long) number, 0L, 0L, 0L, 0L, 0L, 0L);
    } catch (Throwable t) {
      throw Syscall.unreachable(t);
    }
    return new String(NativeMemory.cString(text), StandardCharsets.UTF_8);
  }
}
