// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.AddressInfo;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.TimerHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Connects a socket to one of several addresses, in turn: RFC 8305, section 5.
 *
 * <p>The next attempt begins when the newest one has failed or, with a delay, when that has passed
 * since the newest one began. The first that succeeds wins, and ends the race: the others are
 * cancelled. Each attempt owns its socket until it has won, and else closes it when the kernel has
 * ended its connect.
 */
final class ConnectionRace {
  /** Hears how the race ended, once; never after {@link #cancel}. */
  interface Listener {
    /** {@code socket} is connected, and the listener's from now on. */
    void won(Socket socket);

    /** No address accepted; the failures in the order of the addresses, none for no address. */
    void lost(List<LinuxException> failures);
  }

  private final EngineLoop loop;
  private final OpenSockets sockets;
  private final Iterator<AddressInfo> addresses;
  private final List<AddressInfo> locals;
  private final Duration delay;
  private final Listener listener;
  private final List<ConnectionAttempt> attempts = new ArrayList<>();
  private TimerHandle nextStart;
  private int running;
  private boolean over;

  /**
   * Prepares a race.
   *
   * @param locals what to bind to, or null
   * @param delay how long an attempt has before the next one begins as well; null: until it fails
   */
  ConnectionRace(
      EngineLoop loop,
      OpenSockets sockets,
      List<AddressInfo> addresses,
      List<AddressInfo> locals,
      Duration delay,
      Listener listener) {
    this.loop = loop;
    this.sockets = sockets;
    this.addresses = addresses.iterator();
    this.locals = locals;
    this.delay = delay;
    this.listener = listener;
  }

  /** Begins the next attempt that can be begun. */
  void startNext() {
    stopTimer();
    while (addresses.hasNext()) {
      ConnectionAttempt attempt =
          new ConnectionAttempt(loop, sockets, addresses.next(), this::ended);
      attempts.add(attempt);
      if (attempt.start(locals, this)) {
        running++;
        if (delay != null && addresses.hasNext()) {
          nextStart = loop.callLater(delay, this::startNext);
        }
        return;
      }
    }
    endIfAllFailed();
  }

  /** Ends all attempts, without a word to the listener. */
  void cancel() {
    over = true;
    stopTimer();
    attempts.forEach(ConnectionAttempt::cancel);
  }

  @Override
  public String toString() {
    return "<Connecting to " + attempts.stream().map(ConnectionAttempt::address).toList() + ">";
  }

  private void stopTimer() {
    if (nextStart != null) {
      nextStart.cancel();
      nextStart = null;
    }
  }

  private void endIfAllFailed() {
    if (running == 0 && !addresses.hasNext()) {
      over = true;
      listener.lost(attempts.stream().flatMap(attempt -> attempt.failures().stream()).toList());
    }
  }

  /** What became of one attempt, which owns its socket no more if it succeeded. */
  private void ended(ConnectionAttempt attempt, boolean connected) {
    running--;
    if (over) {
      return;
    }
    if (connected) {
      cancel();
      listener.won(attempt.socket());
    } else if (attempts.getLast().equals(attempt)) {
      startNext();
    } else {
      endIfAllFailed();
    }
  }
}
