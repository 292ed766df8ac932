// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketCalls;
import dev.ouro.linux.SocketConstants;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.LoopExit;
import dev.ouro.loop.TimerHandle;
import dev.ouro.poll.AcceptListener;
import dev.ouro.poll.Acceptor;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;

/**
 * One listening socket of a {@link SocketServer}.
 *
 * <p>When accepting fails for want of descriptors or memory, it is paused for {@link
 * #ACCEPT_RETRY_DELAY}; the connections wait in the kernel's queue meanwhile.
 */
final class Listener implements AcceptListener {
  /** How long the server waits for descriptors or memory to become free. asyncio's constant. */
  static final Duration ACCEPT_RETRY_DELAY = Duration.ofSeconds(1);

  private final SocketServer server;
  private final EngineLoop loop;
  private final Socket socket;
  private final boolean given;
  private UnixFile file;
  private Acceptor acceptor;
  private TimerHandle retry;
  private int claimedFd = -1;
  private boolean closed;

  /**
   * Makes the listener of a bound socket.
   *
   * @param given whether somebody else made the socket, and may have shared it with others
   */
  Listener(SocketServer server, Socket socket, boolean given) {
    this.given = given;
    this.server = server;
    this.loop = server.loop();
    this.socket = socket;
  }

  Socket socket() {
    return socket;
  }

  void cleanUp(UnixFile bound) {
    file = bound;
  }

  /** Listens and accepts; a second call does nothing. */
  void start() throws LinuxException {
    if (acceptor != null) {
      return;
    }
    socket.listen(server.backlog());
    acceptor = loop.pollEngine().acceptor(socket.fd(), this);
    claimedFd = socket.fd().number();
    loop.claimDescriptor(claimedFd, server);
    acceptor.start();
  }

  @Override
  public void accepted(Fd fd, SocketAddress peer) {
    try {
      server.accepted(StreamEnds.accepted(Socket.accepted(fd, socket), peer));
    } catch (Throwable thrown) {
      fd.close();
      LoopExit.rethrowIfFatal(thrown);
      if (loop.getDebug()) {
        loop.callExceptionHandler(
            ExceptionContext.of("Error on transport creation for incoming connection", thrown));
      }
    }
  }

  @Override
  public void acceptFailed(int errno, boolean stopped) {
    if (stopped) {
      server.withSpares(() -> report(errno, true));
    } else {
      report(errno, false);
    }
  }

  private void report(int errno, boolean stopped) {
    LinuxException failure = LinuxException.of("accept4", errno);
    String message = stopped ? "socket.accept() out of system resource" : "socket.accept() failed";
    if (stopped && retry == null) {
      retry = loop.callLater(ACCEPT_RETRY_DELAY, this::acceptAgain);
    }
    loop.callExceptionHandler(
        ExceptionContext.of(message, failure).with("socket", new TransportSocket(socket)));
  }

  private void acceptAgain() {
    retry = null;
    if (!closed) {
      acceptor.start();
    }
  }

  void close() {
    closed = true;
    if (retry != null) {
      retry.cancel();
    }
    if (acceptor == null || loop.isClosed()) {
      socket.close();
    } else {
      loop.releaseDescriptor(claimedFd, server);
      if (!given) {
        // Frees the port now: the ring closes the descriptor when its accepts have ended.
        SocketCalls.shutdown(claimedFd, SocketConstants.SHUT_RDWR);
      }
      acceptor.close();
    }
    if (file != null) {
      try {
        file.removeIfSame();
      } catch (IOException e) {
        System.getLogger("dev.ouro")
            .log(System.Logger.Level.ERROR, "Unable to clean up listening UNIX socket", e);
      }
    }
  }
}
