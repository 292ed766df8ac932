// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketCalls;
import dev.ouro.linux.SocketConstants;
import java.lang.ref.Cleaner;
import java.util.List;

/**
 * Closes the descriptors of a loop that became garbage without having been closed, and warns of it
 * in debug mode: asyncio's {@code ResourceWarning}.
 *
 * <p>Its transports are garbage too then, for each of them has its loop. An {@link Fd} closes once,
 * so a number that is somebody else's by now is left alone. The memory that the kernel may still
 * write is leaked: only the loop's own thread could have brought its ring to rest.
 */
final class UnclosedLoop implements Runnable {
  private final String description;
  private final List<Fd> engine;
  private Cleaner.Cleanable cleanable;

  /**
   * Those of transports and servers, by number. The last write before the loop is garbage counts.
   */
  private volatile Fd[] owned;

  private volatile boolean warns;
  private volatile boolean closed;

  private UnclosedLoop(String description, List<Fd> engine, Fd[] owned, boolean warns) {
    this.description = description;
    this.engine = engine;
    this.owned = owned;
    this.warns = warns;
  }

  /** Watches {@code loop}, whose transports own {@code owned}. */
  static UnclosedLoop watch(EngineLoop loop, Fd[] owned) {
    UnclosedLoop watch =
        new UnclosedLoop(
            loop.pollEngine().description(),
            loop.pollEngine().descriptors(),
            owned,
            loop.getDebug());
    watch.cleanable = LoopCleaner.CLEANER.register(loop, watch);
    return watch;
  }

  void owned(Fd[] moved) {
    owned = moved;
  }

  void warns(boolean debug) {
    warns = debug;
  }

  void closed() {
    closed = true;
    cleanable.clean();
  }

  /** The loop is garbage, or was closed. */
  @Override
  public void run() {
    if (closed) {
      return;
    }
    if (warns) {
      System.getLogger("dev.ouro")
          .log(System.Logger.Level.WARNING, "unclosed event loop on " + description);
    }
    for (Fd fd : owned) {
      if (fd != null) {
        close(fd);
      }
    }
    engine.forEach(Fd::close);
  }

  /** A ring that nobody ends holds its sockets open, so the peer is told by other means. */
  private static void close(Fd fd) {
    if (!fd.isClosed() && !isListener(fd)) {
      SocketCalls.shutdown(fd.number(), SocketConstants.SHUT_RDWR);
    }
    fd.close();
  }

  /** A listener may be shared with other processes: theirs goes on. */
  private static boolean isListener(Fd fd) {
    try {
      Socket socket = Socket.of(fd);
      return socket.getsockopt(SocketConstants.SOL_SOCKET, SocketConstants.SO_ACCEPTCONN) != 0;
    } catch (LinuxException notASocket) {
      return false;
    }
  }
}
