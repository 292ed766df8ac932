// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.AddressInfo;
import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.TimerHandle;
import dev.ouro.poll.Operation;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Connects one socket to one address. It owns the socket until it has succeeded, and else closes it
 * when the kernel has ended the connect.
 */
final class ConnectionAttempt {
  /** Hears how an attempt ended, once. */
  @FunctionalInterface
  interface Listener {
    void ended(ConnectionAttempt attempt, boolean connected);
  }

  private final EngineLoop loop;
  private final OpenSockets sockets;
  private final AddressInfo to;
  private final Listener listener;
  private final List<LinuxException> failures = new ArrayList<>();
  private Socket socket;
  private Operation connecting;
  private TimerHandle retry;
  private final RetryDelay retryDelay = new RetryDelay();
  private boolean cancelled;

  ConnectionAttempt(EngineLoop loop, OpenSockets sockets, AddressInfo to, Listener listener) {
    this.loop = loop;
    this.sockets = sockets;
    this.to = to;
    this.listener = listener;
  }

  SocketAddress address() {
    return to.address();
  }

  Socket socket() {
    return socket;
  }

  /** What went wrong, in order. */
  List<LinuxException> failures() {
    return failures;
  }

  /**
   * Begins; false when it failed already, without a word to the listener.
   *
   * @param locals what to bind to: the first of the family that works; null: to nothing
   * @param owner whom the socket belongs to meanwhile
   */
  boolean start(List<AddressInfo> locals, Object owner) {
    try {
      socket = Socket.open(to.family(), to.type(), to.protocol());
      if (locals != null) {
        bind(locals);
      }
    } catch (LinuxException e) {
      failures.add(e);
      if (socket != null) {
        socket.close();
      }
      return false;
    }
    sockets.add(socket, owner);
    connect();
    return true;
  }

  private void bind(List<AddressInfo> locals) throws LinuxException {
    LinuxException failure = null;
    for (AddressInfo local : locals) {
      if (local.family() == to.family()) {
        if (failure != null) {
          failures.add(failure);
        }
        failure = ServerSockets.bind(socket, local.address());
        if (failure == null) {
          return;
        }
      }
    }
    throw failure != null ? failure : noLocalAddress();
  }

  private LinuxException noLocalAddress() {
    String family = to.family() == SocketConstants.AF_INET6 ? "AF_INET6" : "AF_INET";
    return LinuxException.of(
        "bind", Errno.EADDRNOTAVAIL, "no matching local address with family=" + family + " found");
  }

  private void connect() {
    retry = null;
    connecting = loop.pollEngine().connect(socket.fd(), to.address(), this::completed);
  }

  private void completed(int outcome) {
    connecting = null;
    if (cancelled) {
      close();
    } else if (outcome == 0) {
      listener.ended(this, true);
    } else if (outcome == -Errno.EAGAIN && to.family() == SocketConstants.AF_UNIX) {
      waitForRoom();
    } else {
      failures.add(LinuxException.of("connect", outcome, to.address().toString()));
      close();
    }
  }

  /** The queue of a Unix listener is full. Nothing tells when it is not, {@code connect(2)}. */
  private void waitForRoom() {
    retry = loop.callLater(retryDelay.next(), this::connect);
  }

  private void close() {
    socket.close();
    sockets.remove(socket);
    listener.ended(this, false);
  }

  /** Ends it, if it goes on; the listener hears of it. */
  void cancel() {
    if (connecting != null) {
      cancelled = true;
      connecting.cancel();
    } else if (retry != null) {
      retry.cancel();
      retry = null;
      close();
    }
  }
}
