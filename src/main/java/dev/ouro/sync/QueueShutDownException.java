// SPDX-License-Identifier: Apache-2.0
package dev.ouro.sync;

/** The queue was shut down: asyncio's {@code QueueShutDown}. */
public final class QueueShutDownException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Made by {@link Queue}. */
  public QueueShutDownException() {}
}
