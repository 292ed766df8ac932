// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Errno;
import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketCalls;
import dev.ouro.linux.SocketConstants;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.LoopExit;
import dev.ouro.loop.SpareDescriptors;
import dev.ouro.loop.TimerHandle;
import dev.ouro.poll.AcceptListener;
import dev.ouro.poll.Acceptor;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;

/**
 * One listening socket of a {@link SocketServer}.
 *
 * <p>When there are no descriptors or no memory to accept with, it is paused for {@link
 * #ACCEPT_RETRY_DELAY}; the connections wait in the kernel's queue meanwhile.
 */
final class Listener implements AcceptListener {
  /** How long the server waits for descriptors or memory to become free. asyncio's constant. */
  static final Duration ACCEPT_RETRY_DELAY = Duration.ofSeconds(1);

  private static final String OUT_OF_RESOURCE = "socket.accept() out of system resource";

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
    boolean wasLast = retry == null && pausesAfter(fd.number());
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
    if (wasLast) {
      report(Errno.EMFILE, OUT_OF_RESOURCE);
    }
  }

  /** Pauses if {@code number} was the last free descriptor. */
  private boolean pausesAfter(int number) {
    SpareDescriptors spares = loop.spares();
    if (!spares.mayBeNeeded(number)) {
      return false;
    }
    boolean enough = spares.take();
    if (enough && acceptor.oneByOne()) {
      loop.submit();
      enough = spares.take();
    }
    if (!enough) {
      pauseAll();
    }
    return !enough;
  }

  @Override
  public void acceptFailed(int errno, boolean stopped) {
    if (stopped) {
      pauseAll();
    }
    report(errno, stopped ? OUT_OF_RESOURCE : "socket.accept() failed");
  }

  /** All servers wait, and what the program does meanwhile has some descriptors. */
  private void pauseAll() {
    loop.spares().give(server::pauseAll);
  }

  /** Accepts no more for {@link #ACCEPT_RETRY_DELAY}, if it accepts. */
  void pause() {
    if (acceptor != null && !closed && retry == null) {
      acceptor.oneByOne();
      acceptor.stop();
      retry = loop.callLater(ACCEPT_RETRY_DELAY, this::acceptAgain);
    }
  }

  private void report(int errno, String message) {
    LinuxException failure = LinuxException.of("accept4", errno);
    loop.callExceptionHandler(
        ExceptionContext.of(message, failure).with("socket", new TransportSocket(socket)));
  }

  private void acceptAgain() {
    retry = null;
    if (closed) {
      return;
    }
    if (loop.spares().take()) {
      acceptor.start();
    } else {
      pauseAll();
      report(Errno.EMFILE, OUT_OF_RESOURCE);
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
