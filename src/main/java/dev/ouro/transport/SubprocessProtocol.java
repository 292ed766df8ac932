// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import java.nio.ByteBuffer;

/**
 * A protocol of a child process: asyncio's {@code SubprocessProtocol}. Its methods are called in
 * this order:
 *
 * <pre>
 * connectionMade { pipeDataReceived | pipeConnectionLost | processExited } connectionLost
 * </pre>
 *
 * <p>{@code processExited} is called once, {@code pipeConnectionLost} once for each pipe, and there
 * is no order between them: what a child wrote before it ended may arrive after {@code
 * processExited}. {@code connectionLost(null)} comes when all of it is over. What a method throws
 * goes to the loop's exception handler, and the child goes on.
 */
public interface SubprocessProtocol extends BaseProtocol {
  /** {@link #connectionMade(SubprocessTransport)}. */
  @Override
  default void connectionMade(BaseTransport transport) {
    if (transport instanceof SubprocessTransport child) {
      connectionMade(child);
    }
  }

  /** The child runs, and its pipes are there. */
  default void connectionMade(SubprocessTransport transport) {}

  /**
   * The child wrote.
   *
   * @param fd its descriptor: 1 standard output, 2 standard error
   * @param data a view, valid until this returns: what shall last longer must be copied
   */
  default void pipeDataReceived(int fd, ByteBuffer data) {}

  /**
   * A pipe is closed.
   *
   * @param fd the child's descriptor: 0, 1 or 2
   * @param exceptionOrNull what broke it, such as {@link dev.ouro.linux.BrokenPipeException}
   */
  default void pipeConnectionLost(int fd, Throwable exceptionOrNull) {}

  /** The child has ended; {@link SubprocessTransport#getReturncode} says how. */
  default void processExited() {}
}
