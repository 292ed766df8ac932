// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.io.IOException;

/** A name that could not be resolved. Python's {@code socket.gaierror}. */
public final class AddressInfoException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int code;

  AddressInfoException(String call, int code, String text, String detail) {
    super(call + " (" + detail + "): " + text);
    this.code = code;
  }

  /** libc's code, {@code EAI_*} of {@code gai_strerror(3)}. */
  public int code() {
    return code;
  }
}
