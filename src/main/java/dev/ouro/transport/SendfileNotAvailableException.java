// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

/**
 * {@code sendfile(2)} does not work for this file or transport, and {@link
 * SendfileOptions#withFallback} forbade the other way: asyncio's {@code SendfileNotAvailableError}.
 */
public class SendfileNotAvailableException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /** Says for what it does not work. */
  public SendfileNotAvailableException(String message) {
    super(message);
  }

  /** Says for what it does not work, and what the kernel said. */
  public SendfileNotAvailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
