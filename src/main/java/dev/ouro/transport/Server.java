// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.loop.CallbackLoop;
import dev.ouro.loop.Future;
import java.util.List;

/**
 * Listening sockets and the connections that came from them: asyncio's {@code Server}.
 *
 * <p>Only the loop's thread may call, or any while the loop does not run.
 *
 * {@snippet :
 * try (Server server =
 *     loop.runUntilComplete(loop.createServer(Echo::new, ServerOptions.of("127.0.0.1", 7777)))) {
 *   loop.runForever();
 * }
 * }
 */
public interface Server extends AutoCloseable {
  /**
   * Closes the listening sockets, at once, and cancels {@link #serveForever}. Connections stay. A
   * second call does nothing.
   *
   * <p>At the end of a try block: asyncio's {@code async with} also waits for {@link #waitClosed};
   * here the loop does not run at that point, or it is the caller who keeps it from running, so
   * whoever wants to wait does so before.
   */
  @Override
  void close();

  /** {@link BaseTransport#close} on every connection that is open. */
  void closeClients();

  /** {@link WriteTransport#abort} on every connection that is open. */
  void abortClients();

  /** The loop that the server belongs to. */
  CallbackLoop getLoop();

  /**
   * Accepts connections; done in the next turn. Does nothing when serving already.
   *
   * @return when it does; or {@code listen(2)}'s error: EADDRINUSE, somebody else listens at the
   *     address by now. The server is then as before
   * @throws IllegalStateException closed
   */
  Future<Void> startServing();

  /**
   * Serves until the answer is cancelled, which closes the server; or until the server is closed,
   * which cancels the answer. Connections stay: the answer is done when the last one is lost, or at
   * once when it is cancelled again.
   *
   * @return never done by itself; or the error, as {@link #startServing}
   * @throws IllegalStateException closed, or called before
   */
  Future<Void> serveForever();

  /** Whether the server accepts connections. */
  boolean isServing();

  /** Done once the server is closed and its last connection is lost. */
  Future<Void> waitClosed();

  /** The listening sockets; empty once closed. */
  List<TransportSocket> sockets();
}
