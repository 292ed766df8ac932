// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

/**
 * A {@link Future} is not in the state that the call needs: asyncio's {@code InvalidStateError}.
 */
public class InvalidStateException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /** Says what is wrong with the state. */
  public InvalidStateException(String message) {
    super(message);
  }
}
