// SPDX-License-Identifier: Apache-2.0
package dev.ouro.sync;

/** Nothing is in the queue: asyncio's {@code QueueEmpty}. */
public final class QueueEmptyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Made by {@link Queue}. */
  public QueueEmptyException() {}
}
