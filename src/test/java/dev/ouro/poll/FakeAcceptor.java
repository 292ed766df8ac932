// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Fd;
import java.net.SocketAddress;

/** An acceptor whose connections a test makes up. */
public final class FakeAcceptor implements Acceptor {
  private final FakeEngine engine;
  private final Fd fd;
  private final AcceptListener listener;
  private boolean started;
  private boolean closed;

  FakeAcceptor(FakeEngine engine, Fd fd, AcceptListener listener) {
    this.engine = engine;
    this.fd = fd;
    this.listener = listener;
  }

  public boolean isStarted() {
    return started;
  }

  public boolean isClosed() {
    return closed;
  }

  /** A connection arrives; it must be started. */
  public void connection(Fd connection, SocketAddress peer) {
    if (!started) {
      throw new AssertionError("the acceptor is stopped");
    }
    engine.complete(() -> {
      if (closed) {
        connection.close();
      } else {
        listener.accepted(connection, peer);
      }
    });
  }

  /** Accepting fails with {@code errno}, a positive number. */
  public void fail(int errno, boolean stops) {
    if (stops) {
      started = false;
    }
    engine.complete(() -> {
      if (!closed) {
        listener.acceptFailed(errno, stops);
      }
    });
  }

  @Override
  public void start() {
    if (closed) {
      throw new AssertionError("start after close");
    }
    started = true;
  }

  @Override
  public void stop() {
    started = false;
  }

  @Override
  public int fd() {
    return fd.number();
  }

  @Override
  public void close() {
    started = false;
    closed = true;
    fd.close();
  }
}
