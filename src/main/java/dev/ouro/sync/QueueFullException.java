// SPDX-License-Identifier: Apache-2.0
package dev.ouro.sync;

/** The queue has no room: asyncio's {@code QueueFull}. */
public final class QueueFullException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Made by {@link Queue}. */
  public QueueFullException() {}
}
